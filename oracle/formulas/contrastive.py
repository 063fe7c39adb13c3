"""Losses of embeddings and of language models that PyTorch does not have. In float64, whatever comes."""

import math

import torch
import torch.nn.functional as F

from . import formula


def reduced(values, counted, dtype, reduction):
    """`counted` is what a mean divides by."""
    value = values if reduction == "none" else values.sum() if reduction == "sum" else values.sum() / counted
    return value.to(dtype)


def rows(input):
    """Rows of classes, (N…, C), of scores with the classes on axis 1."""
    return input.double().movedim(0 if input.dim() == 1 else 1, -1)


def picked(rows, target, ignore_index):
    """Of each row the number of its target, 0 where it does not count, and whether it does."""
    target = target.long()  # as a byte, -100 would be 156
    keep = target != ignore_index
    index = torch.where(keep, target, 0)
    return torch.where(keep, rows.gather(-1, index[..., None])[..., 0], 0.0), keep


@formula(source="fairseq's label_smoothed_nll_loss, https://github.com/facebookresearch/fairseq/blob/main/fairseq/criterions/label_smoothed_cross_entropy.py")
def label_smoothed_nll_loss(input, target, *, epsilon=0.1, ignore_index=-100, reduction="mean"):
    """The target's distribution, ε spread over the other classes, against the log-probabilities."""
    if not 0 <= epsilon <= 1:
        raise ValueError("epsilon is a share")
    logp = rows(input)
    classes = logp.shape[-1]
    if classes < 2:
        raise ZeroDivisionError("no other classes")
    right, keep = picked(logp, target, ignore_index)
    if epsilon == 0:
        return reduced(torch.where(keep, -right, 0.0), keep.sum(), input.dtype, reduction)
    one_hot = F.one_hot(torch.where(keep, target, 0).long(), classes)
    distribution = torch.full_like(logp, epsilon / (classes - 1)).masked_fill(one_hot == 1, 1 - epsilon)
    values = -(distribution * logp).sum(dim=-1)
    # what is not finite is as in fairseq's two terms, of which one may be 0·∞
    share = epsilon / (classes - 1)
    terms = -(1 - epsilon - share) * right - share * logp.sum(dim=-1)
    values = torch.where(keep, torch.where(torch.isfinite(logp).all(dim=-1), values, terms), 0.0)
    return reduced(values, keep.sum(), input.dtype, reduction)


def weighted(values, weight, target, keep):
    """Rows times the weights of their targets, and the sum of these weights."""
    w = torch.ones_like(values) if weight is None else weight.double()[torch.where(keep, target, 0).long()]
    w = torch.where(keep, w, 0.0)
    return torch.where(keep, w * values, 0.0), w.sum()


@formula(source="T.-Y. Lin et al., Focal Loss for Dense Object Detection, https://arxiv.org/abs/1708.02002, equation 5, of a softmax")
def softmax_focal_loss(input, target, *, gamma=2.0, weight=None, ignore_index=-100, reduction="mean"):
    if not (gamma >= 0 and math.isfinite(gamma)):
        raise ValueError("gamma is not below 0")
    logp, keep = picked(torch.log_softmax(rows(input), dim=-1), target, ignore_index)
    # 1 − p without the difference; where it is 0, so is the loss, and its slope
    miss = -torch.expm1(logp)
    sure = miss == 0
    factor = torch.where(sure, 0.0 if gamma > 0 else 1.0, torch.where(sure, 1.0, miss) ** gamma)
    values, weights = weighted(-factor * logp, weight, target, keep)
    return reduced(values, weights, input.dtype, reduction)


@formula(source="Z. Leng et al., PolyLoss, https://arxiv.org/abs/2204.12511, equation 6")
def poly1_cross_entropy_loss(input, target, *, epsilon=1.0, weight=None, ignore_index=-100, reduction="mean"):
    if not math.isfinite(epsilon):
        raise ValueError("epsilon is finite")
    probability, keep = picked(torch.softmax(rows(input), dim=-1), target, ignore_index)
    x = rows(input).movedim(-1, 0 if input.dim() == 1 else 1)
    cross_entropy = F.cross_entropy(x, target.long(), ignore_index=ignore_index, reduction="none")
    values, weights = weighted(cross_entropy + epsilon * (1 - probability), weight, target, keep)
    return reduced(values, weights, input.dtype, reduction)


@formula(source="A. Chowdhery et al., PaLM, https://arxiv.org/abs/2204.02311, section 5: z_loss = 1e-4·log² Z")
def z_loss(input, *, coefficient=1e-4, target=None, ignore_index=-100, reduction="mean"):
    if not math.isfinite(coefficient):
        raise ValueError("the coefficient is finite")
    x = rows(input)
    if x.shape[-1] == 0:
        raise ValueError("no classes")
    # torch.logsumexp's slopes sum up to 2 where log 2 is lost beside two equal large scores
    top = x.detach().amax(dim=-1, keepdim=True)
    top = torch.where(torch.isfinite(top), top, 0.0)
    values = coefficient * (top[..., 0] + (x - top).exp().sum(dim=-1).log()) ** 2
    keep = torch.ones_like(values, dtype=torch.bool) if target is None else target.long() != ignore_index
    return reduced(torch.where(keep, values, 0.0), keep.sum(), input.dtype, reduction)
