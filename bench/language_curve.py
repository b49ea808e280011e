"""Train the small network of the page "Language models" and write its curve for that page:
`make language-curve` (PyTorch has to be installed). The lines that train it are taken from the
page itself."""

import json
import platform

import nbformat
import numpy as np
from measure import ROOT

from xent_lit import Categorical, Evaluation, bits_per_byte, shifted, windows

PAGE = ROOT / "nbs/16_language.ipynb"
STEPS = 1000
LOOKS = 0, 1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 700, 1000


def trainer():
    """What the page's lines define, by name."""
    cells = nbformat.read(PAGE, as_version=4).cells
    (source,) = (cell.source for cell in cells if "def train_network" in cell.source)
    space = {}
    exec(compile(source, str(PAGE), "exec"), space)
    return space


def judge(model, text):
    """The evaluation of a text under a network that reads it through windows."""
    import torch

    done = Evaluation()
    tokens = torch.from_numpy(np.frombuffer(text, np.uint8).astype(np.int64))
    for context, scored in windows(len(tokens), size=256, stride=128):
        x, y, _ = shifted(tokens[context.start : scored.stop], bos=0)
        new = slice(scored.start - context.start, None)
        with torch.no_grad():
            z = model(x[None])[0, new]
        done = done.update(Categorical(logits=z), y[new])
    return done


def main():
    from pydoc_data.topics import topics

    import torch

    text = "\n".join(topics[name] for name in sorted(topics)).encode()
    train, test = text[:300_000], text[300_000:320_000]
    space = trainer()
    torch.manual_seed(0)
    curve = {0: round(float(bits_per_byte(judge(space["Network"](), test), len(test))), 4)}

    def told(step, model, loss):
        if step in LOOKS:
            curve[step] = round(float(bits_per_byte(judge(model, test), len(test))), 4)
            print(step, round(loss, 3), "nats;", curve[step], "bits per byte", flush=True)

    model = space["train_network"](train, STEPS, told)
    told_of = {
        "command": "make language-curve",
        "python": platform.python_version(),
        "torch": torch.__version__.partition("+")[0],
        "parameters": sum(p.numel() for p in model.parameters()),
        "step": [step for step in curve if step],
        "bits_per_byte": [bits for step, bits in curve.items() if step],
        "untrained": curve[0],
    }
    path = ROOT / "nbs/language-curve.json"
    path.write_text(json.dumps(told_of, indent=1) + "\n")


if __name__ == "__main__":
    main()
