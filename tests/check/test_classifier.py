"""The classifier of digits on the page of logits: its PyTorch cell, taken from the page, trains the
same model as the NumPy loop there."""

import numpy as np
import pytest
from helpers import NBS, code, notebooks

from xent_lit import Categorical, nll


def run(*words, **space):
    """What the page's cells with these words define, as they stand there."""
    cells = code(notebooks()["08_logits"])
    for some in words:
        (source,) = (cell for cell in cells if some in cell)
        exec(compile(source, str(NBS / "08_logits.ipynb"), "exec"), space)
    return space


def test_the_training_in_pytorch_is_that_in_numpy(capsys):
    torch = pytest.importorskip("torch")
    from sklearn.datasets import load_digits

    numpy = run("W -= x.T @", np=np, load_digits=load_digits)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # small steps; more would wait for each other
    theirs = run("loss.backward()")
    torch.set_num_threads(threads)
    weight, bias = (p.detach().numpy() for p in theirs["model"].parameters())
    np.testing.assert_allclose(weight.T, numpy["W"], atol=1e-4)
    np.testing.assert_allclose(bias, numpy["b"], atol=1e-4)
    said = capsys.readouterr().out
    for rows, words in ("x", 0.1819), ("x_new", 0.2148):
        q = Categorical(logits=numpy[rows] @ numpy["W"] + numpy["b"])
        assert nll(q, numpy[rows.replace("x", "y")]) == pytest.approx(words, abs=6e-5)
        assert f"tensor({words}" in said
    logits = theirs["new"].detach().requires_grad_()
    losses = (
        nll(Categorical(logits=logits), theirs["y"][600:]),
        torch.nn.functional.cross_entropy(logits, theirs["y"][600:]),
    )
    torch.testing.assert_close(*losses, rtol=1e-5, atol=0)
    slopes = (torch.autograd.grad(loss, logits)[0] for loss in losses)
    torch.testing.assert_close(*slopes, rtol=1e-4, atol=1e-8)


def test_what_the_pages_say_of_other_functions_of_pytorch():
    """A column against a row; the penalty that SGD adds, and AdamW's decay, which is none."""
    torch = pytest.importorskip("torch")
    y = torch.tensor([1.0, 2.0, 6.0])
    with pytest.warns(UserWarning, match="broadcasting"):
        assert torch.nn.functional.mse_loss(y[:, None], y) == pytest.approx(28 / 3)
    w = torch.tensor([3.0, -2.0], requires_grad=True)
    (0 * w).sum().backward()
    for optimizer, shrunk in (torch.optim.SGD, 0.95), (torch.optim.AdamW, 0.95):
        with torch.no_grad():
            w.copy_(torch.tensor([3.0, -2.0]))
        optimizer([w], lr=0.1, weight_decay=0.5).step()
        torch.testing.assert_close(w.detach(), shrunk * torch.tensor([3.0, -2.0]))
    for optimizer, same in (torch.optim.SGD, True), (torch.optim.AdamW, False):
        with torch.no_grad():
            w.copy_(torch.tensor([3.0, -2.0]))
        w.grad = torch.tensor([1.0, 10.0])
        optimizer([w], lr=0.1, weight_decay=0.5).step()
        penalised = torch.tensor([3.0, -2.0]) - 0.1 * (w.grad + 0.5 * torch.tensor([3.0, -2.0]))
        assert torch.allclose(w.detach(), penalised) is same
