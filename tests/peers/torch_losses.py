"""PyTorch's losses, one outcome and one prediction at a time, in double precision."""

import numpy as np
import torch
from plain import softmax
from torch import nn

torch.set_default_dtype(torch.float64)


def batch(x):
    """A batch of one."""
    return torch.as_tensor(np.asarray(x))[None]


def number(x):
    return float(torch.as_tensor(x).sum())


def elementwise(loss, see=lambda y, f: (y, f), **renamed):
    """A loss that is asked without a reduction; ``renamed`` has its words for our shapes."""

    def value(y, f, **shape):
        options = {renamed[name]: number for name, number in shape.items()}
        y, f = see(y, f)
        return number(loss(reduction="none", **options)(batch(f), batch(y)))

    return value


def reals(y, f):
    return np.asarray(y, float), np.asarray(f, float)


def signs(y, f):
    return 2.0 * y - 1, float(f)


def cosine(y, f):
    loss = nn.CosineEmbeddingLoss(reduction="none")
    return number(loss(batch(f), batch(y), batch(1)))


def gaussian(y, f):
    loss = nn.GaussianNLLLoss(reduction="none")
    return number(loss(batch(f[0]), batch(y), batch(f[1])))


def mixture(y, f):
    parts = torch.distributions
    logits, mean, deviation = map(torch.as_tensor, f)
    model = parts.MixtureSameFamily(
        parts.Categorical(logits=logits), parts.Normal(mean, deviation)
    )
    return -number(model.log_prob(torch.as_tensor(y)))


def linear(y, f):
    loss = nn.LinearCrossEntropyLoss(len(f), len(f), reduction="none")
    with torch.no_grad():
        loss.linear.weight.copy_(torch.eye(len(f)))
        return number(loss(batch(f), batch(y)))


def adaptive(y, f):
    """Four classes: two at the head, two in a cluster that the head sees as one."""
    loss = nn.AdaptiveLogSoftmaxWithLoss(4, 4, cutoffs=[2], div_value=1.0)
    f = torch.as_tensor(f)
    with torch.no_grad():
        head = torch.stack([f[0], f[1], torch.logsumexp(f[2:], 0)])
        loss.head.weight.copy_(torch.outer(head, torch.ones(4)) / 4)
        loss.tail[0][0].weight.copy_(torch.eye(4))
        loss.tail[0][1].weight.copy_(torch.outer(f[2:], torch.ones(4)) / 4)
        return -number(loss(torch.ones(1, 4), batch(y)).output)


def categorical(y, f, **options):
    return number(nn.CrossEntropyLoss(reduction="none", **options)(batch(f), batch(y)))


def label_margin(y, f):
    """The labels come as a list that ends with -1."""
    target = np.append(np.flatnonzero(y), -np.ones(int(np.sum(y == 0)), int))
    return number(nn.MultiLabelMarginLoss(reduction="none")(batch(f), batch(target)))


def divergence(y, f):
    return number(nn.KLDivLoss(reduction="sum")(batch(np.log(f)), batch(y)))


def ctc(y, f):
    """Asked for the sum: the mean would divide by the number of labels."""
    log_p = torch.log_softmax(torch.as_tensor(f), -1)
    sizes = torch.tensor(len(f)), torch.tensor(len(y))
    return number(nn.CTCLoss(reduction="sum")(log_p, torch.tensor(y), *sizes))


def bradley_terry(y, f):
    return number(nn.SoftMarginLoss(reduction="none")(batch(f[0] - f[1]), batch(y[0] - y[1])))


def ranking(y, f):
    loss = nn.MarginRankingLoss(margin=1.0, reduction="none")
    return number(loss(batch(f[0]), batch(f[1]), batch(2.0 * y - 1)))


def triplet(loss):
    def value(y, f, margin):
        anchor, partner, other = map(batch, f)
        return number(loss(margin=margin, reduction="none")(anchor, partner, other))

    return value


SHIPPED = {
    "torch.nn.MSELoss": elementwise(nn.MSELoss),
    "torch.nn.L1Loss": elementwise(nn.L1Loss),
    "torch.nn.HuberLoss": elementwise(nn.HuberLoss, delta="delta"),
    "torch.nn.SmoothL1Loss": elementwise(nn.SmoothL1Loss, delta="beta"),
    "torch.nn.CosineEmbeddingLoss": cosine,
    "torch.nn.GaussianNLLLoss": gaussian,
    "torch.distributions.MixtureSameFamily": mixture,
    "torch.nn.BCELoss": elementwise(nn.BCELoss, reals),
    "torch.nn.BCEWithLogitsLoss": elementwise(nn.BCEWithLogitsLoss, reals),
    "torch.nn.SoftMarginLoss": elementwise(nn.SoftMarginLoss, signs),
    "torch.nn.CrossEntropyLoss": categorical,
    "torch.nn.NLLLoss": elementwise(nn.NLLLoss, lambda y, f: (y, np.log(softmax(f)))),
    "torch.nn.LinearCrossEntropyLoss": linear,
    "torch.nn.AdaptiveLogSoftmaxWithLoss": adaptive,
    "torch.nn.MultiLabelSoftMarginLoss": elementwise(nn.MultiLabelSoftMarginLoss),
    "torch.weight": lambda y, f, w: categorical(y, f, weight=torch.as_tensor(w)),
    "torch.label_smoothing": lambda y, f, epsilon: categorical(y, f, label_smoothing=epsilon),
    "torch.nn.KLDivLoss": divergence,
    "torch.nn.MultiMarginLoss": elementwise(nn.MultiMarginLoss),
    "torch.nn.MultiLabelMarginLoss": label_margin,
    "torch.nn.PoissonNLLLoss": elementwise(nn.PoissonNLLLoss, reals),
    "torch.nn.CTCLoss": ctc,
    "torch.soft_margin_on_differences": bradley_terry,
    "torch.nn.MarginRankingLoss": ranking,
    "torch.nn.HingeEmbeddingLoss": elementwise(nn.HingeEmbeddingLoss, signs),
    "torch.nn.TripletMarginLoss": triplet(nn.TripletMarginLoss),
    "torch.nn.TripletMarginWithDistanceLoss": triplet(nn.TripletMarginWithDistanceLoss),
}
SLOPES = {}
LEFT_OUT = {}
