#!/usr/bin/env python3
"""Logits of PyTorch for a few small networks, as reference values for the tests of every backend.

    pip install torch numpy
    python3 crates/testkit/reference/reference.py > crates/testkit/reference/reference.json

Weights and inputs come from a formula (`value`, `tensor`, `images`) that `captcha_testkit::formula_model` computes
too, so that only architectures and logits are stored. Written with PyTorch 2.13.0 in double precision: what is left
of a difference is the other side's.
"""

import json
import math
import sys

import numpy as np
import torch

IMAGES = 3
INPUT_SEED = 1000


def value(seed, count):
    """`count` numbers in [-1, 1) that look random: the integer hash "lowbias32" of C. Wellons
    (https://nullprogram.com/blog/2018/07/31/), its upper 24 bits as a fraction."""
    h = (np.arange(count, dtype=np.uint64) + seed * 0x9E3779B9) & 0xFFFFFFFF
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        h = ((h ^ (h >> shift)) * factor) & 0xFFFFFFFF
    h ^= h >> 16
    return (h >> 8).astype(np.float64) / 2**23 - 1


def tensor(seed, name, shape):
    """A parameter: He's bound for weights, so that activations keep their size; small numbers for the rest."""
    values = value(seed, math.prod(shape))
    kind = name.split(".")[1]
    if kind == "weight" and len(shape) > 1:
        values = values * math.sqrt(6 / math.prod(shape[1:]))
    elif kind == "weight":
        values = 1 + 0.25 * values
    elif kind == "running_var":
        values = 1 + 0.5 * values
    else:
        values = 0.25 * values
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def images(count, shape):
    values = (value(INPUT_SEED, count * math.prod(shape)) + 1) / 2
    return torch.from_numpy(values.astype(np.float32).reshape(count, *shape))


class Columns(torch.nn.Module):
    """`[n, channels, height, width]` to `[n, width, channels * height]`."""

    def forward(self, x):
        return x.permute(0, 3, 1, 2).flatten(2)


def build(architecture):
    """The `nn.Sequential` of an architecture, with the weights of the formula."""
    shape = architecture["input"]
    x = torch.zeros(1, shape["channels"], shape["height"], shape["width"])
    network = torch.nn.Sequential()
    for layer in architecture["layers"]:
        # Channels of maps, features of vectors and sequences.
        inputs = x.shape[1 if x.ndim == 4 else -1]
        match layer["layer"]:
            case "conv2d":
                kernel = layer["kernel"]
                sides = [kernel, kernel] if isinstance(kernel, int) else kernel
                module = torch.nn.Conv2d(inputs, layer["channels"], sides, padding=[side // 2 for side in sides])
            case "batch_norm2d":
                module = torch.nn.BatchNorm2d(inputs)
            case "relu":
                module = torch.nn.ReLU()
            case "max_pool2d":
                size = layer["size"]
                module = torch.nn.MaxPool2d(size if isinstance(size, int) else tuple(size))
            case "dropout":
                module = torch.nn.Dropout(layer["probability"])
            case "flatten":
                module = torch.nn.Flatten()
            case "columns":
                module = Columns()
            case "linear":
                module = torch.nn.Linear(inputs, layer["features"])
            case other:
                raise ValueError(other)
        network.append(module.eval())
        x = module(x)
    state = network.state_dict()
    names = [name for name in state if not name.endswith("num_batches_tracked")]
    for seed, name in enumerate(names, start=1):
        state[name] = tensor(seed, name, tuple(state[name].shape))
    network.load_state_dict(state)
    return network.eval()


def conv(channels, kernel):
    return {"layer": "conv2d", "channels": channels, "kernel": kernel}


def pool(*size):
    size = size[0] if len(size) == 1 else list(size)
    return {"layer": "max_pool2d", "size": size}


def linear(features):
    return {"layer": "linear", "features": features}


def dropout(probability):
    return {"layer": "dropout", "probability": probability}


NORM, RELU, FLATTEN, COLUMNS = ({"layer": name} for name in ("batch_norm2d", "relu", "flatten", "columns"))


def block(channels):
    return [conv(channels, 3), NORM, RELU]


CASES = {
    "the post's network": (
        (1, 20, 20),
        [conv(20, 5), RELU, pool(2), conv(50, 5), RELU, pool(2), FLATTEN, linear(500), RELU, linear(26)],
    ),
    "the compact network": (
        (1, 24, 24),
        [*block(16), pool(2), *block(32), *block(48), pool(2), *block(64), *block(64), pool(2), FLATTEN]
        + [dropout(0.3), linear(36)],
    ),
    "colour, a wide image, kernels of 1 and 7, odd pools": (
        (3, 11, 23),
        [conv(7, 7), pool(3), RELU, conv(33, 1), RELU, pool(2), FLATTEN, linear(10)],
    ),
    "batch normalisation where no convolution can take it in": (
        (2, 6, 5),
        [NORM, conv(9, 3), RELU, NORM, dropout(0.5), conv(17, 3), dropout(0.1), NORM, RELU, FLATTEN, RELU, linear(5)],
    ),
    "many channels on a small map": ((40, 3, 2), [conv(130, 5), RELU, conv(70, 3), FLATTEN, linear(62)]),
    "linear layers only": ((1, 4, 4), [FLATTEN, dropout(0.2), linear(100), dropout(0.2), RELU, linear(7)]),
    "a flattening at the end": ((1, 2, 3), [conv(3, 3), RELU, pool(2), FLATTEN]),
    "the sequence network": (
        (1, 48, 96),
        [*block(16), pool(2), *block(24), pool(2), *block(48), pool(2, 1), *block(80), pool(2, 1), *block(112)]
        + [COLUMNS, linear(64), RELU, linear(27)],
        45,
    ),
    "oblong pools and linear layers on each column": (
        (2, 13, 12),
        [conv(9, 5), RELU, pool(3, 2), conv(21, 3), pool(1, 3), NORM, COLUMNS, dropout(0.1), linear(33), RELU]
        + [linear(40), linear(6)],
        31,
    ),
    "oblong kernels, rows of which only see the padding, and pools that divide 60 rows": (
        (1, 60, 20),
        [conv(8, [3, 5]), RELU, pool(2), conv(12, [1, 7]), NORM, RELU, pool(2), conv(20, [7, 1]), RELU, pool(3, 1)]
        + [conv(24, [3, 3]), RELU, pool(5, 1), conv(40, [3, 3]), RELU, conv(36, [1, 5]), RELU, conv(17, [5, 5])]
        + [COLUMNS, linear(11)],
        29,
    ),
    "pools that divide 48 rows": (
        (1, 48, 16),
        [conv(8, 3), RELU, pool(2), conv(16, [5, 3]), RELU, pool(2), pool(2, 1), conv(16, [3, 1]), RELU, pool(2, 1)]
        + [conv(20, [3, 5]), RELU, pool(3, 1), conv(24, [1, 3]), RELU, COLUMNS, linear(6)],
        61,
    ),
    "columns at the end": ((3, 4, 5), [conv(5, 3), RELU, pool(2, 1), COLUMNS, RELU], 8),
}


def main():
    cases = []
    for name, (shape, layers, *other) in CASES.items():
        architecture = {"input": dict(zip(("channels", "height", "width"), shape)), "layers": layers}
        # The images of a sequence network may be of another width.
        width = other[0] if other else shape[2]
        with torch.inference_mode():
            logits = build(architecture).double()(images(IMAGES, (*shape[:2], width)).double()).flatten(1)
        rows = [[float(f"{value:.7g}") for value in row] for row in logits.tolist()]
        cases.append({"name": name, "architecture": architecture, "width": width, "logits": rows})
    lines = (json.dumps(case, separators=(",", ":")) for case in cases)
    sys.stdout.write("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
