"""What a real language model costs on some texts, for the page "Language models":
`make character-model`.

textgenrnn 2.0.0 (MIT) has a character LSTM inside: 464 characters, a context of 40, two layers and
attention, trained on titles of a discussion site and on posts of pages. Its file of weights is
read with h5py, and the network is run in NumPy; nothing else of the package is needed."""

import inspect
import json
import string
import sys
import textwrap
import zlib
from importlib.util import find_spec
from pathlib import Path

import h5py
import numpy as np

from xent_lit import Categorical, Evaluation
from xent_lit.coding import decode, encode
from xent_lit.logits import softmax

CONTEXT = 40
SENTENCE = "What is the best way to learn a new language when you don't have much time to spare?"
TITLES = (
    SENTENCE,
    "My friend made this for me for my birthday",
    "I just got my first car and I don't know what to do with it",
    "Found this guy in the backyard this morning",
    "What is something that everyone should know how to do?",
    "The best thing about the new season of the show so far",
    "When you see it, you can never go back",
    "My cat is not happy about the new addition to the family",
)
HAMLET = """To be, or not to be: that is the question:
Whether 'tis nobler in the mind to suffer
The slings and arrows of outrageous fortune,
Or to take arms against a sea of troubles,
And by opposing end them? To die: to sleep;
No more; and by a sleep to say we end
The heart-ache and the thousand natural shocks
That flesh is heir to, 'tis a consummation
Devoutly to be wish'd."""


def load(folder):
    """The weights of the network, as its package stores them, and its characters."""
    file = h5py.File(folder / "textgenrnn_weights.hdf5")
    vocabulary = json.loads((folder / "textgenrnn_vocab.json").read_text())

    def get(path):
        return np.asarray(file[path], dtype=np.float64)

    def gates(a, turn):
        """The four gates side by side; cuDNN keeps them in an order of its own."""
        return np.hstack([turn(k) for k in np.hsplit(a, 4)])

    layers = [
        (
            gates(get(f"{layer}/kernel:0"), lambda k: k.T.reshape(k.shape, order="F")),
            gates(get(f"{layer}/recurrent_kernel:0"), lambda k: k.T),
            get(f"{layer}/bias:0").reshape(2, -1).sum(axis=0),
        )
        for layer in ("rnn_1/rnn_1", "rnn_2/rnn_2")
    ]
    attention = get("attention/attention/attention_W:0")[:, 0]
    output = get("output/output/kernel:0"), get("output/output/bias:0")
    return get("embedding/embedding/embeddings:0"), layers, attention, output, vocabulary


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, kernel, recurrent, bias):
    """The outputs of a layer at each place."""
    h = c = np.zeros((len(x), recurrent.shape[0]))
    out = []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        out.append(h)
    return np.stack(out, axis=1)


def numbers(model, text):
    """The numbers of the characters; 0 stands for one that the model does not know."""
    return np.array([model[-1].get(ch, 0) for ch in text])


def logits(model, labels):
    """The logits of each character, given the 40 before it; <s> stands before the first."""
    embedding, layers, attention, (kernel, bias), vocabulary = model
    before = np.concatenate([np.zeros(CONTEXT - 1, int), [vocabulary["<s>"]], labels])
    seen = np.lib.stride_tricks.sliding_window_view(before, CONTEXT)[: len(labels)]
    parts = [embedding[seen]]
    for layer in layers:
        parts.append(lstm(parts[-1], *layer))
    x = np.concatenate(parts, axis=-1)
    return np.einsum("nt,ntd->nd", softmax(x @ attention), x) @ kernel + bias


def cost(model, text):
    """The evaluation of one text."""
    labels = numbers(model, text)
    return Evaluation().update(Categorical(logits=logits(model, labels)), labels)


def row(model, name, texts):
    """The cost of several texts, each from its own beginning."""
    seen = sum((cost(model, text) for text in texts), Evaluation())
    unknown = sum(int((numbers(model, text) == 0).sum()) for text in texts)
    bits = round(float(seen.bits), 2)
    return {
        "text": name,
        "characters": int(seen.weight),
        "unknown": unknown,
        "bits_per_character": bits,
    }


def coded(model, text):
    """What an exact coder pays for a text, one pmf for each place, read back with the same."""
    labels = numbers(model, text)
    rows = softmax(logits(model, labels))
    bits = encode(labels, rows)
    assert decode(bits, rows, len(labels)) == labels.tolist()
    ideal = -np.log2(rows[np.arange(len(labels)), labels]).sum()
    return {
        "sentence": text,
        "n": len(text),
        "ideal": round(float(ideal), 2),
        "coded": len(bits),
        "zlib": 8 * len(zlib.compress(text.encode(), 9)),
    }


def main():
    (home,) = find_spec("textgenrnn").submodule_search_locations
    model = load(Path(home))
    rng = np.random.default_rng(0)
    texts = {
        "titles, as in its training": TITLES,
        "the same in capitals": [title.upper() for title in TITLES],
        "Hamlet": [" ".join(HAMLET.split())],  # it does not know the end of a line
        "a Python program": [inspect.getsource(textwrap)[:3000].replace("\n", " ")],
        "random letters": ["".join(rng.choice([*string.ascii_lowercase], size=1000))],
    }
    told = {
        "command": "make character-model",
        "python": sys.version.split()[0],
        "characters": len(model[-1]),
        "texts": [row(model, name, given) for name, given in texts.items()],
        "coded": coded(model, SENTENCE),
    }
    print(json.dumps(told, indent=1))
    path = Path(__file__).parents[1] / "nbs/character-model.json"
    path.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
