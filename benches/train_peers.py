"""Training speed beside PyTorch in Python: the same network, batch, optimiser and number of threads, in one run.

    python3 benches/train_peers.py [--json] [--rounds 5]

Makes an environment with PyTorch under target/peers (pip downloads it once), builds the project's side
(`benches/bin/train_speed.rs`), and lets the two train in turn. Prints images per second, medians over all epochs but
each process's first, and the ratio of the medians. Needs `cargo xtask setup`.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ["torch==2.13.0", "numpy"]
CASES = [("post", 32), ("post", 64), ("compact", 32), ("compact", 64)]
IMAGES, EPOCHS = 6400, 3


def networks(torch, name):
    """The architectures of crates/infer/src/architecture.rs and the side of their input."""
    nn = torch.nn
    if name == "post":
        layers = [
            nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(20, 50, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(1250, 500), nn.ReLU(), nn.Linear(500, 26),
        ]
        return nn.Sequential(*layers), 20

    def block(inputs, outputs):
        return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]

    layers = [
        *block(1, 16), nn.MaxPool2d(2), *block(16, 32), *block(32, 48), nn.MaxPool2d(2),
        *block(48, 64), *block(64, 64), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.3), nn.Linear(576, 26),
    ]
    return nn.Sequential(*layers), 24


def train_with_pytorch(name, batch, threads):
    """Images per second of each epoch, as a Python user would write the loop."""
    import time

    import torch

    torch.manual_seed(1)
    torch.set_num_threads(threads)
    network, side = networks(torch, name)
    images = torch.randint(0, 256, (IMAGES, 1, side, side), dtype=torch.uint8)
    labels = torch.arange(IMAGES) % 26
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4)
    rates = []
    for _ in range(EPOCHS):
        started = time.perf_counter()
        order = torch.randperm(IMAGES)
        total, right = 0.0, 0
        for start in range(0, IMAGES, batch):
            index = order[start:start + batch]
            inputs, targets = 1.0 - images[index].float() / 255.0, labels[index]
            optimiser.zero_grad()
            logits = network(inputs)
            loss = torch.nn.functional.cross_entropy(logits, targets)
            loss.backward()
            optimiser.step()
            total += loss.item() * len(index)
            right += (logits.argmax(1) == targets).sum().item()
        rates.append(IMAGES / (time.perf_counter() - started))
    return rates


def environment():
    """The Python of the environment, made if it is not there."""
    folder = ROOT / "target" / "peers" / "training"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (folder / "ready").touch()
    return python


def binary():
    """The project's side, built."""
    command = ["cargo", "build", "--release", "--package", "captcha-lab-benches", "--features", "torch",
               "--bin", "train_speed", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = (json.loads(line) for line in built.splitlines())
    return next(line["executable"] for line in lines if line.get("executable"))


def measure(rounds, threads):
    python, program = environment(), binary()
    rows = []
    for name, batch in CASES:
        rates = {"pytorch": [], "captcha-lab": []}
        for _ in range(rounds):
            commands = {
                "pytorch": [python, __file__, "--one", name, str(batch), str(threads)],
                "captcha-lab": [program, name, str(batch), str(threads), str(IMAGES), str(EPOCHS)],
            }
            for side, command in commands.items():
                run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                rates[side] += json.loads(run.stdout)[1:]
        medians = {side: statistics.median(values) for side, values in rates.items()}
        ratio = medians["captcha-lab"] / medians["pytorch"]
        rows.append({"network": name, "batch": batch, "threads": threads, **medians, "ratio": ratio})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side runs (default 5)")
    parser.add_argument("--threads", type=int, default=1, help="threads of both (default 1)")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        name, batch, threads = args.one
        print(json.dumps(train_with_pytorch(name, int(batch), int(threads))))
        return
    rows = measure(args.rounds, args.threads)
    if args.json:
        print(json.dumps({"unit": "images per second", "rows": rows}))
        return
    print(f"{'network':8} {'batch':>5} {'threads':>7} {'PyTorch':>9} {'captcha-lab':>12} {'ratio':>6}")
    for row in rows:
        print(f"{row['network']:8} {row['batch']:5} {row['threads']:7} {row['pytorch']:9.0f} "
              f"{row['captcha-lab']:12.0f} {row['ratio']:6.2f}")


if __name__ == "__main__":
    sys.exit(main())
