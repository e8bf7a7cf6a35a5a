"""Reference values of CTC by PyTorch for crates/infer/src/ctc: `python3 ctc.py > ctc.json`.

Logits [steps, classes] with the blank last, and texts as classes with the natural logarithm of their probability, null
if they are impossible.
"""

import json
import math

import torch

torch.manual_seed(1)
cases = []
for steps, classes, scale in [(1, 2, 1.0), (3, 3, 2.0), (24, 37, 1.0), (24, 37, 12.0), (60, 11, 5.0)]:
    # Rounded, so that the file is short and float32 holds just what it says.
    logits = (torch.randn(steps, classes) * scale * 8).round() / 8
    probabilities = logits.double().log_softmax(1)
    blank = classes - 1
    last, best = blank, []
    for label in probabilities.argmax(1).tolist():
        if label not in (last, blank):
            best.append(label)
        last = label
    texts = [[], [0], [0, 0], best, list(range(min(blank, 8))), [0] * min(steps, 6)]
    texts += [torch.randint(0, blank, (length,)).tolist() for length in (4, 8, 40)]
    entries = []
    for text in texts:
        loss = torch.nn.functional.ctc_loss(
            probabilities.unsqueeze(1), torch.tensor([text], dtype=torch.long), torch.tensor([steps]),
            torch.tensor([len(text)]), blank=blank, reduction="sum",
        ).item()
        entries.append([text, None if math.isinf(loss) else -loss])
    cases.append({"logits": logits.tolist(), "texts": entries})
print(json.dumps({"torch": torch.__version__, "cases": cases}))
