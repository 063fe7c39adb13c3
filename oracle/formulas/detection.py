"""Losses of detectors that torchvision does not have."""

import torch
import torch.nn.functional as F

from . import formula
from ._shared import of_one_type, reduced


def entropy_of(input, target):
    return F.binary_cross_entropy_with_logits(input, target, reduction="none")


@formula(source="X. Li et al., Generalized Focal Loss, eq. 3, https://arxiv.org/abs/2006.04388")
def quality_focal_loss(input, target, *, beta=2.0, reduction="mean"):
    input, target = of_one_type(input, target)
    return reduced((target - input.sigmoid()).abs() ** beta * entropy_of(input, target), reduction)


@formula(source="H. Zhang et al., VarifocalNet, eq. 2, https://arxiv.org/abs/2008.13367")
def varifocal_loss(input, target, *, alpha=0.75, gamma=2.0, reduction="mean"):
    input, target = of_one_type(input, target)
    positive = target > 0
    values = torch.zeros_like(input)
    values[positive] = target[positive] * entropy_of(input[positive], target[positive])
    # of indices, not by torch.where, which lets what is infinite in the one branch into the gradient of the other
    negatives = input[~positive]
    values[~positive] = -alpha * negatives.sigmoid() ** gamma * F.logsigmoid(-negatives)
    return reduced(values, reduction)
