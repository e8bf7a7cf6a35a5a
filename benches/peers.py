#!/usr/bin/env python3
"""Inference beside ONNX Runtime, PyTorch and Keras: the same weights, the same images, one run.

    python3 benches/peers.py [--network letters|sequence|fine-sequence] [--json] [--rounds 7] [--seconds 0.15] [--no-libtorch]
    python3 benches/peers.py --show FILE

Makes an environment under target/peers/inference (pip downloads it once; 6 GB, for PyTorch's package brings
CUDA along), builds the project's side (`benches/bin/infer_speed.rs`), and lets all engines run the network of the post
on letters (`letters`) or the project's own on whole images (`sequence`, `fine-sequence`, without Keras), one thread each, in
turn: every round visits every engine at every batch size in a new order. Checks that all give the same logits.

Prints median microseconds a call, and how many times as long as the project's backend each engine takes (the median
over the rounds of the ratio within a round, so that a busy moment of the machine meets both sides), and the share of
the measured f32 peak of the CPU: nominal operations of the network, padding counted as if it were computed, over time
and peak. `--json` prints one JSON object with every measurement, `--show` the table of such an object. The second
backend of the project, libtorch, needs `cargo xtask setup`.
"""

import argparse
import json
import os
import pathlib
import platform
import random
import statistics
import subprocess
import sys
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "target" / "peers" / "inference"
PACKAGES = ["torch==2.13.0", "onnxruntime==1.32.0", "keras==3.15.1", "tensorflow-cpu==2.21.0", "numpy"]
BATCHES = {"letters": [1, 6, 64, 1024], "sequence": [1, 8, 32], "fine-sequence": [1, 8, 32]}
ARCHITECTURES = {
    "letters": "Architecture::post(26)",
    "sequence": "Architecture::sequence(26, 96)",
    "fine-sequence": "Architecture::fine_sequence(26, 120)",
}
# Of the networks for whole images: filters and pool of each block, rows that are left, and features of the layer before last.
BLOCKS = {
    "sequence": ([(16, (2, 2)), (24, (2, 2)), (48, (2, 1)), (80, (2, 1)), (112, None)], 3, 64),
    "fine-sequence": (
        [(16, (2, 2)), (16, (2, 2)), (40, (2, 1)), (72, (2, 1)), (72, (3, 1)), (96, None)], 1, 96,
    ),
}
# Logits of a few units, in single precision, summed in another order.
TOLERANCE = 1e-4
# What rounding to 8 bits may change, as a share of the largest logit.
TOLERANCE_INT8 = 0.03
OURS = "captcha-lab"


class Native:
    """A backend of the project, in its own process, which answers one line of JSON with another."""

    process = None

    @classmethod
    def start(cls, program, folder):
        pipe = subprocess.PIPE
        cls.process = subprocess.Popen([program, "time", folder], stdin=pipe, stdout=pipe, text=True)

    @classmethod
    def ask(cls, **request):
        cls.process.stdin.write(json.dumps(request) + "\n")
        cls.process.stdin.flush()
        answer = json.loads(cls.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def __init__(self, **request):
        self.request = request

    def measure(self, batch, seconds):
        answer = self.ask(**self.request, batch=batch, seconds=seconds)["calls"]
        return answer["seconds"], answer["logits"]


class Python:
    """An engine of this process: `prepare` turns images into what `call` takes, which gives their logits."""

    images = None

    def __init__(self, prepare, call):
        self.prepare, self.call = prepare, call

    def measure(self, batch, seconds):
        images = self.prepare(self.images[:batch].copy())
        self.call(images)
        logits = self.call(images)
        times, start = [], time.perf_counter()
        while len(times) < 3 or time.perf_counter() - start < seconds:
            before = time.perf_counter()
            self.call(images)
            times.append(time.perf_counter() - before)
        return times, logits


def onnx_runtime(folder):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
    return Python(lambda images: images, lambda x: session.run(["logits"], {"images": x})[0])


def tensors(folder):
    """The weights by name: a safetensors file is the length of a JSON header, the header, and the values."""
    import numpy

    data = (folder / "model.safetensors").read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__")
    values = numpy.frombuffer(data[start:], dtype="<f4")
    ranges = {name: slice(*(offset // 4 for offset in info["data_offsets"])) for name, info in header.items()}
    return {name: values[ranges[name]].reshape(info["shape"]) for name, info in header.items()}


def pytorch(network, folder):
    """Eager, and TorchScript frozen and optimised."""
    import warnings

    import torch
    from torch import nn

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    torch.set_num_threads(1)

    class Columns(nn.Module):
        def forward(self, x):
            return x.permute(0, 3, 1, 2).flatten(2)

    def block(inputs, outputs):
        return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]

    if network == "letters":
        module = nn.Sequential(
            nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(20, 50, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(1250, 500), nn.ReLU(), nn.Linear(500, 26),
        )
    else:
        blocks, rows, features = BLOCKS[network]
        layers, inputs = [], 1
        for outputs, pool in blocks:
            layers += block(inputs, outputs) + ([nn.MaxPool2d(pool)] if pool else [])
            inputs = outputs
        module = nn.Sequential(
            *layers, Columns(), nn.Linear(inputs * rows, features), nn.ReLU(), nn.Linear(features, 27),
        )
    given = {name: torch.from_numpy(value.copy()) for name, value in tensors(folder).items()}
    missing, unexpected = module.eval().load_state_dict(given, strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
    scripted = torch.jit.optimize_for_inference(torch.jit.script(module))

    def engine(module):
        @torch.inference_mode()
        def call(x):
            return module(x).numpy()

        return Python(torch.from_numpy, call)

    return {"PyTorch eager": engine(module), "TorchScript": engine(scripted)}


def keras(folder):
    """As `tf.function`, in the layout that TensorFlow takes on a CPU: channels last."""
    os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="2", CUDA_VISIBLE_DEVICES="")
    import keras
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    layers = keras.layers
    network = keras.Sequential([
        keras.Input((20, 20, 1)),
        layers.Conv2D(20, 5, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(50, 5, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(500, activation="relu"), layers.Dense(26),
    ])
    given = tensors(folder)
    for layer, index in zip((layer for layer in network.layers if layer.weights), (0, 3, 7, 9)):
        weight, bias = given[f"{index}.weight"], given[f"{index}.bias"]
        if weight.ndim == 4:
            weight = weight.transpose(2, 3, 1, 0)
        elif index == 7:
            weight = weight.reshape(500, 50, 5, 5).transpose(2, 3, 1, 0).reshape(1250, 500)
        else:
            weight = weight.T
        layer.set_weights([weight, bias])
    call = tensorflow.function(lambda x: network(x, training=False), reduce_retracing=False)
    prepare = lambda images: tensorflow.constant(images.reshape(-1, 20, 20, 1))
    return Python(prepare, lambda x: call(x).numpy())


def engines(network, folder, libtorch):
    ours = {
        OURS: Native(engine="native", isa="best", threads=1),
        f"{OURS}, 2 threads": Native(engine="native", isa="best", threads=2),
        f"{OURS}, AVX2": Native(engine="native", isa="avx2", threads=1),
        f"{OURS}, int8": Native(engine="native", isa="best", int8=True, threads=1),
        f"{OURS}, portable": Native(engine="native", isa="portable", threads=1),
    }
    if libtorch:
        ours[f"{OURS}, libtorch"] = Native(engine="libtorch", threads=1)
    # TensorFlow first: it wants to set up its threads before anyone else does.
    others = {"Keras tf.function": keras(folder)} if network == "letters" else {}
    return {**ours, **others, "ONNX Runtime": onnx_runtime(folder), **pytorch(network, folder)}


def measure(network, folder, description, rounds, seconds, libtorch):
    import numpy

    images = numpy.fromfile(folder / "images.f32", dtype="<f4").reshape(description["images"])
    Python.images = images
    them = engines(network, folder, libtorch)
    expected = numpy.asarray(them[OURS].measure(len(images), 0)[1]).reshape(-1, *description["output"])
    times = {name: {batch: [] for batch in BATCHES[network]} for name in them}
    peaks, worst = {"best": [], "avx2": []}, {}
    order = random.Random(1)
    for turn in range(rounds):
        print(f"round {turn + 1} of {rounds}", file=sys.stderr)
        for isa, peak in peaks.items():
            peak.append(Native.ask(engine="peak", isa=isa)["peak"])
        # A round finishes one batch size before the next, so that what is compared was measured at the same time.
        for batch in BATCHES[network]:
            for name in order.sample(sorted(them), len(them)):
                calls, logits = them[name].measure(batch, seconds)
                logits = numpy.asarray(logits).reshape(batch, *description["output"])
                difference = float(numpy.abs(logits - expected[:batch]).max())
                worst[name] = max(worst.get(name, 0.0), difference)
                times[name][batch].append(statistics.median(calls))
    int8 = TOLERANCE_INT8 * float(numpy.abs(expected).max())
    allowed = {name: int8 if name.endswith("int8") else TOLERANCE for name in worst}
    wrong = {name: difference for name, difference in worst.items() if not difference < allowed[name]}
    if wrong:
        sys.exit(f"error: the engines do not agree: {wrong}, allowed {allowed}")
    return times, {isa: max(peak) for isa, peak in peaks.items()}, worst


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if platform.system() == "Linux" else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def report(network, flops, times, peaks, worst):
    """Everything as plain data, with keys as they are in JSON."""
    import importlib.metadata

    packages = [package.split("==")[0] for package in PACKAGES]
    if network != "letters":
        packages = [package for package in packages if package not in ("keras", "tensorflow-cpu")]
    results = {}
    for name, by_batch in times.items():
        peak = peaks["avx2" if name.endswith("AVX2") else "best"]
        results[name] = {
            str(batch): {
                "microseconds": statistics.median(rounds) * 1e6,
                "times_as_long": statistics.median(a / b for a, b in zip(rounds, times[OURS][batch])),
                "share_of_peak": flops * batch / statistics.median(rounds) / peak,
                "rounds": rounds,
            }
            for batch, rounds in by_batch.items()
        }
    return {
        "processor": processor(),
        "python": platform.python_version(),
        "versions": {package: importlib.metadata.version(package) for package in packages},
        "network": ARCHITECTURES[network],
        "flops": flops,
        "peak_gflops": {isa: peak / 1e9 for isa, peak in peaks.items()},
        "largest_difference": worst,
        "engines": results,
    }


def table(found):
    batches = list(found["engines"][OURS])
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    peaks = ", ".join(f"{isa} {peak:.0f}" for isa, peak in found["peak_gflops"].items())
    lines = [
        f"{found['network']}; {found['processor']}; {versions}",
        f"f32 peak of one core, measured: {peaks} GFLOP/s; largest difference of a logit "
        f"{max(it for name, it in found['largest_difference'].items() if not name.endswith('int8')):.0e}",
        "",
        "| microseconds a call (times as long as the first row) | " + " | ".join(f"batch {b}" for b in batches) + " |",
        "|---|" + "---|" * len(batches),
    ]
    for name, by_batch in found["engines"].items():
        cells = (f"{by_batch[b]['microseconds']:.0f} ({by_batch[b]['times_as_long']:.2f})" for b in batches)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    for name, by_batch in found["engines"].items():
        if name in (OURS, f"{OURS}, AVX2", "ONNX Runtime", "Keras tf.function"):
            cells = (f"{by_batch[b]['share_of_peak']:.0%}" for b in batches)
            lines.append(f"| share of peak: {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def environment():
    """The Python of the environment, made if it is not there."""
    python = FOLDER / "venv" / "bin" / "python"
    ready = FOLDER / "venv" / "ready"
    if not ready.exists() or ready.read_text() != " ".join(PACKAGES):
        venv.create(FOLDER / "venv", with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True, stdout=sys.stderr)
        ready.write_text(" ".join(PACKAGES))
    return python


def build(libtorch):
    """The project's side."""
    command = ["cargo", "build", "--release", "--package", "captcha-lab-benches", "--bin", "infer_speed"]
    command += ["--features", "torch"] if libtorch else []
    command += ["--message-format", "json-render-diagnostics"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    built = (json.loads(line) for line in output.splitlines())
    (program,) = [it["executable"] for it in built if it.get("executable") and it["target"]["name"] == "infer_speed"]
    return program


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=sorted(BATCHES), default="letters", help="which network (default letters)")
    parser.add_argument("--show", metavar="FILE", help="measure nothing, print the table of what `--json` printed")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--rounds", type=int, default=7, help="how often every engine has its turn (default 7)")
    parser.add_argument("--seconds", type=float, default=0.15, help="how long a turn lasts at each batch size")
    parser.add_argument("--no-libtorch", action="store_true", help="without the project's backend on libtorch")
    parser.add_argument("--program", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.show:
        print(table(json.loads(pathlib.Path(options.show).read_text())))
        return
    if options.program is None:
        # In the environment, with the program built, the same once more.
        program = build(not options.no_libtorch)
        sys.exit(subprocess.run([environment(), __file__, *sys.argv[1:], "--program", program]).returncode)
    network, folder = options.network, FOLDER / options.network
    folder.mkdir(parents=True, exist_ok=True)
    written = subprocess.run([options.program, "write", folder, network], check=True, stdout=subprocess.PIPE)
    description = json.loads(written.stdout)
    Native.start(options.program, folder)
    measured = measure(network, folder, description, options.rounds, options.seconds, not options.no_libtorch)
    found = report(network, description["flops"], *measured)
    print(json.dumps(found) if options.json else table(found))


if __name__ == "__main__":
    main()
