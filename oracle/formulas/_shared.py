"""What several formulas need."""

import torch


def reduced(values, reduction):
    return values if reduction == "none" else values.mean() if reduction == "mean" else values.sum()


def of_one_type(*tensors):
    """All of the dtype and shape that they promote and broadcast to."""
    return torch.broadcast_tensors(*(t.to(torch.result_type(*tensors)) for t in tensors))
