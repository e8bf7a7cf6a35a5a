"""Writes flat_start.json: the flat alignment of two small images and its cross-entropy, in NumPy.

    python3 flat_start.py > flat_start.json
"""

import json

import numpy as np

COLUMN = 2
TEXTS = [[1, 0, 2], [2]]
generator = np.random.default_rng(5)
images = (generator.random((2, 6, 20)) < 0.3).astype(np.float32)
images[1, :, 12:] = 0.0
logits = generator.normal(size=(2, 10, 4)).astype(np.float32).round(3)

labels, losses = [], []
for image, text, scores in zip(images, TEXTS, logits):
    d = np.abs(np.diff(image, axis=0)).sum(axis=0).reshape(-1, COLUMN).mean(axis=1)
    d = d - 0.9 * d.min()
    position = (np.cumsum(d) - d / 2) / d.sum() * len(text)
    character = np.clip(np.floor(position).astype(int), 0, len(text) - 1)
    inside = position - character
    row = [text[k] if 0.2 < f < 0.8 else -100 for k, f in zip(character, inside)]
    labels.append(row)
    for label, step in zip(row, scores.astype(np.float64)):
        if label >= 0:
            losses.append(np.log(np.exp(step).sum()) - step[label])

print(json.dumps({
    "column": COLUMN,
    "texts": TEXTS,
    "images": images.astype(int).tolist(),
    "logits": [[[float(str(x)) for x in step] for step in image] for image in logits],
    "labels": labels,
    "loss": float(np.mean(losses)),
}))
