#!/usr/bin/env python3
"""Checks ONNX files, those that are committed or those given, against ONNX Runtime and PyTorch.

    UPDATE_GOLDEN=1 cargo test -p captcha-infer --test onnx    # writes the files anew
    pip install torch numpy onnx onnxruntime
    python3 crates/infer/tests/data/check_onnx.py [FILE...]

Every file must be valid ONNX for any batch size (and any width, if it is a sequence network), and give the logits of
the same network built in PyTorch to within 1e-5 of the largest one (of 1, if that is less). Last run with onnx 1.23.2, onnxruntime 1.32.0, torch 2.13.0.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

TOLERANCE = 1e-5
BATCHES = (1, 2, 7)
WIDTHS = (4, 20, 97)


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def torch_logits(model, images):
    """The graph, operator by operator, in PyTorch and double precision."""
    tensors = {t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy()).double() for t in model.graph.initializer}
    x = torch.from_numpy(images).double()
    for node in model.graph.node:
        parameters = [tensors[name] for name in node.input[1:]]
        given = attributes(node)
        match node.op_type:
            case "Conv":
                x = torch.nn.functional.conv2d(x, *parameters, padding=given["pads"][:2])
            case "BatchNormalization":
                weight, bias, mean, variance = parameters
                x = torch.nn.functional.batch_norm(x, mean, variance, weight, bias, eps=given["epsilon"])
            case "Relu":
                x = torch.relu(x)
            case "MaxPool":
                x = torch.nn.functional.max_pool2d(x, given["kernel_shape"], given["strides"])
            case "Flatten":
                x = x.flatten(1)
            case "Transpose":
                x = x.permute(given["perm"])
            case "Reshape":
                x = x.flatten(2)
            case "MatMul":
                x = x @ parameters[0]
            case "Add":
                x = x + parameters[0]
            case "Gemm":
                x = torch.nn.functional.linear(x, *parameters)
            case other:
                raise ValueError(other)
    return x.numpy()


def main():
    failed = False
    for path in [Path(name) for name in sys.argv[1:]] or sorted(Path(__file__).parent.glob("*.onnx")):
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        (given,), (wanted,) = session.get_inputs(), session.get_outputs()
        generator = np.random.default_rng(1)
        channels, height, fixed = given.shape[1:]
        for count, width in ((n, w) for n in BATCHES for w in (WIDTHS if fixed == "width" else (fixed,))):
            images = generator.random((count, channels, height, width), dtype=np.float32)
            (logits,) = session.run([wanted.name], {given.name: images})
            expected = torch_logits(model, images)
            error = np.abs(logits - expected).max()
            good = error < TOLERANCE * max(1, np.abs(expected).max()) and logits.shape == expected.shape
            # What the file says of its output.
            good &= all(isinstance(said, str) or said == is_ for said, is_ in zip(wanted.shape, logits.shape, strict=True))
            failed |= not good
            print(f"{path.name}: {images.shape}, off by {error:.1e}: {'as expected' if good else 'WRONG'}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
