"""Asks real PyTorch: one case per line on stdin, one answer per line on stdout.

Knows nothing of single losses. A case names a function, the module that has it (torch.nn.functional, torchvision.ops, or our own formulas),
its tensors, its options, the tensors that take gradients and the gradient that flows in; the answer is the loss and the gradients, or the
error. See oracle/cases.ts for the fields.
"""

import base64
import functools
import importlib
import json
import re
import sys
import warnings

import numpy
import torch

import distances
from torchvision_loader import load_torchvision

# the dtype in which numpy holds the bits
HOLDERS = {
    "float64": "<f8", "float32": "<f4", "float16": "<f2", "bfloat16": "<i2", "int64": "<i8",
    "int32": "<i4", "int16": "<i2", "int8": "i1", "uint8": "u1", "bool": "?",
}
SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf"), "-0": -0.0}


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def decode(t):
    raw = numpy.frombuffer(base64.b64decode(t["data"]), dtype=HOLDERS[t["dtype"]]).copy()
    flat = torch.from_numpy(raw)
    if t["dtype"] == "bfloat16":
        flat = flat.view(torch.bfloat16)
    return flat.reshape(t["shape"])


def encode(tensor):
    name = str(tensor.dtype).removeprefix("torch.")
    flat = tensor.detach().contiguous().reshape(-1)
    if name == "bfloat16":
        flat = flat.view(torch.int16)
    raw = flat.numpy().astype(HOLDERS[name], copy=False).tobytes()
    return {"dtype": name, "shape": list(tensor.shape), "data": base64.b64encode(raw).decode()}


def first_line(error):
    return {"class": type(error).__name__, "message": (str(error).splitlines() or [""])[0]}


def answer(case):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        said = respond(case)
    texts = [str(warning.message).splitlines()[0] for warning in caught]
    return {**said, "warnings": texts} if texts else said


def plain(value):
    """An option as Python has it: JSON lacks NaN, the infinities and -0."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return getattr(distances, value["function"], value["function"])
    return SPECIAL.get(value, value) if isinstance(value, str) else value


def function_of(module, name):
    if module.startswith("torchvision"):
        load_torchvision()
    return getattr(importlib.import_module(module), name)


def call(case, tensors, options):
    function = function_of(case["from"], case["loss"])
    arguments = {snake(name): t for name, t in tensors.items()}
    if case["from"] != "formulas":
        return function(**arguments, **options)
    # 16 bits: computed in float32 and rounded once
    dtypes = [t.dtype for t in tensors.values() if t.dtype.is_floating_point] or [torch.float32]
    wide = {name: t.float() if t.dtype in (torch.float16, torch.bfloat16) else t for name, t in arguments.items()}
    return function(**wide, **options).to(functools.reduce(torch.promote_types, dtypes))


def respond(case):
    tensors = {name: decode(t) for name, t in case["tensors"].items()}
    options = {snake(k): plain(v) for k, v in case["options"].items()}
    try:
        for name in case["requires"]:
            tensors[name].requires_grad_()
        loss = call(case, tensors, options)
    except Exception as error:
        return {"error": first_line(error)}
    said = {"loss": encode(loss)}
    if not case["requires"]:
        return said
    values = plain(case.get("upstream", [1.0]))
    upstream = torch.tensor([values[i % len(values)] for i in range(loss.numel())], dtype=torch.float64)
    try:
        loss.backward(upstream.reshape(loss.shape).to(loss.dtype))
    except Exception as error:
        return {**said, "backwardError": first_line(error)}
    grads = {name: tensors[name].grad for name in case["requires"]}
    return {**said, "grads": {name: encode(grad) for name, grad in grads.items() if grad is not None}}


def provenance(module, name):
    """What answers for a function: the library's version, or what a formula says of itself."""
    if module == "formulas":
        return function_of(module, name).provenance
    library = module.split(".")[0]
    if library == "torchvision":
        load_torchvision()
    return {} if library == "torch" else {library: importlib.import_module(library).__version__}


def main():
    torch.set_num_threads(1)
    print(json.dumps({"torch": torch.__version__, "numpy": numpy.__version__}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        said = provenance(asked["from"], asked["provenance"]) if "provenance" in asked else answer(asked)
        print(json.dumps(said, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
