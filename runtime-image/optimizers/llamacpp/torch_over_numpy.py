"""The few parts of torch that llama.cpp's checkpoint converter calls, over NumPy.

The converter reads tensors, reorders, stacks and casts them: NumPy does that too, and torch would make the image ten
times as large. What is missing here fails with its name (``module 'torch' has no attribute ...``); nothing is imitated
that could give other numbers: every function is NumPy's function of the same meaning.
"""

import contextlib
import sys
import types

import ml_dtypes
import numpy as np


class Tensor(np.ndarray):
    """An array with torch's names for what the converter does with it."""

    def to(self, dtype: np.dtype) -> "Tensor":
        return self.astype(dtype)

    def float(self) -> "Tensor":
        return self.astype(np.float32)

    def numpy(self) -> np.ndarray:
        return self.view(np.ndarray)

    def contiguous(self) -> "Tensor":
        return np.ascontiguousarray(self).view(Tensor)

    def unsqueeze(self, axis: int) -> "Tensor":
        return np.expand_dims(self, axis)

    def permute(self, *axes: int) -> "Tensor":
        return np.transpose(self, axes)

    def dim(self) -> int:
        return self.ndim


def tensor(values, dtype: np.dtype | None = None) -> Tensor:
    return np.asarray(values, np.float32 if dtype is None and isinstance(values, float) else dtype).view(Tensor)


def from_numpy(array: np.ndarray) -> Tensor:
    return np.asarray(array).view(Tensor)


def cat(tensors, dim: int = 0) -> Tensor:
    return np.concatenate(tensors, axis=dim).view(Tensor)


def stack(tensors, dim: int = 0) -> Tensor:
    return np.stack(tensors, axis=dim).view(Tensor)


def install() -> None:
    """Makes ``import torch`` give this. After transformers is imported, which would take it for the real one."""
    module = types.ModuleType("torch")
    names = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8"]
    module.__dict__.update({name: np.dtype(name) for name in names})
    module.__dict__.update({name: np.dtype(getattr(ml_dtypes, name)) for name in ("bfloat16", "float8_e5m2")})
    module.__dict__.update(
        bool=np.dtype(bool),
        float8_e4m3fn=np.dtype(ml_dtypes.float8_e4m3fn),
        dtype=np.dtype,
        Size=tuple,
        Tensor=Tensor,
        tensor=tensor,
        from_numpy=from_numpy,
        cat=cat,
        stack=stack,
        inference_mode=contextlib.nullcontext,
    )
    sys.modules["torch"] = module
