"""Losses of masks: overlap of regions.

Written as the papers have them, on whole one-hot tensors in float64. test/segmentation.test.ts has what segmentation_models.pytorch and
MONAI make of the same numbers.
"""

import torch
import torch.nn.functional as F

from formulas import formula

V_NET = "F. Milletari et al., V-Net, https://arxiv.org/abs/1606.04797"
CONVENTIONS = "; conventions of segmentation_models.pytorch"


class Masks:
    """Probabilities p and truths t of all classes, (N, C, pixels); both 0 where a pixel is ignored. `keep` says where it is not."""

    def __init__(self, input, target, mode, from_logits=True, ignore_index=None, per_image=False):
        self.per_image = per_image
        x = input.double()
        images, classes = x.shape[0], 1 if mode == "binary" else x.shape[1]
        x = x.reshape(images, classes, x[0].numel() // classes if images > 0 else 0)
        exclusive = mode == "multiclass"
        if exclusive and target.dim() < input.dim():
            labels = target.long().reshape(images, x.shape[2])
            keep = labels != ignore_index if ignore_index is not None else torch.ones_like(labels, dtype=torch.bool)
            self.labels = torch.where(keep, labels, 0)
            t = F.one_hot(self.labels, x.shape[1]).movedim(2, 1).double()
            keep = keep.unsqueeze(1).expand_as(t)
        else:
            self.labels = None
            t = target.detach().double().reshape(x.shape)
            keep = t != ignore_index if ignore_index is not None else torch.ones_like(t, dtype=torch.bool)
        # what is ignored is replaced before anything is made of it, so that no NaN comes of it
        self.x = torch.where(keep, x, 0.0)
        self.t = torch.where(keep, t, 0.0)
        self.keep = keep
        self.exclusive = exclusive
        p = self.x if not from_logits else self.x.softmax(1) if exclusive else self.x.sigmoid()
        self.p = torch.where(keep, p, 0.0)

    def sums(self, values):
        """Sums over the pixels of each class, (N, C) or (C)."""
        return values.sum(2) if self.per_image else values.sum((0, 2))


def overlap(
    score, input, target, *, mode="multiclass", classes=None, from_logits=True, ignore_index=None, per_image=False, absent="zero",
    smooth=0.0, smooth_denominator=None, eps=1e-7, log_loss=False, squared=False, reduction="mean", gamma=None,
):
    masks = Masks(input, target, mode, from_logits, ignore_index, per_image)
    chosen = [int(c) for c in (range(masks.p.shape[1]) if classes is None else classes)]
    present = masks.sums(masks.t)[..., chosen] > 0
    counts = present | (absent == "keep")
    # only what counts is computed with, so that no NaN comes of the rest
    above, below = score(masks, lambda values: masks.sums(values)[..., chosen][counts], 2 if squared else 1)
    divisor = (below + (smooth if smooth_denominator is None else smooth_denominator)).clamp_min(eps)
    scores = (above + smooth) / divisor
    if log_loss:
        losses = -scores.clamp_min(eps).log()
    elif gamma is None:
        losses = 1 - scores
    else:
        # a perfect score has no slope, not even an infinite one
        perfect = scores >= 1
        losses = torch.where(perfect, 0.0, torch.where(perfect, 1.0, 1 - scores) ** gamma)
    if reduction == "none":
        return torch.zeros_like(present, dtype=torch.float64).masked_scatter(counts, losses)
    total = losses.sum()
    return total if reduction == "sum" else total / (present.sum().clamp_min(1) if absent == "skip" else counts.numel())


def dice_score(masks, sums, power):
    return 2 * sums(masks.p * masks.t), sums(masks.p**power + masks.t**power)


def jaccard_score(masks, sums, power):
    common = masks.p * masks.t
    return sums(common), sums(masks.p**power + masks.t**power - common)


def tversky_score(alpha, beta):
    def score(masks, sums, power):
        true = sums(masks.p * masks.t)
        false_positive = sums(masks.p * (1 - masks.t))
        false_negative = sums((1 - masks.p) * masks.t)
        return true, true + alpha * false_positive + beta * false_negative

    return score


@formula(source=V_NET + CONVENTIONS)
def dice_loss(input, target, **options):
    return overlap(dice_score, input, target, **options)


@formula(source="M. A. Rahman and Y. Wang, Optimizing Intersection-Over-Union, ISVC 2016" + CONVENTIONS)
def jaccard_loss(input, target, **options):
    return overlap(jaccard_score, input, target, **options)


@formula(source="S. S. M. Salehi et al., https://arxiv.org/abs/1706.05721" + CONVENTIONS)
def tversky_loss(input, target, alpha=0.5, beta=0.5, **options):
    return overlap(tversky_score(alpha, beta), input, target, **options)


@formula(source="N. Abraham and N. M. Khan, https://arxiv.org/abs/1810.07842" + CONVENTIONS)
def focal_tversky_loss(input, target, alpha=0.3, beta=0.7, gamma=0.75, **options):
    return overlap(tversky_score(alpha, beta), input, target, gamma=gamma, **options)


@formula(source=V_NET + ", and torch.nn.functional.cross_entropy and binary_cross_entropy_with_logits")
def dice_cross_entropy_loss(
    input, target, weight=None, lambda_dice=1.0, lambda_ce=1.0, mode="multiclass", ignore_index=None, reduction="mean", **options
):
    regions = overlap(dice_score, input, target, mode=mode, ignore_index=ignore_index, reduction=reduction, **options)
    masks = Masks(input, target, mode, ignore_index=ignore_index)
    if not masks.exclusive:
        pixels = F.binary_cross_entropy_with_logits(masks.x[masks.keep], masks.t[masks.keep], reduction=reduction)
    else:
        truth = masks.t if masks.labels is None else torch.where(masks.keep[:, 0], masks.labels, -1)
        weight = None if weight is None else weight.double()
        pixels = F.cross_entropy(masks.x, truth, weight, ignore_index=-1, reduction=reduction)
    return lambda_dice * regions + lambda_ce * pixels


def lovasz(errors, truth, single):
    """Σ errors, the largest first, times the differences of the Jaccard loss of the sets that they make one by one."""
    if errors.numel() == 0:
        return errors.sum()
    # of errors that are equal in the precision of the scores, the first comes first
    order = torch.sort((errors.float() if single else errors).detach(), descending=True, stable=True).indices
    truth = truth[order].double()
    intersection = truth.sum() - truth.cumsum(0)
    union = truth.sum() + (1 - truth).cumsum(0)
    jaccard = 1 - intersection / union
    return errors[order].relu() @ torch.diff(jaccard, prepend=torch.zeros(1, dtype=torch.float64))


def by_image(masks, value, per_image, reduction):
    """One value per image, or one for the batch."""
    images = range(masks.x.shape[0])
    values = [value([n]) for n in images] if per_image else [value(list(images))]
    all = torch.stack(values) if values else masks.x.sum((1, 2))
    if reduction == "none":
        return all if per_image else all[0]
    return all.mean() if reduction == "mean" else all.sum()


LOVASZ = "M. Berman et al., https://arxiv.org/abs/1705.08790, Algorithm 1"


@formula(source=LOVASZ)
def lovasz_softmax_loss(
    input, target, classes=None, from_logits=True, ignore_index=None, per_image=False, absent="skip", reduction="mean"
):
    masks = Masks(input, target, "multiclass", from_logits, ignore_index)
    chosen = [int(c) for c in (range(masks.p.shape[1]) if classes is None else classes)]
    single = input.dtype != torch.float64

    def value(images):
        losses = []
        for c in chosen:
            keep = masks.keep[images, c]
            truth = masks.t[images, c][keep]
            if absent == "keep" or truth.sum() > 0:
                losses.append(lovasz((truth - masks.p[images, c][keep]).abs(), truth, single))
        none = (masks.p * 0).sum()
        return sum(losses, none) / max(len(losses) if absent == "skip" else len(chosen), 1)

    return by_image(masks, value, per_image, reduction)


@formula(source=LOVASZ)
def lovasz_hinge_loss(input, target, ignore_index=None, per_image=False, reduction="mean"):
    masks = Masks(input, target, "binary", True, ignore_index)

    def value(images):
        keep = masks.keep[images]
        x, truth = masks.x[images][keep], masks.t[images][keep]
        return lovasz(1 - x * (2 * truth - 1), truth, input.dtype != torch.float64)

    return by_image(masks, value, per_image, reduction)
