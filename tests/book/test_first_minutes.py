"""The first page: the numbers that it states, and the line of PyTorch that it shows and the build
does not run."""

import re

import numpy as np
import pytest
from helpers import code, directive, notebooks

import xent_lit as xl

PAGE = notebooks()["index"]
PROSE = "\n".join(cell.source for cell in PAGE.cells if cell.cell_type == "markdown")
PREDICTED = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
LABEL = np.array([0, 1, 2, 1])


def test_the_table_of_four_photos():
    losses = xl.cross_entropy(np.eye(3)[LABEL], PREDICTED)
    table = re.findall(r"^\| \d \| .* \| \$-\\log [\d.]+ = ([\d.]+)\$ \|$", PROSE, re.MULTILINE)
    assert [float(loss) for loss in table] == pytest.approx(losses, abs=5e-4)
    assert f"{losses.mean():.3f} nats" in PROSE


@pytest.mark.parametrize("q", [0.7, 0.1])
def test_the_loss_of_one_photo(q):
    assert rf"$-\log {q} = {-np.log(q):.3f}$" in PROSE


def test_the_four_days():
    y, f = np.array([19.0, 20.0, 22.0, 23.0]), np.array([20.0, 20.0, 20.0, 23.0])
    assert f"1.25/2 + 0.919 = {xl.nll(xl.Normal(f, 1.0), y):.3f}" in PROSE
    assert f"{np.log(2 * np.pi) / 2:.3f}" == "0.919"


def test_pytorch_returns_what_the_comment_says():
    pytest.importorskip("torch")
    source = next(s for s in code(PAGE) if "import torch" in s)
    assert directive(source, "eval") == "false"
    *lines, call, said = [line for line in source.splitlines() if line and line[:2] != "#|"]
    space = {"predicted": PREDICTED, "label": LABEL}
    exec("\n".join(lines), space)
    loss = eval(call, space)
    assert loss == pytest.approx(xl.nll(xl.Categorical(PREDICTED), LABEL), rel=1e-12)
    assert said == "# returns " + str(loss)
