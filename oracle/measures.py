"""Golden cases of the measures: `.venv-oracle/bin/python oracle/measures.py` writes oracle/measures.json.

The numbers of the operands follow from the case (see `numbers`), so that only the answers of scikit-image and torchmetrics are stored.
"""

import itertools
import json
import math
import pathlib

import numpy as np
import skimage
import skimage.metrics
import torch
from torchvision_loader import load_torchvision

load_torchvision()  # which torchmetrics imports
import torchmetrics  # noqa: E402
from torchmetrics.functional.image import structural_similarity_index_measure  # noqa: E402
from torchmetrics.functional.text import perplexity  # noqa: E402


def numbers(shape, seed, size):
    """Multiples of 1/256 in [0, size), as every floating-point dtype of 32 bits holds them."""
    values = [math.floor((i * 7919 + seed * 104729) % 257 / 257 * (256 * size)) / 256 for i in range(math.prod(shape))]
    return np.array(values, dtype=np.float64).reshape(shape)


def pair(case):
    y = numbers(case["shape"], 1, case["range"])
    x = np.floor((y + (numbers(case["shape"], 2, case["range"]) - case["range"] / 2) * case["noise"]) * 256) / 256
    return x, y


def images(case):
    """The images of a batch, each (C, H, W)."""
    shape = case["shape"]
    whole = [1] * (4 - len(shape)) + list(shape)
    x, y = pair(case)
    return list(zip(x.reshape(whole), y.reshape(whole)))


def psnr(case):
    ratio = lambda x, y: float(skimage.metrics.peak_signal_noise_ratio(y, x, data_range=case["range"]))
    each = [ratio(x, y) for x, y in images(case)]
    return {"images": each, "meanOfImages": sum(each) / len(each), "ofMeanError": ratio(*pair(case))}


def ssim(case):
    how = dict(data_range=case["range"], win_size=case["windowSize"], gaussian_weights=case["window"] == "gaussian", sigma=1.5)
    how |= dict(use_sample_covariance=case["sampleCovariance"], channel_axis=0, full=True)
    found = [skimage.metrics.structural_similarity(x, y, **how) for x, y in images(case)]
    edge = (case["windowSize"] - 1) // 2
    inside = [full[:, edge : full.shape[1] - edge, edge : full.shape[2] - edge] for _, full in found]
    return {"images": [float(mean) for mean, _ in found], "first": float(inside[0][0, 0, 0]), "last": float(inside[-1][-1, -1, -1])}


def reflected(case):
    """SSIM with a window around every pixel, as torchmetrics has it."""
    x, y = (torch.from_numpy(np.stack(side)) for side in zip(*images(case)))
    how = dict(data_range=float(case["range"]), reduction="none", return_full_image=True)
    _, full = structural_similarity_index_measure(x, y, gaussian_kernel=True, sigma=1.5, **how)
    return {"images": full.flatten(1).mean(1).tolist(), "first": full.flatten()[0].item(), "last": full.flatten()[-1].item()}


def tokens(case):
    n, classes, length = case["n"], case["classes"], case["length"]
    target = [[-100 if i >= length - row * case["padding"] else ((row * length + i) * 31 + 7) % classes for i in range(length)] for row in range(n)]
    return torch.from_numpy(numbers([n, classes, length], 3, 8)), torch.tensor(target)


def perplexities(case):
    scores, target = tokens(case)
    of = lambda x, t: perplexity(x.movedim(1, -1), t, ignore_index=-100).item()
    each = [of(scores[i : i + 1], target[i : i + 1]) for i in range(case["n"])]
    return {"ofTokens": of(scores, target), "sequences": each, "meanOfSequences": sum(each) / len(each)}


def cases():
    shapes = [[13, 17], [3, 12, 12], [2, 1, 16, 15], [3, 2, 11, 14]]
    for shape, size, noise in itertools.product(shapes, [1, 2, 255], [0.05, 0.25, 0.5, 1]):
        yield "psnr", {"shape": shape, "range": size, "noise": noise}
    for n, classes, length, padding in itertools.product([1, 2, 3, 4], [2, 5, 11], [5, 8], [0, 1]):
        yield "perplexity", {"n": n, "classes": classes, "length": length, "padding": padding}
    for shape, size, noise in itertools.product(shapes, [1, 255], [0.1, 1]):
        case = {"shape": shape, "range": size, "noise": noise}
        for window, extent in [("gaussian", 11), ("uniform", 7), ("uniform", 3)]:
            for sample in [False, True]:
                yield "ssim", case | {"window": window, "windowSize": extent, "border": "valid", "sampleCovariance": sample}
        yield "reflected", case | {"window": "gaussian", "windowSize": 11, "border": "reflect", "sampleCovariance": False}


if __name__ == "__main__":
    answer = {"psnr": psnr, "ssim": ssim, "reflected": reflected, "perplexity": perplexities}
    made = [{"measure": name.replace("reflected", "ssim"), **case, "answer": answer[name](case)} for name, case in cases()]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in made)
    versions = {"scikit-image": skimage.__version__, "torchmetrics": torchmetrics.__version__, "torch": torch.__version__}
    provenance = json.dumps({**versions, "generator": "oracle/measures.py", "cases": len(made)})
    path = pathlib.Path(__file__).parent / "measures.json"
    path.write_text(f'{{"provenance": {provenance}, "cases": [\n{lines}\n]}}\n')
    print(len(made), path.stat().st_size)
