"""Asks real PyTorch for adaptive softmaxes of random sizes with fixed parameters, and keeps its answers: a module that is no function.

    .venv-oracle/bin/python oracle/adaptive_log_softmax.py --cases 140 --seed 20260213 --out oracle/goldens/adaptive_log_softmax_with_loss.jsonl.gz
"""

import argparse
import gzip
import json
import math
import random
import warnings

import torch


def numbers(t):
    """What JSON lacks is written as JavaScript spells it."""
    if isinstance(t, list):
        return [numbers(each) for each in t]
    if math.isnan(t):
        return "NaN"
    return t if math.isfinite(t) else "Infinity" if t > 0 else "-Infinity"


def said(t):
    return None if t is None else {"dtype": str(t.dtype).removeprefix("torch."), "shape": list(t.shape), "data": numbers(digits(t.detach().reshape(-1)))}


def digits(t):
    """No more digits than a float32 has."""
    return [float(str(each)) for each in t.numpy()] if t.dtype == torch.float32 else t.tolist()


def value_of(r, mood):
    if mood == "special" and r.random() < 0.1:
        return r.choice([math.inf, -math.inf, math.nan, 1e30, -1e4, 0.0])
    return r.randint(-1, 1) if mood == "ties" else round(r.gauss(0, 2) * 64) / 64


def draw(r):
    classes = r.randint(2, 14)
    cutoffs = sorted(r.sample(range(1, classes), r.randint(1, min(4, classes - 1))))
    c = {
        "inFeatures": r.choice([1, 2, 3, 4, 8]),
        "nClasses": classes,
        "cutoffs": cutoffs,
        "divValue": r.choice([4.0, 4.0, 1.0, 2.0, 0.5, 1.5, 8.0]),
        "headBias": r.random() < 0.4,
        "dtype": r.choice(["float32", "float64"]),
    }
    mood = r.choice(["plain", "plain", "plain", "ties", "special"])
    batch = r.choice([None, 0, 1, 1, 2, 3, 5])
    shape = [c["inFeatures"]] if batch is None else [batch, c["inFeatures"]]
    reach = r.choice([classes, classes, cutoffs[0], cutoffs[-1] + 1])
    input = {"dtype": c["dtype"], "shape": shape, "data": [value_of(r, mood) for _ in range(math.prod(shape))]}
    target = {"dtype": r.choice(["int64", "int64", "int64", "int32"]), "shape": [] if batch is None else [batch]}
    target["data"] = [r.randrange(reach) for _ in range(1 if batch is None else batch)]
    c.update(input=input, target=target, upstream=r.choice([None, None, [1.5, -0.25, 2.0]]))
    if r.random() < 0.2:
        mistake(r, c)
    return c


def mistake(r, c):
    input, target = c["input"], c["target"]
    kind = r.choice(["range", "negative", "features", "batch", "rank", "target rank", "dtype", "target dtype", "cutoffs", "cutoffs"])
    if kind in ("range", "negative") and target["data"]:
        target["data"][r.randrange(len(target["data"]))] = -1 if kind == "negative" else c["nClasses"] + r.randrange(3)
    elif kind == "features":
        input["shape"] = [*input["shape"][:-1], input["shape"][-1] + 1]
        input["data"] = [0.5] * math.prod(input["shape"])
    elif kind == "batch" and len(input["shape"]) == 2:
        input["shape"] = [input["shape"][0] + 1, input["shape"][1]]
        input["data"] = [0.5] * math.prod(input["shape"])
    elif kind == "rank":
        input["shape"] = [1, *input["shape"]]
    elif kind == "target rank":
        target["shape"] = [1, *target["shape"]]
    elif kind == "dtype":
        input["dtype"] = r.choice(["float64", "float32", "float16", "bfloat16", "int64"])
        input["data"] = [1.0] * math.prod(input["shape"])
    elif kind == "target dtype":
        target["dtype"] = r.choice(["float32", "int16", "uint8", "float64", "bool"])
    elif kind == "cutoffs":
        c["cutoffs"] = r.choice([[], [0], [c["nClasses"]], [2, 1], [1, 1], [1.5]])


def tensor(t):
    return torch.tensor(t["data"], dtype=getattr(torch, t["dtype"])).reshape(t["shape"])


def attempt(call):
    try:
        return call()
    except Exception as error:
        return {"error": f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"}


def answer(r, c):
    dtype = getattr(torch, c["dtype"])
    try:
        module = torch.nn.AdaptiveLogSoftmaxWithLoss(
            c["inFeatures"], c["nClasses"], c["cutoffs"], div_value=c["divValue"], head_bias=c["headBias"], dtype=dtype
        )
    except Exception as error:
        return {}, {"error": f"{type(error).__name__}: {error}"}
    with torch.no_grad():
        for p in module.parameters():
            flat = [round(r.gauss(0, 1) * 64) / 64 for _ in range(p.numel())]
            p.copy_(torch.tensor(flat, dtype=dtype).reshape(p.shape))
    parameters = {name: said(p) for name, p in module.named_parameters()}
    input, target = tensor(c["input"]), tensor(c["target"])
    if input.dtype.is_floating_point:
        input.requires_grad_()

    def forward():
        output, loss = module(input, target)
        if c["upstream"] is None:
            loss.backward()
        else:
            g = [c["upstream"][i % len(c["upstream"])] for i in range(output.numel())]
            output.backward(torch.tensor(g, dtype=dtype).reshape(output.shape))
        grads = {"input": said(input.grad), **{name: said(p.grad) for name, p in module.named_parameters()}}
        return {"output": said(output), "loss": said(loss), "grads": grads}

    found = {"forward": attempt(forward)}
    if input.dim() <= 2:

        def log_prob():
            input.grad = None
            module.zero_grad()
            out = module.log_prob(input)
            (out * torch.linspace(-1, 1, out.numel(), dtype=dtype).reshape(out.shape)).sum().backward()
            grads = {"input": said(input.grad), **{name: said(p.grad) for name, p in module.named_parameters()}}
            return {"logProb": said(out), "grads": grads}

        found["logProb"] = attempt(log_prob)
        found["predict"] = attempt(lambda: {"predict": said(module.predict(input))})
    return parameters, found


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=140)
    options.add_argument("--seed", type=int, default=20260213)
    options.add_argument("--out", required=True)
    asked = options.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    r = random.Random(asked.seed)
    lines = [{"torch": torch.__version__, "seed": asked.seed, "cases": asked.cases}]
    for _ in range(asked.cases):
        c = draw(r)
        parameters, found = answer(r, c)
        c["input"]["data"] = numbers(c["input"]["data"])
        lines.append({"case": c, "parameters": parameters, "answer": found})
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    with open(asked.out, "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
