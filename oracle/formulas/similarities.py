"""Contrastive losses: by pytorch-metric-learning where it has them, else as PyTorch's cross-entropy of all similarities. In float64, whatever comes."""

import torch
import torch.nn.functional as F
from pytorch_metric_learning.distances import CosineSimilarity, DotProductSimilarity
from pytorch_metric_learning.losses import NTXentLoss
from pytorch_metric_learning.reducers import DoNothingReducer

from . import formula


def reduced(values, dtype, reduction):
    return (values if reduction == "none" else values.sum() if reduction == "sum" else values.mean()).to(dtype)


def checked(temperature, *tensors):
    if not 0 < temperature < float("inf"):
        raise ValueError("the temperature is above 0")
    if not all(t.is_floating_point() for t in tensors):
        raise TypeError("numbers with a fraction")
    return promoted(tensors), [t.double() for t in tensors]


def promoted(tensors):
    dtype = tensors[0].dtype
    for t in tensors[1:]:
        dtype = torch.promote_types(dtype, t.dtype)
    return dtype


def by_library(embeddings, labels, references, temperature, normalize):
    """One value per row; None where the library has another number: it adds a smallest one to what may underflow, and has none for a single pair."""
    finite = all(torch.isfinite(t).all() for t in (embeddings, references))
    distance = CosineSimilarity() if normalize else DotProductSimilarity(normalize_embeddings=False)
    with torch.no_grad():
        spread = distance(embeddings, references).abs().max() / temperature if finite and embeddings.numel() > 0 else torch.inf
    if not spread < 300 or len(embeddings) < 2:
        return None
    own = references is embeddings
    found = NTXentLoss(temperature=temperature, distance=distance, reducer=DoNothingReducer())
    said = found(embeddings, labels) if own else found(embeddings, labels, ref_emb=references, ref_labels=labels.clone())
    rows = said["loss"]["indices"][0]
    return said["loss"]["losses"][torch.argsort(rows)]


def scaled(t, normalize):
    return F.normalize(t, dim=-1) if normalize else t


@formula(source="A. van den Oord et al., https://arxiv.org/abs/1807.03748, equation 4", library="pytorch-metric-learning")
def info_nce_loss(query, positive_key, *, negative_keys=None, temperature=0.1, normalize=True, reduction="mean"):
    if query.shape != positive_key.shape:
        raise ValueError("one key per query")
    if negative_keys is None:
        dtype, (q, k) = checked(temperature, query, positive_key)
        labels = torch.arange(len(q))
        values = by_library(q, labels, k, temperature, normalize)
        if values is None:
            logits = scaled(q, normalize) @ scaled(k, normalize).T / temperature
            values = F.cross_entropy(logits, labels, reduction="none")
        return reduced(values, dtype, reduction)
    dtype, (q, k, n) = checked(temperature, query, positive_key, negative_keys)
    q, k, n = (scaled(t, normalize) for t in (q, k, n))
    others = q @ n.T if n.dim() == 2 else torch.einsum("nd,nmd->nm", q, n)
    logits = torch.cat([(q * k).sum(dim=1, keepdim=True), others], dim=1) / temperature
    return reduced(F.cross_entropy(logits, torch.zeros(len(q), dtype=torch.long), reduction="none"), dtype, reduction)


@formula(source="T. Chen et al., SimCLR, https://arxiv.org/abs/2002.05709, equation 1", library="pytorch-metric-learning")
def nt_xent_loss(view1, view2, *, temperature=0.5, normalize=True, reduction="mean"):
    if view1.shape != view2.shape:
        raise ValueError("two views of each")
    dtype, views = checked(temperature, view1, view2)
    count = len(view1)
    z = torch.cat(views)
    values = by_library(z, torch.arange(count).repeat(2), z, temperature, normalize) if count > 1 else None
    if values is None:
        unit = scaled(z, normalize)
        logits = (unit @ unit.T / temperature).masked_fill(torch.eye(2 * count, dtype=torch.bool), -torch.inf)
        values = F.cross_entropy(logits, (torch.arange(2 * count) + count) % max(2 * count, 1), reduction="none")
    return reduced(values, dtype, reduction)
