"""Packages of a loss or two."""

import numpy as np
import properscoring
import scoringrules
import torch
from coral_pytorch.losses import coral_loss, corn_loss
from info_nce import InfoNCE
from torchcrf import CRF
from torchmetrics.text import Perplexity

torch.set_default_dtype(torch.float64)


def chain(y, f, start, steps, end):
    """Its ``forward`` is the log-likelihood."""
    of = CRF(f.shape[1], batch_first=True)
    of.start_transitions.data = torch.tensor(start)
    of.transitions.data = torch.tensor(steps)
    of.end_transitions.data = torch.tensor(end)
    return -float(of(torch.tensor(f)[None], torch.tensor(y)[None]))


def coral(y, f):
    levels = torch.tensor(np.arange(len(f)) < y)[None].double()
    return float(coral_loss(torch.tensor(f)[None], levels))


def corn(y, f):
    return float(corn_loss(torch.tensor(f)[None], torch.tensor([y]), len(f) + 1))


def info_nce(y, f, temperature):
    """Vectors in the plane with these cosines to the first axis; the partner comes first."""
    keys = torch.tensor(np.stack([f, np.sqrt(1 - f**2)], axis=1))
    of = InfoNCE(temperature=temperature)
    return float(of(torch.tensor([[1.0, 0.0]]), keys[:1], keys[1:]))


def perplexity(y, f):
    """The logarithm: the mean cost of a token."""
    return float(torch.log(Perplexity()(torch.tensor(f)[None], torch.tensor(y)[None])))


SHIPPED = {
    "torchmetrics.perplexity": perplexity,
    "torchcrf.CRF": chain,
    "coral_pytorch.coral_loss": coral,
    "coral_pytorch.corn_loss": corn,
    "info_nce.InfoNCE": info_nce,
    "properscoring.crps_gaussian": lambda y, f: float(properscoring.crps_gaussian(y, *f)),
    "scoringrules.crps": lambda y, f: float(scoringrules.crps_normal(y, *f)),
}
SLOPES = {}
LEFT_OUT = {
    "scoringrules.dss": "scores an ensemble by its mean and deviation, not a mean and deviation",
}
