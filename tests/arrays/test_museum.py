"""The numbers that the museum of errors tells of PyTorch are those of the version it names."""

import math

import pytest

torch = pytest.importorskip("torch")
F = torch.nn.functional
if not torch.__version__.startswith("2.13"):
    pytest.skip("the museum tells of PyTorch 2.13", allow_module_level=True)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_class_weights_by_numbers_and_by_rows():
    z, w = tensor([2.3, 2.1, 4.5], [4.2, 3.2, 5.1]), tensor(25.0, 25.0, 100.0)
    y = torch.tensor([1, 2])
    rows = F.one_hot(y, 3).to(z.dtype)
    assert float(F.cross_entropy(z, y, weight=w)) == pytest.approx(0.8705, abs=5e-5)
    assert float(F.cross_entropy(z, rows, weight=w)) == pytest.approx(54.4052, abs=5e-5)


def test_all_labels_ignored():
    assert math.isnan(float(F.cross_entropy(tensor([2.0, 0.0]), torch.tensor([-100]))))


@pytest.mark.filterwarnings("ignore:reduction")
def test_the_default_mean_of_a_divergence():
    p, q = tensor([0.5, 0.5]), tensor([0.75, 0.25])
    means = [float(F.kl_div(q.log(), p, reduction=r)) for r in ("batchmean", "mean")]
    assert means == pytest.approx([0.1438, 0.0719], abs=5e-5)


def test_a_divergence_with_its_arguments_exchanged():
    p, q = tensor(0.7, 0.2, 0.1), tensor(0.5, 0.25, 0.25)
    both = [float(F.kl_div(a.log(), b, reduction="sum")) for a, b in ((q, p), (p, q))]
    assert both == pytest.approx([0.0993, 0.1166], abs=5e-5)


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_a_column_and_a_row():
    y = tensor(1.0, 2.0, 3.0)
    assert float(F.mse_loss(y[:, None], y)) == pytest.approx(4 / 3)


def test_the_total_of_the_full_poisson_loss():
    counts = torch.arange(100, dtype=torch.float64)
    loss = F.poisson_nll_loss(torch.full_like(counts, 2.0), counts, log_input=False, full=True,
                              reduction="none")
    assert float(torch.exp(-loss).sum()) == pytest.approx(1.0192, abs=5e-5)


def test_the_clamped_logarithm():
    z = torch.tensor([200.0], requires_grad=True)
    loss = F.binary_cross_entropy(torch.sigmoid(z), torch.zeros(1))
    loss.backward()
    assert float(loss.detach()) == 100 and float(z.grad) == 0
    sure = torch.ones(1, requires_grad=True)
    F.binary_cross_entropy(sure, torch.zeros(1)).backward()
    assert float(sure.grad) == pytest.approx(1e12)


def test_label_smoothing():
    z, y = tensor([4.0, 0.0, 0.0]), torch.tensor([0])
    w = tensor(1.0, 100.0, 1.0)
    found = [float(F.cross_entropy(z, y, weight=w, label_smoothing=0.1)),
             float(F.cross_entropy(z, y, label_smoothing=0.1))]
    assert found == pytest.approx([13.6214, 0.3026], abs=5e-5)
    for count, floor in (2, 0.1985), (1000, 1.0148):
        best = torch.full((1, count), 0.1 / count, dtype=torch.float64)
        best[0, 0] += 0.9
        lowest = float(F.cross_entropy(best.log(), y, label_smoothing=0.1))
        assert lowest == pytest.approx(floor, abs=5e-5)
