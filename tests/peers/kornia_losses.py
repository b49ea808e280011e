"""Kornia's losses in double precision; masks come as images with a channel for each class."""

import numpy as np
import torch
from kornia import losses

torch.set_default_dtype(torch.float64)


def robust(loss):
    """Its shape is fixed."""
    return lambda y, f, **fixed: float(loss(torch.tensor([f]), torch.tensor([y]))[0])


def focal(y, f, gamma):
    loss = losses.focal_loss(torch.tensor(f)[None], torch.tensor([y]), None, gamma)
    return float(loss.sum())  # a number for each class; only the true one's is above 0


def image(x):
    """A row of pixels."""
    return torch.as_tensor(x)[None, None, :]


def of_masks(loss, **renamed):
    """The softmax of two channels is the chance of a pixel to be on."""

    def value(y, f, **shape):
        options = {renamed[name]: number for name, number in shape.items()}
        logits = np.log(f / (1 - f))
        channels = torch.stack([image(0 * logits), image(logits)], dim=1)
        return float(loss(channels, image(y).long(), **options))

    return value


def lovasz_hinge(y, f, **shape):
    return float(losses.lovasz_hinge_loss(image(f)[None], image(y)))


SHIPPED = {
    "kornia.charbonnier_loss": robust(losses.charbonnier_loss),
    "kornia.cauchy_loss": robust(losses.cauchy_loss),
    "kornia.geman_mcclure_loss": robust(losses.geman_mcclure_loss),
    "kornia.welsch_loss": robust(losses.welsch_loss),
    "kornia.focal_loss": focal,
    "kornia.dice_loss": of_masks(losses.dice_loss),
    "kornia.tversky_loss": of_masks(losses.tversky_loss, extra="alpha", missed="beta"),
    "kornia.lovasz_hinge_loss": lovasz_hinge,
    "kornia.psnr_loss":
        lambda y, f: float(losses.psnr_loss(image(f), image(y), 1.0)),
    "kornia.total_variation": lambda y, f: float(losses.total_variation(image(f)).sum()),
}
SLOPES = {}
LEFT_OUT = {
    "kornia.lovasz_softmax_loss": "the mean over classes of what lovasz_hinge_loss has for one",
    "kornia.ssim_loss": "a window over an image: no formula of one outcome",
}
