"""ONNX models in ONNX Runtime: loading, inputs, and whether a written one answers."""

import os
from pathlib import Path

# ONNX Runtime decides about telemetry when it is imported.
os.environ["CI"] = os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import onnx
import onnxruntime as ort
from onnx import version_converter

from contract import Failure
from dataset import Input, Samples, finite

# What dynamic quantization may take. Convolutions stay in floating point: ONNX Runtime's integer one is several times
# slower.
DYNAMIC_OPERATIONS = ["MatMul", "Gemm", "Attention", "EmbedLayerNormalization", "Gather", "LSTM"]
PER_CHANNEL_OPSET = 13  # the first whose QuantizeLinear has an axis


def for_scales_per_channel(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with ONNX operators that can be quantized per channel."""
    opset = next(item.version for item in model.opset_import if item.domain in ("", "ai.onnx"))
    return model if opset >= PER_CHANNEL_OPSET else version_converter.convert_version(model, PER_CHANNEL_OPSET)


def session_options() -> ort.SessionOptions:
    """Options that keep ONNX Runtime from printing warnings."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    return options


def load(path: Path, reason: str) -> ort.InferenceSession:
    """A session on the CPU. Raises: Failure with that reason for a model that ONNX Runtime cannot load."""
    try:
        return ort.InferenceSession(path, session_options(), providers=["CPUExecutionProvider"])
    except Exception as e:  # ONNX Runtime's errors have no common class
        raise Failure(reason, f"ONNX Runtime cannot load {path.name}: {e}") from e


def inputs_of(session: ort.InferenceSession) -> list[Input]:
    """The model's inputs. Raises: Failure ``UnsupportedModel`` for one that is no tensor of numbers."""
    return [
        Input(i.name, element_type(i.type), tuple(d if isinstance(d, int) else None for d in i.shape))
        for i in session.get_inputs()
    ]


def element_type(text: str) -> np.dtype:
    """``tensor(float)`` to float32. Raises: Failure ``UnsupportedModel`` for what NumPy has no type for."""
    names = {"float": "float32", "double": "float64", "float16": "float16"}
    word = text.removeprefix("tensor(").removesuffix(")")
    try:
        return np.dtype(names.get(word, word))
    except TypeError as e:
        raise Failure("UnsupportedModel", f"inputs of type {text} are not supported") from e


def operations(model: onnx.ModelProto) -> list[str]:
    """The kind of each node at the top of the graph."""
    return [node.op_type for node in model.graph.node]


def verify_runs(written: Path, samples: Samples) -> None:
    """The variant loads and answers a sample finitely. ONNX's own checker would refuse what ONNX Runtime fuses and runs.

    Raises: Failure ``OptimizationFailed``.
    """
    finite(load(written, "OptimizationFailed").run(None, samples[0]), "the variant")
