"""Makes test/files/fixtures: small .npy files as NumPy writes them, and what is in them.

    python test/files/make_fixtures.py        # needs numpy and ml_dtypes; made with numpy 2.4.6 and ml_dtypes 0.6.0

expected.json lists the files that are read: dtype, shape, the elements in C order as little-endian bytes in hex, and whether the file is
canonical, which is to say what np.save writes for a C-ordered array on a little-endian machine. Files named refused_* hold dtypes that are not read.
"""

import io
import json
import pathlib
import warnings

import ml_dtypes
import numpy as np

HERE = pathlib.Path(__file__).parent / "fixtures"

VALUES = {
    "float64": np.array([[0.0, -0.0, 1.5], [np.nan, -np.inf, 5e-324]], np.float64),
    "float32": np.array([[0.0, -0.0, 1.5], [np.nan, -np.inf, 1e-45]], np.float32),
    "float16": np.array([[0.0, -0.0, 1.5], [np.nan, -np.inf, 6e-8]], np.float16),
    "bfloat16": np.array([[0.0, -0.0, 1.5], [np.nan, -np.inf, 9.2e-41]], ml_dtypes.bfloat16),
    "int64": np.array([[0, 1, -1], [-(2**63), 2**63 - 1, 2**53 + 1]], np.int64),
    "int32": np.array([[0, 1, -1], [-(2**31), 2**31 - 1, 258]], np.int32),
    "int16": np.array([[0, 1, -1], [-(2**15), 2**15 - 1, 258]], np.int16),
    "int8": np.array([[0, 1, -1], [-128, 127, 2]], np.int8),
    "uint8": np.array([[0, 1, 255], [128, 127, 2]], np.uint8),
    "bool": np.array([[True, False, False], [True, True, False]]),
}

SHAPES = [(), (0,), (1,), (5,), (0, 3), (3, 0, 2), (1, 1, 1), (4, 1, 3), (2, 3, 4), (2, 1, 3, 2), (2, 2, 2, 2, 2), (1,) * 40 + (2, 3)]

REFUSED = {
    "uint16": np.arange(3, dtype=np.uint16),
    "uint32": np.arange(3, dtype=np.uint32),
    "uint64": np.arange(3, dtype=np.uint64),
    # Zeros: the padding inside an 80-bit number is whatever was in memory.
    "longdouble": np.zeros(3, dtype=np.longdouble),
    "complex64": np.arange(3, dtype=np.complex64),
    "complex128": np.arange(3, dtype=np.complex128),
    "clongdouble": np.zeros(3, dtype=np.clongdouble),
    "text": np.array(["cat", "dog"]),
    "bytes": np.array([b"cat", b"dog"]),
    "object": np.array([[1], [2, 3]], dtype=object),
    "datetime64": np.array(["2026-11-01"], "datetime64[ns]"),
    "timedelta64": np.array([1], "timedelta64[s]"),
    "structured": np.zeros(2, [("score", "<f4"), ("box", "<i2", (4,))]),
    "structured_utf8": np.zeros(2, [("\u6df1\u5ea6", "<f4")]),
    "float8": np.zeros(3, ml_dtypes.float8_e4m3fn),
    "void": np.zeros(3, "V3"),
}

expected = {}


def saved(array, version=None):
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def keep(name, array, dtype, version=None):
    content = saved(array, version)
    little = array.astype(array.dtype.newbyteorder("<"))
    expected[name] = {
        "dtype": dtype,
        "shape": list(array.shape),
        "hex": little.tobytes("C").hex(),
        "canonical": content == saved(np.array(little, order="C")),
    }
    (HERE / f"{name}.npy").write_bytes(content)


def make():
    HERE.mkdir(exist_ok=True)
    for old in HERE.iterdir():
        old.unlink()
    for dtype, values in VALUES.items():
        for endian in "<>" if values.itemsize > 1 else "|":
            swapped = values.astype(values.dtype.newbyteorder(endian))
            for order in "CF":
                for major in 1, 2, 3:
                    end = {"<": "_little", ">": "_big", "|": ""}[endian]
                    keep(f"{dtype}{end}_{order}_v{major}", np.array(swapped, order=order), dtype, (major, 0))
    for shape in SHAPES:
        label = "x".join(map(str, shape[-6:])) or "0d"
        values = np.arange(np.prod(shape, dtype=int), dtype=np.int16).reshape(shape)
        keep(f"shape_{label}_C", values, "int16")
        if values.ndim > 1:
            keep(f"shape_{label}_F", np.array(values.astype(">i2"), order="F"), "int16")
    # A first dimension of many digits moves the header's padding.
    keep("shape_long", np.zeros((1234, 0), np.float64), "float64")
    # What np.load gives for a bfloat16 file, saved once more.
    keep("bfloat16_resaved", VALUES["bfloat16"].view("V2"), "bfloat16")
    expected["bfloat16_resaved"]["canonical"] = False
    for name, array in REFUSED.items():
        (HERE / f"refused_{name}.npy").write_bytes(saved(array))
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in expected.items())
    (HERE / "expected.json").write_text("{\n" + lines + "\n}\n")


make()
