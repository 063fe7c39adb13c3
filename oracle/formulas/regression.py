"""Losses of real values, element by element."""

import torch

from . import formula
from ._shared import of_one_type, reduced


@formula(source="W.-S. Lai et al., Deep Laplacian Pyramid Networks, eq. 2, https://arxiv.org/abs/1704.03915")
def charbonnier_loss(input, target, *, eps=1e-3, reduction="mean"):
    if not eps >= 0:
        raise ValueError("eps is not a length")
    input, target = of_one_type(input, target)
    return reduced(torch.sqrt((input - target) ** 2 + eps**2), reduction)
