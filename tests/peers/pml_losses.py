"""pytorch-metric-learning in double precision: one small batch is one outcome.

All scale embeddings to length one, and average over what is not zero.
"""

import numpy as np
import torch
from pytorch_metric_learning import losses
from pytorch_metric_learning.distances import LpDistance

torch.set_default_dtype(torch.float64)


def of_batch(loss, **renamed):
    def value(y, f, **shape):
        options = {renamed[name]: number for name, number in shape.items()}
        return float(loss(**options)(torch.tensor(f), torch.tensor(y)))

    return value


def with_weight(loss, **renamed):
    """A loss with a centre for each class: its own ones are replaced."""

    def value(y, f, weight, **shape):
        options = {renamed[name]: number for name, number in shape.items()}
        of = loss(num_classes=weight.shape[1], embedding_size=len(f), **options)
        centres = of.proxies if hasattr(of, "proxies") else of.W
        given = weight.T if hasattr(of, "proxies") else weight
        centres.data = torch.tensor(given)
        return float(of(torch.tensor(f)[None], torch.tensor([y])))

    return value


def arc_face(y, f, weight, scale, margin):
    """Its margin is told in degrees."""
    of = with_weight(losses.ArcFaceLoss, scale="scale", margin="margin")
    return of(y, f, weight, scale=scale, margin=np.degrees(margin))


def apart():
    """Distances of what it is given, not of directions."""
    return LpDistance(normalize_embeddings=False)


def contrastive(y, f, margin):
    of = losses.ContrastiveLoss(neg_margin=margin, distance=apart())
    return float(of(torch.tensor(f), torch.tensor([0, 1 - y])))


def triplet(y, f, margin):
    """One triplet, told by its three places."""
    of = losses.TripletMarginLoss(margin=margin, distance=apart())
    places = tuple(torch.tensor([i]) for i in range(3))
    return float(of(torch.tensor(f), torch.tensor([0, 0, 1]), places))


SHIPPED = {
    "pml.NTXentLoss": of_batch(losses.NTXentLoss, temperature="temperature"),
    "pml.NPairsLoss": of_batch(losses.NPairsLoss),
    "pml.SupConLoss": of_batch(losses.SupConLoss, temperature="temperature"),
    "pml.NCALoss": of_batch(losses.NCALoss),
    "pml.ProxyNCALoss": with_weight(losses.ProxyNCALoss),
    "pml.NormalizedSoftmaxLoss":
        with_weight(losses.NormalizedSoftmaxLoss, temperature="temperature"),
    "pml.ArcFaceLoss": arc_face,
    "pml.CosFaceLoss": with_weight(losses.CosFaceLoss, scale="scale", margin="margin"),
    "pml.CircleLoss": of_batch(losses.CircleLoss, gamma="gamma", margin="m"),
    "pml.ContrastiveLoss": contrastive,
    "pml.TripletMarginLoss": triplet,
}
SLOPES = {}
NO_FORMULA = "its row names it as one of a kind, and has no formula of it"
LEFT_OUT = {
    "pml.VICRegLoss": "its row has no formula",
    **dict.fromkeys(
        [
            "pml.InstanceLoss",
            "pml.SphereFaceLoss",
            "pml.SubCenterArcFaceLoss",
            "pml.LargeMarginSoftmaxLoss",
            "pml.SoftTripleLoss",
            "pml.TupletMarginLoss",
            "pml.MultiSimilarityLoss",
            "pml.AngularLoss",
            "pml.LiftedStructureLoss",
            "pml.GeneralizedLiftedStructureLoss",
            "pml.MarginLoss",
            "pml.RankedListLoss",
            "pml.SignalToNoiseRatioContrastiveLoss",
            "pml.DynamicSoftMarginLoss",
            "pml.ProxyAnchorLoss",
            "pml.PNPLoss",
            "pml.FastAPLoss",
            "pml.SmoothAPLoss",
            "pml.HistogramLoss",
            "pml.IntraPairVarianceLoss",
            "pml.ManifoldLoss",
            "pml.P2SGradLoss",
            "pml.ThresholdConsistentMarginLoss",
        ],
        NO_FORMULA,
    ),
}
