#!/usr/bin/env python3
"""Reads images with a network that captcha-lab exported, with ONNX Runtime, numpy and Pillow alone.

    captcha-lab export --model RUN/model.safetensors --out model.onnx
    pip install numpy pillow onnxruntime
    python3 examples/python/read_onnx.py model.onnx IMAGE...            # --json: with the network's scores

The file says everything that is done to an image before the network (docs of `captcha_infer::onnx`), and here it is done
to the same bytes as in captcha-lab, so that the texts are the same. Images of 8 bits are read so; JPEG is decoded by
another library, which may differ by a level or two. A network of letters reads letters: images of its own size, cut by
`captcha-lab extract`.
"""

import argparse
import json
import math
from collections import defaultdict

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

LUMINANCE = np.float32([0.21264784, 0.7151792, 0.07217304])  # of red, green and blue in sRGB
WIDTH = 16  # texts that are kept (of each length, if lengths are known) while one is looked for


def gray(path):
    """The levels of an image, [height, width], 0 to 255; what is transparent is white paper."""
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))
    channels = np.moveaxis(np.asarray(image.convert("RGBA")), 2, 0)
    red, green, blue = channels[:3].astype(np.float32) * (np.float32(1) / np.float32(255)) * LUMINANCE[:, None, None]
    level = np.floor((red + green + blue) * np.float32(255) + np.float32(0.5)).astype(np.int64)
    alpha = channels[3].astype(np.int64)
    return ((level * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def shows_light_text(levels):
    """Whether the mean is above the paper: the lower median of the border, an eighth of each side, at least 3 pixels."""
    border = np.ones(levels.shape, dtype=bool)
    top, left = (max(side // 8, 3) for side in levels.shape)
    border[top : max(levels.shape[0] - top, 0), left : max(levels.shape[1] - left, 0)] = False
    ring = np.sort(levels[border])
    return levels.sum(dtype=np.int64) > int(ring[(len(ring) + 1) // 2 - 1]) * levels.size


def stretch_contrast(levels):
    """The levels between the 1st and the 99th percentile from 0 to 255."""
    ordered = np.sort(levels, axis=None)
    low, high = (int(ordered[max(-(-len(ordered) * percent // 100), 1) - 1]) for percent in (1, 99))
    above = np.clip(levels.astype(np.int64) - low, 0, high - low)
    return levels if low == high else ((above * 255 + (high - low) // 2) // (high - low)).astype(np.uint8)


def resample_rows(rows, size):
    """`rows` as `size` rows: each the mean of the area that it covers, of one row at least (in 32-bit floats)."""
    one, two, length = np.float32(1), np.float32(2), len(rows)
    scale = np.float32(length) / np.float32(size)
    reach = max(scale, one) / two
    taps = min(math.ceil(two * reach) + 1, length)
    places = np.arange(size, dtype=np.float32) + one / two - np.float32(size) / two
    centre = places * scale + np.float32(length) / two
    first = np.clip(np.floor(centre - reach).astype(np.int64), 0, length - taps)
    result = np.zeros((size, rows.shape[1]), dtype=np.float32)
    for tap in range(taps):
        pixel = (first + tap).astype(np.float32)
        covered = np.minimum(centre + reach, pixel + one) - np.maximum(centre - reach, pixel)
        result += (np.maximum(covered, 0) / (two * reach))[:, None] * rows[first + tap]
    return result


def prepare(levels, said):
    """What the network takes, [1, 1, height, width], ink 1 and paper 0."""
    if said["polarity"] == "inverted" or said["polarity"] == "by_image" and shows_light_text(levels):
        levels = 255 - levels
    if said["contrast"] == "stretched":
        levels = stretch_contrast(levels)
    if said["reads"] == "sequence":
        height, column = int(said["height"]), int(said["column_width"])
        (rows, width), stretch = levels.shape, float(said["stretch"])
        columns = max(math.floor(float(width) * height * stretch / (rows * column) + 0.5), 1)
        ink = resample_rows((255 - levels).astype(np.float32), height)
        ink = resample_rows(ink.T, columns * column).T
        levels = 255 - (ink + np.float32(0.5)).astype(np.uint8)
    return ((255 - levels).astype(np.float32) / np.float32(255))[None, None]


def read(logits, said):
    """The most probable text: of letters the best class, of a sequence a CTC beam search over its steps."""
    alphabet = said["alphabet"]
    if said["reads"] == "letters":
        return alphabet[int(logits.argmax())]
    scores = logits.astype(np.float64) / float(said["temperature"])
    steps = np.exp(scores - scores.max(axis=1, keepdims=True))
    steps /= steps.sum(axis=1, keepdims=True)
    blank = int(said["blank"])
    fewest, most = map(int, said["lengths"].split("-")) if "lengths" in said else (0, len(steps))
    # Of each text so far, the sums over its paths that end in a blank, and in its last character.
    texts = {(): (1.0, 0.0)}
    for step in steps:
        grown = defaultdict(lambda: [0.0, 0.0])
        for text, (in_blank, in_last) in texts.items():
            grown[text][0] += (in_blank + in_last) * step[blank]
            if text:
                grown[text][1] += in_last * step[text[-1]]
            for character in range(blank) if len(text) < most else ():
                before = in_blank if text[-1:] == (character,) else in_blank + in_last
                grown[(*text, character)][1] += before * step[character]
        kept, texts = defaultdict(int), {}
        for text, sums in sorted(grown.items(), key=lambda item: -sum(item[1])):
            group = len(text) if "lengths" in said else 0
            kept[group] += 1
            if kept[group] <= WIDTH and sum(sums) > 0.0:
                texts[text] = sums
    fitting = {text: sum(sums) for text, sums in texts.items() if len(text) >= fewest}
    return "".join(alphabet[character] for character in max(fitting, key=fitting.get, default=()))


def main():
    parser = argparse.ArgumentParser(description="Reads images with a network that captcha-lab exported.")
    parser.add_argument("model", help="a file of captcha-lab export")
    parser.add_argument("images", nargs="+", metavar="IMAGE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, with the network's scores")
    options = parser.parse_args()
    session = onnxruntime.InferenceSession(options.model, providers=["CPUExecutionProvider"])
    said = session.get_modelmeta().custom_metadata_map
    for path in options.images:
        (logits,) = session.run(["logits"], {"images": prepare(gray(path), said)})
        text = read(logits[0], said)
        print(json.dumps({"file": path, "text": text, "logits": logits[0].tolist()}) if options.json else f"{path}\t{text}")


if __name__ == "__main__":
    main()
