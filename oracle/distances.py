"""Functions that cases name, for losses that take one: each is in src/families/vectors/distances.ts too."""

import torch
import torch.nn.functional as F

euclidean = torch.pairwise_distance


def manhattan(a, b):
    return F.pairwise_distance(a, b, p=1)


def chebyshev(a, b):
    return F.pairwise_distance(a, b, p=float("inf"))


def cosine(a, b):
    return 1 - F.cosine_similarity(a, b, dim=-1)
