"""Reference values of AdamW by PyTorch for crates/model/src/adamw.rs: `python3 adamw.py > adamw.json`.

A linear layer [2, 3] with weights 0.1, 0.2, ... 0.6 and biases 0.7, 0.8, trained for five steps on one batch with
a learning rate that changes, weight decay on the weights only.
"""

import json

import torch

layer = torch.nn.Linear(3, 2)
with torch.no_grad():
    layer.weight.copy_(torch.arange(1, 7).reshape(2, 3) / 10)
    layer.bias.copy_(torch.tensor([0.7, 0.8]))
images = torch.arange(12).reshape(4, 3) / 12
labels = torch.tensor([0, 1, 1, 0])
groups = [{"params": [layer.weight], "weight_decay": 0.1}, {"params": [layer.bias], "weight_decay": 0.0}]
optimiser = torch.optim.AdamW(groups)
losses = []
for step in range(5):
    for group in optimiser.param_groups:
        group["lr"] = 0.1 / (step + 1)
    optimiser.zero_grad()
    loss = torch.nn.functional.cross_entropy(layer(images), labels)
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
print(json.dumps({
    "torch": torch.__version__,
    "losses": losses,
    "weight": layer.weight.flatten().tolist(),
    "bias": layer.bias.tolist(),
}, indent=1))
