"""What a language model is asked, the windows of a long text, and the page's own training loop."""

import json
import math

import numpy as np
import pytest
import sympy as sp
from helpers import NBS, code, notebooks

from xent_lit import Categorical, Evaluation, bits_per_byte, nll, shifted, windows

TOKENS, NUMBERS, REAL = [5, 6, 7, 8, 9, 0], [1, 1, 1, 2, 2, 2], [1, 1, 1, 1, 1, 0]


def pairs(*arrays):
    x, y, asked = map(np.asarray, arrays)
    return list(zip(x[asked].tolist(), y[asked].tolist()))


# ── Pairs ────────────────────────────────────────────────────────────────────────────────────────


def test_pairs_within_documents_are_asked_once():
    found = shifted(TOKENS, documents=NUMBERS, mask=REAL)
    assert pairs(*found) == [(5, 6), (6, 7), (8, 9)]
    assert [len(a) for a in found] == [5, 5, 5]


def test_bos_stands_before_each_document():
    found = shifted(TOKENS, documents=NUMBERS, mask=REAL, bos=1)
    assert pairs(*found) == [(1, 5), (5, 6), (6, 7), (1, 8), (8, 9)]


def test_padding_on_the_left_is_nobodys_context():
    assert pairs(*shifted([0, 0, 5, 6], mask=[0, 0, 1, 1])) == [(5, 6)]
    assert pairs(*shifted([0, 0, 5, 6], mask=[0, 0, 1, 1], bos=1)) == [(1, 5), (5, 6)]


def test_rows_of_a_batch_are_apart():
    x, y, asked = shifted([[1, 2, 3], [4, 5, 6]], mask=[[1, 1, 1], [1, 1, 0]])
    assert (x.tolist(), y.tolist()) == ([[1, 2], [4, 5]], [[2, 3], [5, 6]])
    assert asked.tolist() == [[True, True], [True, False]]


def test_short_texts_ask_little():
    assert [a.tolist() for a in shifted([3])] == [[], [], []]
    assert [a.tolist() for a in shifted([3], bos=1)] == [[1], [3], [True]]
    assert [a.tolist() for a in shifted(np.zeros(0, int), bos=1)] == [[], [], []]
    assert [a.tolist() for a in shifted([], mask=[], bos=1)] == [[], [], []]


@pytest.mark.parametrize("kind", ["uint8", "int16", "int64"])
def test_tokens_keep_their_type(kind):
    for array in shifted(np.array(TOKENS, kind), bos=1)[:2]:
        assert array.dtype == kind


@pytest.mark.parametrize("library", ["array_api_strict", "torch", "jax.numpy"])
def test_tokens_of_other_libraries(library):
    xp = pytest.importorskip(library)
    make = getattr(xp, "tensor", xp.asarray)
    given = dict(documents=make(NUMBERS), mask=make(np.array(REAL, bool).tolist()), bos=1)
    found = shifted(make(TOKENS), **given)
    assert {type(a) for a in found} == {type(make(TOKENS))}
    assert pairs(*found) == pairs(*shifted(TOKENS, documents=NUMBERS, mask=REAL, bos=1))


def test_a_mask_from_a_list_goes_where_the_tokens_are():
    torch = pytest.importorskip("torch")
    tokens = torch.tensor(TOKENS)
    assert isinstance(shifted(tokens, mask=REAL)[2], torch.Tensor)
    with pytest.raises(TypeError, match="mask is an array of another library than tokens"):
        shifted(tokens, mask=np.array(REAL))


def test_what_is_not_asked_is_absent():
    x, y, asked = shifted(TOKENS, documents=NUMBERS, mask=REAL)
    z = np.random.default_rng(0).normal(size=(5, 10))
    spoiled = np.where(asked[:, None], z, np.nan)
    marked = np.where(asked, y, -100)
    expected = nll(Categorical(logits=z[asked]), y[asked])
    assert nll(Categorical(logits=spoiled), y, weights=asked) == pytest.approx(expected)
    assert nll(Categorical(logits=z), marked, ignore=-100) == pytest.approx(expected)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: shifted([0.5, 1.0]), TypeError, "tokens has the type float64, expected integers"),
        (lambda: shifted(["a", "b"]), TypeError, "shifted: tokens is"),
        (lambda: shifted(3), ValueError, "the single number 3, expected an array"),
        (lambda: shifted([1, 2], mask=[1]), ValueError, r"mask has shape \(1,\), tokens \(2,\)"),
        (lambda: shifted([1, 2], documents=[[1, 1]]), ValueError, "documents has shape"),
        (lambda: shifted([1, 2], mask=[0.0, -np.inf]), TypeError, "mask has the type float64"),
        (lambda: shifted([1, 2], documents=[1.0, np.nan]), TypeError, "expected integers, the nu"),
        (lambda: shifted(list(sp.symbols("a b"))), TypeError, "tokens has symbols, expected int"),
        (lambda: shifted([1, 2], bos=1.5), TypeError, "bos is 1.5, expected an integer"),
        (lambda: shifted([1, 2], bos=True), TypeError, "bos is True, expected an integer"),
        (lambda: shifted(np.uint8([1, 2]), bos=300), ValueError, "bos is 300, .* type uint8"),
    ],
)
def test_what_is_no_row_of_tokens_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ── Windows ──────────────────────────────────────────────────────────────────────────────────────


def test_windows_of_an_example():
    found = [("abcdefg"[c], "abcdefg"[s]) for c, s in windows(7, 4, 2)]
    assert found == [("", "abcd"), ("cd", "ef"), ("def", "g")]


def test_each_token_is_scored_once_with_all_the_context_there_is_room_for():
    for n in range(30):
        for size in range(1, 9):
            for stride in range(1, size + 1):
                found = windows(n, size, stride)
                scored = [place for _, s in found for place in range(s.start, s.stop)]
                assert scored == list(range(n))
                for context, s in found:
                    assert context.stop == s.start < s.stop
                    assert context.start == max(0, s.stop - size)


def test_numbers_of_numpy_are_whole_numbers_too():
    assert windows(np.int64(7), np.int32(4), np.uint8(2)) == windows(7, 4, 2)


@pytest.mark.parametrize("n, size, stride", [(-1, 4, 2), (5, 0, 0), (5, 4, 0), (5, 4, 5)])
def test_windows_that_would_leave_tokens_out_are_refused(n, size, stride):
    with pytest.raises(ValueError, match=f"windows: n is {n}, size {size} and stride {stride}"):
        windows(n, size, stride)


def test_halves_of_tokens_are_refused():
    with pytest.raises(TypeError, match="windows: n is 5, size 4.0 and stride 2, expected whole"):
        windows(5, 4.0, 2)
    with pytest.raises(TypeError, match=r"windows: n is \[1, 2\], .* the n of a text is len"):
        windows([1, 2], 4, 2)


# ── The page's own loop ──────────────────────────────────────────────────────────────────────────


def test_the_training_loop_of_the_page_learns():
    """Its lines as they stand there; and its loss is PyTorch's own."""
    torch = pytest.importorskip("torch")
    page = notebooks()["16_language"]
    (source,) = (cell for cell in code(page) if "def train_network" in cell)
    space = {}
    exec(compile(source, str(NBS / "16_language.ipynb"), "exec"), space)
    losses, threads = [], torch.get_num_threads()
    torch.set_num_threads(1)  # small steps; more would wait for each other
    text = b"the cat sat on the mat, and the rat sat on the cat. " * 40
    model = space["train_network"](text, 8, lambda step, model, loss: losses.append(loss))
    torch.set_num_threads(threads)
    assert len(losses) == 8
    assert abs(losses[0] - math.log(256)) < 0.2 and losses[-1] < losses[0] - 1
    tokens = torch.frombuffer(bytearray(text[:64]), dtype=torch.uint8).long()
    x, y, asked = shifted(tokens[None], bos=0)
    y = torch.where(torch.arange(64) % 3 > 0, y, -100)
    z = model(x)
    own = nll(Categorical(logits=z), y, ignore=-100)
    theirs = torch.nn.functional.cross_entropy(z[0], y[0], ignore_index=-100)
    torch.testing.assert_close(own, theirs, rtol=1e-5, atol=0)
    ours, reference = (
        torch.autograd.grad(loss, model.next.weight, retain_graph=True)[0] for loss in (own, theirs)
    )
    torch.testing.assert_close(ours, reference, rtol=1e-4, atol=1e-6)


def test_the_curve_and_the_real_model_of_the_page_are_told_with_their_commands():
    curve, real = (
        json.loads((NBS / f"{name}.json").read_text())
        for name in ("language-curve", "character-model")
    )
    assert (curve["command"], real["command"]) == ("make language-curve", "make character-model")
    assert len(curve["step"]) == len(curve["bits_per_byte"])
    assert curve["bits_per_byte"][-1] < 4 < curve["bits_per_byte"][0] < 8.2
    coded = real["coded"]
    assert coded["ideal"] <= coded["coded"] < coded["ideal"] + 2 < coded["zlib"]
    costs = [row["bits_per_character"] for row in real["texts"]]
    assert costs == sorted(costs) and costs[-2] < math.log2(real["characters"]) < costs[-1]


def test_parts_of_a_step_merge():
    few, many = Categorical(probs=[0.5, 0.5]), Categorical(probs=[0.125, 0.875])
    step = Evaluation().update(few, [0]) + Evaluation().update(many, [0, 0, 0])
    assert step.bits == pytest.approx(2.5) and bits_per_byte(step, 5) == pytest.approx(2.0)
