"""Ask PyTorch for the value of every example in examples.json, and write it there.

Run from the root of the repository: python examples/expected.py
With --check it writes nothing, and fails where PyTorch now says something else.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

HERE = Path(__file__).parent
LIST = HERE / "examples.json"
TOLERANCE = {"value": 1e-6, "float64": 1e-12}  # relative: the order of a sum may differ between processors


def is_file(option: Any) -> bool:
    """Tell a path to a saved tensor from a plain option."""
    return isinstance(option, str) and option.endswith(".npy")


def load(path: str, dtype: torch.dtype) -> Tensor:
    """Read a saved tensor, floating point as `dtype`, class indices as they are."""
    tensor = torch.from_numpy(np.load(HERE / path))
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def ask(example: dict[str, Any], dtype: torch.dtype) -> float:
    """Return what PyTorch computes for the example in `dtype`."""
    arguments = {**example["inputs"], **example["options"]}
    loaded = {name: load(value, dtype) if is_file(value) else value for name, value in arguments.items()}
    return float(getattr(F, example["loss"])(**loaded))


def code(example: dict[str, Any]) -> str:
    """Return the call as one would type it, each tensor named after its file."""

    def spell(value: Any) -> str:
        return Path(value).stem.replace("-", "_") if is_file(value) else repr(value)

    options = [f"{name}={spell(value)}" for name, value in example["options"].items()]
    return f"F.{example['loss']}({', '.join([spell(path) for path in example['inputs'].values()] + options)})"


def answer(example: dict[str, Any]) -> dict[str, Any]:
    """Return everything that PyTorch says about the example."""
    return {
        "value": ask(example, torch.float32),
        "dtype": "float32",
        "float64": ask(example, torch.float64),
        "code": code(example),
        "version": torch.__version__.split("+")[0],
    }


def agrees(recorded: dict[str, Any], now: dict[str, Any]) -> bool:
    """Tell whether the recorded values are still PyTorch's, up to the order of its sums."""
    close = all(math.isclose(recorded[key], now[key], rel_tol=limit) for key, limit in TOLERANCE.items())
    return close and recorded["code"] == now["code"]


def main() -> None:
    """Write PyTorch's answers into the list, or compare them with it."""
    torch.set_num_threads(1)
    examples = json.loads(LIST.read_text(encoding="utf-8"))
    answers = [answer(example) for example in examples]
    if "--check" in sys.argv:
        wrong = [e["id"] for e, now in zip(examples, answers) if not agrees(e["pytorch"], now)]
        sys.exit(f"differ from PyTorch {torch.__version__}: {', '.join(wrong)}" if wrong else 0)
    for example, now in zip(examples, answers):
        example["pytorch"] = now
        print(f"{example['id']:24} {now['value']!r:24} {now['code']}")
    LIST.write_text(json.dumps(examples, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
