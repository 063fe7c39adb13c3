"""Losses that neither PyTorch nor torchvision has, each a second time: from its paper, or from another library, with PyTorch's autograd.

A formula is a function of the loss's name in Python's spelling, in the file of its topic:

    @formula(source="F. Milletari et al., V-Net, https://arxiv.org/abs/1606.04797", library="monai")
    def dice_loss(input, target, *, smooth=1.0, reduction="mean"):
        ...

It takes tensors by name, float32 or float64, and returns a tensor that autograd can follow; what it raises is the answer too. It must not
be a translation of ours: other steps to the same numbers. `library` names the package that computes it, whose version goes into the
golden file with the source.
"""

import importlib
import importlib.metadata
import pathlib

_formulas = {}


def formula(*, source, library=None):
    """Registers a formula with where it is from."""

    def register(function):
        name = function.__name__
        if name in _formulas:
            raise ValueError(f"two formulas of {name}")
        version = {} if library is None else {"library": f"{library} {importlib.metadata.version(library)}"}
        function.provenance = {"source": source, **version}
        _formulas[name] = function
        return function

    return register


def __getattr__(name):
    """`formulas.dice_loss`: looked up when it is asked for, so that `formulas` may import its topics after it is defined."""
    if name in _formulas:
        return _formulas[name]
    raise AttributeError(f"no formula {name} in oracle/formulas: there are {', '.join(sorted(_formulas)) or 'none'}")


for topic in sorted(pathlib.Path(__file__).parent.glob("[a-z]*.py")):
    importlib.import_module(f"{__name__}.{topic.stem}")
