#!/usr/bin/env python3
"""Inference beside ONNX Runtime, PyTorch and Keras: the same weights, the same images, one run.

    python3 benches/peers.py [--json] [--rounds 7] [--seconds 0.15] [--no-libtorch]

Makes an environment under target/peers/inference (pip downloads it once; 6 GB, for PyTorch's package brings
CUDA along), builds the project's side
(`benches/bin/infer_speed.rs`), and lets all engines classify letters with the network of the post, one thread each,
in turn: every round visits every engine at every batch size in a new order. Checks that all give the same logits.

Prints median microseconds a call, and how many times as long as the project's backend each engine takes (the median
over the rounds of the ratio within a round, so that a busy moment of the machine meets both sides), and the share of
the measured f32 peak of the CPU: nominal operations of the network, padding counted as if it were computed, over time
and peak. `--json` prints one JSON object with every measurement. The second backend of the project, libtorch, needs
`cargo xtask setup`.
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
BATCHES = [1, 6, 64, 1024]
IMAGES, CLASSES = 1024, 26
FLOPS = 6_676_000
# Logits of a few units, in single precision, summed in another order.
TOLERANCE = 1e-4
# What rounding to 8 bits may change.
TOLERANCE_INT8 = 0.05
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
    """An engine of this process: `call` takes the first `batch` images and gives their logits."""

    def __init__(self, prepare, call):
        self.prepare, self.call = prepare, call

    def measure(self, batch, seconds):
        images = self.prepare(batch)
        self.call(images)
        logits = self.call(images)
        times, start = [], time.perf_counter()
        while len(times) < 3 or time.perf_counter() - start < seconds:
            before = time.perf_counter()
            self.call(images)
            times.append(time.perf_counter() - before)
        return times, logits


def onnx_runtime(images):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(FOLDER / "model.onnx", options, providers=["CPUExecutionProvider"])
    return Python(lambda batch: images[:batch].copy(), lambda x: session.run(["logits"], {"images": x})[0])


def tensors():
    """The weights by name: a safetensors file is the length of a JSON header, the header, and the values."""
    import numpy

    data = (FOLDER / "model.safetensors").read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__")
    values = numpy.frombuffer(data[start:], dtype="<f4")
    ranges = {name: slice(*(offset // 4 for offset in info["data_offsets"])) for name, info in header.items()}
    return {name: values[ranges[name]].reshape(info["shape"]) for name, info in header.items()}


def pytorch(images):
    """Eager, and TorchScript frozen and optimised."""
    import warnings

    import torch
    from torch import nn

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    torch.set_num_threads(1)
    network = nn.Sequential(
        nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1250, 500), nn.ReLU(), nn.Linear(500, CLASSES),
    ).eval()
    network.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in tensors().items()})
    scripted = torch.jit.optimize_for_inference(torch.jit.script(network))

    def engine(module):
        @torch.inference_mode()
        def call(x):
            return module(x).numpy()

        return Python(lambda batch: torch.from_numpy(images[:batch].copy()), call)

    return {"PyTorch eager": engine(network), "TorchScript": engine(scripted)}


def keras(images):
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
        layers.Flatten(), layers.Dense(500, activation="relu"), layers.Dense(CLASSES),
    ])
    given = tensors()
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
    prepare = lambda batch: tensorflow.constant(images[:batch].reshape(batch, 20, 20, 1))
    return Python(prepare, lambda x: call(x).numpy())


def engines(images, libtorch):
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
    others = {"Keras tf.function": keras(images), "ONNX Runtime": onnx_runtime(images), **pytorch(images)}
    return {**ours, **others}


def measure(rounds, seconds, libtorch):
    import numpy

    images = numpy.fromfile(FOLDER / "images.f32", dtype="<f4").reshape(IMAGES, 1, 20, 20)
    them = engines(images, libtorch)
    times = {name: {batch: [] for batch in BATCHES} for name in them}
    peaks, worst, expected = {"best": [], "avx2": []}, {}, None
    order = random.Random(1)
    for turn in range(rounds):
        print(f"round {turn + 1} of {rounds}", file=sys.stderr)
        for isa, peak in peaks.items():
            peak.append(Native.ask(engine="peak", isa=isa)["peak"])
        # A round finishes one batch size before the next, so that what is compared was measured at the same time.
        for batch in BATCHES:
            for name in order.sample(sorted(them), len(them)):
                calls, logits = them[name].measure(batch, seconds)
                logits = numpy.asarray(logits).reshape(batch, CLASSES)
                if expected is None or len(expected) < batch:
                    expected = numpy.asarray(them[OURS].measure(batch, 0)[1]).reshape(batch, CLASSES)
                difference = float(numpy.abs(logits - expected[:batch]).max())
                worst[name] = max(worst.get(name, 0.0), difference)
                times[name][batch].append(statistics.median(calls))
    allowed = {name: TOLERANCE_INT8 if name.endswith("int8") else TOLERANCE for name in worst}
    wrong = {name: difference for name, difference in worst.items() if not difference < allowed[name]}
    if wrong:
        sys.exit(f"error: the engines do not agree: {wrong}, allowed {allowed}")
    return times, {isa: max(peak) for isa, peak in peaks.items()}, worst


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if platform.system() == "Linux" else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def report(times, peaks, worst):
    """Everything as plain data."""
    import importlib.metadata

    results = {}
    for name, by_batch in times.items():
        peak = peaks["avx2" if name.endswith("AVX2") else "best"]
        results[name] = {
            batch: {
                "microseconds": statistics.median(rounds) * 1e6,
                "times_as_long": statistics.median(a / b for a, b in zip(rounds, times[OURS][batch])),
                "share_of_peak": FLOPS * batch / statistics.median(rounds) / peak,
                "rounds": rounds,
            }
            for batch, rounds in by_batch.items()
        }
    return {
        "processor": processor(),
        "python": platform.python_version(),
        "versions": {package.split("==")[0]: importlib.metadata.version(package.split("==")[0]) for package in PACKAGES},
        "network": "Architecture::post(26)",
        "flops": FLOPS,
        "peak_gflops": {isa: peak / 1e9 for isa, peak in peaks.items()},
        "largest_difference": worst,
        "engines": results,
    }


def table(found):
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    peaks = ", ".join(f"{isa} {peak:.0f}" for isa, peak in found["peak_gflops"].items())
    lines = [
        f"{found['processor']}; {versions}",
        f"f32 peak of one core, measured: {peaks} GFLOP/s; largest difference of a logit "
        f"{max(it for name, it in found['largest_difference'].items() if not name.endswith('int8')):.0e}",
        "",
        "| microseconds a call (times as long as the first row) | " + " | ".join(f"batch {b}" for b in BATCHES) + " |",
        "|---|" + "---|" * len(BATCHES),
    ]
    for name, by_batch in found["engines"].items():
        cells = (f"{by_batch[b]['microseconds']:.0f} ({by_batch[b]['times_as_long']:.2f})" for b in BATCHES)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    for name, by_batch in found["engines"].items():
        if name in (OURS, f"{OURS}, AVX2", "ONNX Runtime", "Keras tf.function"):
            cells = (f"{by_batch[b]['share_of_peak']:.0%}" for b in BATCHES)
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
    """The project's side, and what all sides read."""
    command = ["cargo", "build", "--release", "--package", "captcha-lab-benches", "--bin", "infer_speed"]
    command += ["--features", "torch"] if libtorch else []
    command += ["--message-format", "json-render-diagnostics"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    built = (json.loads(line) for line in output.splitlines())
    (program,) = [it["executable"] for it in built if it.get("executable") and it["target"]["name"] == "infer_speed"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run([program, "write", FOLDER], check=True)
    return program


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--rounds", type=int, default=7, help="how often every engine has its turn (default 7)")
    parser.add_argument("--seconds", type=float, default=0.15, help="how long a turn lasts at each batch size")
    parser.add_argument("--no-libtorch", action="store_true", help="without the project's backend on libtorch")
    parser.add_argument("--program", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.program is None:
        # In the environment, with the program built, the same once more.
        program = build(not options.no_libtorch)
        sys.exit(subprocess.run([environment(), __file__, *sys.argv[1:], "--program", program]).returncode)
    Native.start(options.program, FOLDER)
    found = report(*measure(options.rounds, options.seconds, not options.no_libtorch))
    print(json.dumps(found) if options.json else table(found))


if __name__ == "__main__":
    main()
