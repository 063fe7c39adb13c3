"""Golden cases of linear_cross_entropy: `.venv-oracle/bin/python oracle/linear_cross_entropy.py` writes oracle/linear-cross-entropy.json.

The numbers of the operands follow from the case (see `numbers`), so that only PyTorch's answers are stored.
"""

import itertools
import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def numbers(shape, seed, dtype):
    """Multiples of 1/64 in [-2, 2], which every dtype but the 16-bit ones holds exactly."""
    n = 1
    for extent in shape:
        n *= extent
    return torch.tensor([((i * 7919 + seed * 104729) % 257 - 128) / 64 for i in range(n)], dtype=dtype).reshape(shape)


def answer(case):
    dtype = getattr(torch, case["dtype"])
    n, d, c, axes = case["n"], case["d"], case["c"], case.get("axes", [])
    x = numbers([d] if n is None else [n, d], 1, dtype).requires_grad_()
    w = numbers([c, *axes, d], 2, dtype).requires_grad_()
    leaves = {"input": x, "linearWeight": w}
    options = {}
    if case.get("bias"):
        options["linear_bias"] = leaves["linearBias"] = numbers([c, *axes], 3, dtype).requires_grad_()
    if case.get("weight"):
        options["weight"] = (numbers([c], 4, dtype) + 2) / 2
    for ours, theirs in (("reduction", "reduction"), ("ignoreIndex", "ignore_index"), ("labelSmoothing", "label_smoothing")):
        if ours in case:
            options[theirs] = case[ours]
    batch = [] if n is None else [n]
    if case.get("probabilities"):
        target = (numbers([*batch, c, *axes], 5, dtype) + 2) / 4
        if case.get("soft gradients"):
            leaves["target"] = target.requires_grad_()
            if "weight" in options:
                leaves["weight"] = options["weight"].requires_grad_()
    else:
        size = torch.Size([*batch, *axes]).numel()
        target = torch.tensor([(i * 31 + 7) % c for i in range(size)], dtype=torch.int64).reshape([*batch, *axes])
    loss = F.linear_cross_entropy(x, w, target, **options)
    upstream = numbers(loss.shape, 6, dtype) if loss.dim() > 0 else torch.tensor(1, dtype=dtype)
    loss.backward(upstream)
    flat = lambda t: [float(repr_of(v)) if v == v else None for v in t.detach().flatten().tolist()]
    repr_of = (lambda v: f"{v:.9g}") if case["dtype"] == "float32" else repr
    return {"loss": flat(loss), "shape": list(loss.shape), "gradients": {k: flat(v.grad) for k, v in leaves.items()}}


def cases():
    for dtype, reduction, bias, weight in itertools.product(["float32", "float64"], ["mean", "sum", "none"], [False, True], [False, True]):
        yield {"dtype": dtype, "n": 5, "d": 3, "c": 7, "reduction": reduction, "bias": bias, "weight": weight}
    for dtype in ("float32", "float64"):
        small = {"dtype": dtype, "n": 6, "d": 4, "c": 9, "bias": True}
        yield {**small, "ignoreIndex": 3}
        yield {**small, "ignoreIndex": 3, "weight": True, "labelSmoothing": 0.25}
        yield {**small, "ignoreIndex": -100}
        yield {**small, "labelSmoothing": 0.1, "reduction": "none"}
        yield {**small, "labelSmoothing": 1.0, "weight": True, "reduction": "sum"}
        yield {**small, "probabilities": True}
        yield {**small, "probabilities": True, "labelSmoothing": 0.2, "reduction": "none"}
        yield {**small, "probabilities": True, "weight": True, "soft gradients": True}
        yield {**small, "n": None}
        yield {**small, "n": None, "reduction": "none", "labelSmoothing": 0.1}
        yield {**small, "n": None, "probabilities": True, "weight": True}
        yield {**small, "n": 3, "axes": [2]}
        yield {**small, "n": 3, "axes": [2, 2], "reduction": "none", "weight": True, "ignoreIndex": 2}
        yield {**small, "n": 3, "axes": [2], "probabilities": True, "labelSmoothing": 0.1, "reduction": "sum"}
        yield {**small, "n": 1, "d": 1, "c": 1}
        yield {**small, "n": 0}
        yield {**small, "n": 4, "ignoreIndex": 7, "d": 0}
        yield {**small, "n": 1, "ignoreIndex": 7}
    # beyond a chunk of tokens, a block of classes, and no multiple of any tile
    for shape in ({"n": 77, "d": 5, "c": 13}, {"n": 3, "d": 9, "c": 101}, {"n": 38, "d": 8, "c": 40}):
        yield {"dtype": "float32", **shape, "bias": True, "ignoreIndex": 4}


if __name__ == "__main__":
    made = [{**case, "answer": answer(case)} for case in cases()]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in made)
    provenance = json.dumps({"torch": torch.__version__, "generator": "oracle/linear_cross_entropy.py", "cases": len(made)})
    path = pathlib.Path(__file__).parent / "linear-cross-entropy.json"
    path.write_text(f'{{"provenance": {provenance}, "cases": [\n{lines}\n]}}\n')
    print(len(made), path.stat().st_size)
