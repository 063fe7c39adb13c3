"""PyTorch's process, numpy's for the copy, scikit-image's: the protocol of ../worker.mjs. Arguments: 'torch', 'copy' or 'skimage'; threads."""

import json
import math
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

KIND, THREADS = sys.argv[1], int(sys.argv[2])


def prepare_copy(_case, _mode, _folder):
    """64 MiB of float32; np.copyto lets go of the interpreter lock, so parts run side by side."""
    source, sink = np.ones(2**24, np.float32), np.zeros(2**24, np.float32)
    parts = list(zip(np.array_split(sink, THREADS), np.array_split(source, THREADS)))
    pool = ThreadPoolExecutor(THREADS) if THREADS > 1 else None

    def call():
        if pool is None:
            np.copyto(sink, source)
        else:
            list(pool.map(lambda pair: np.copyto(*pair), parts))

    return call, lambda: (float(sink[-1]), 0.0)


def prepare_images(case, _mode, folder):
    from skimage.metrics import structural_similarity

    image, other = [np.fromfile(f"{folder}/{name}.f32", np.float32).reshape(case["shape"]) for name in ("input", "target")]

    def call():
        return structural_similarity(image, other, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)

    return call, lambda: (1 - float(call()), None)


def prepare_torch(case, mode, folder):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(THREADS)
    op, shape = case["op"], case["shape"]

    def read(name, dtype):
        return torch.from_numpy(np.fromfile(f"{folder}/{name}", dtype))

    x = read("input.f32", np.float32).reshape([shape[0], case["features"]] if op == "linear" else shape)
    if op == "ctc":
        t = read("target.i32", np.int32).long().reshape(shape[1], -1)
        lengths = [torch.full((shape[1],), n) for n in (shape[0], t.shape[1])]
    elif op in ("ce", "linear"):
        t = read("target.i32", np.int32).long().reshape([shape[0], *shape[2:]])
    else:
        t = read("target.f32", np.float32).reshape(shape)
    leaves = [x]
    if op == "linear":
        weight = read("weight.f32", np.float32).reshape(shape[1], case["features"])
        leaves.append(weight)
    loss_of = {
        "ce": lambda: F.cross_entropy(x, t),
        "bce": lambda: F.binary_cross_entropy_with_logits(x, t),
        "mse": lambda: F.mse_loss(x, t),
        "ctc": lambda: F.ctc_loss(x, t, *lengths),
        "linear": lambda: F.cross_entropy(F.linear(x, weight), t),
    }[op]
    if mode == "fwd":
        return loss_of, lambda: (loss_of().item(), None)
    for leaf in leaves:
        leaf.requires_grad_()

    def call():
        for leaf in leaves:
            leaf.grad = None
        loss = loss_of()
        loss.backward()
        return loss

    def check():
        loss = call().item()
        return loss, x.grad.abs().sum(dtype=torch.float64).item()

    return call, check


def warm(call, budget):
    start, calls, best = time.perf_counter(), 0, math.inf
    while True:
        before = time.perf_counter()
        call()
        now = time.perf_counter()
        best, calls, spent = min(best, now - before), calls + 1, (now - start) * 1e3
        if spent > 10 * budget or (spent > budget and calls >= 3):
            return best * 1e3


def measure(call, budget, batch):
    samples, end = [], time.perf_counter() + budget / 1e3
    while True:
        before = time.perf_counter()
        for _ in range(batch):
            call()
        now = time.perf_counter()
        samples.append((now - before) * 1e3 / batch)
        if now >= end:
            return {"bestMs": min(samples), "medianMs": statistics.median(samples), "runs": len(samples) * batch}


def peak(call):
    """Bytes over what was resident before: inputs, and the gradients that the call leaves."""
    before = status("VmRSS")
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    call()
    return max(0, status("VmHWM") - before)


def status(field):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(field + ":"))


def main():
    current = None
    batch = 1
    prepare = {"copy": prepare_copy, "skimage": prepare_images, "torch": prepare_torch}[KIND]

    def act(request):
        nonlocal current, batch
        if request["do"] == "prepare":
            current, check = prepare(request["case"], request["mode"], request["folder"])
            loss, gradient = check()
            ms = warm(current, request["ms"])
            batch = max(1, math.ceil(0.2 / ms))
            return {"loss": loss, "gradient": gradient, "warmMs": ms}
        if request["do"] == "measure":
            return measure(current, request["ms"], batch)
        if request["do"] == "peak":
            call, _ = prepare(request["case"], "fwdbwd", request["folder"])
            case = request["case"]
            gradients = 4 * case["features"] * (case["shape"][0] + case["shape"][1])
            return {"bytes": peak(call) - gradients}
        current = None
        return {}

    print("{}", flush=True)
    for line in sys.stdin:
        try:
            answer = act(json.loads(line))
        except Exception as error:  # the run goes on without this subject
            answer = {"error": str(error).split("\n")[0]}
        print(json.dumps(answer), flush=True)


main()
