"""Loads torchvision, also where it was built for another kind of PyTorch."""

import functools
import importlib

import torch


@functools.cache
def load_torchvision():
    """Built for another kind of PyTorch, it has no operators of its own: its losses do not use them, but its import names two."""
    try:
        return importlib.import_module("torchvision"), None
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return importlib.import_module("torchvision"), library
