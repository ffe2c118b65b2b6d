"""Reads, writes, runs and checks OpenVINO models."""

import os
from pathlib import Path

# NNCF asks for telemetry when it is imported, OpenVINO's conversion each time, which takes no other word than this one;
# the image does not even hold the package.
os.environ["CI"] = os.environ["NNCF_CI"] = "true"

import numpy as np
import openvino as ov

from contract import Failure
from dataset import Dataset, Input, finite
from lifecycle import Job

LOW_PRECISION = {"u8", "i8"}
COMPUTE = {"Convolution", "FullyConnected", "MatMul", "Deconvolution", "LSTMSequence", "GRUSequence"}


def read(path: Path) -> ov.Model:
    """ONNX is converted as ``ovc`` does, which simplifies the graph further than ``read_model``.

    Raises: Failure ``UnsupportedModel``.
    """
    try:
        return ov.convert_model(path) if path.suffix == ".onnx" else ov.Core().read_model(path)
    except MemoryError:
        raise
    except Exception as e:  # the conversion's errors have no common class
        raise Failure("UnsupportedModel", f"OpenVINO cannot read {path.name}: {cause(e)}") from e


def save(work: Job, model: ov.Model, compress_to_fp16: bool = False) -> None:
    """Writes model.xml and model.bin without what differs from run to run."""
    for key in list(model.rt_info):
        del model.rt_info[key]
    ov.save_model(model, work.variant / "model.xml", compress_to_fp16=compress_to_fp16)


def weights(work: Job) -> Path:
    """The file of the variant's weights."""
    return work.variant / "model.bin"


def constants(model: ov.Model) -> list[ov.Node]:
    return [op for op in model.get_ops() if op.get_type_name() == "Constant"]


def compile_model(model: ov.Model | Path, precision: str) -> ov.CompiledModel:
    return ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": precision})


def inputs_of(model: ov.Model) -> list[Input]:
    return [
        Input(
            port.get_any_name(),
            port.get_element_type().to_dtype(),
            tuple(d.get_length() if d.is_static else None for d in port.get_partial_shape()),
        )
        for port in model.inputs
    ]


def rest_precision(work: Job) -> str:
    """The parameter ``precision`` (f32 or bf16): what runs the operations that stay in floating point.

    Raises: Failure ``UnsupportedHardware``.
    """
    precision = work.parameters["precision"]
    if precision == "bf16":
        require_bf16()
    return precision


def require_bf16() -> None:
    """Raises: Failure ``UnsupportedHardware``."""
    if "BF16" not in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise Failure(
            "UnsupportedHardware", "this node's CPU has neither AVX-512 BF16 nor AMX, bf16 would be emulated in f32"
        )


def verify(work: Job, dataset: Dataset, precision: str) -> set[str]:
    """Loads the written file, runs a sample, and gives the precisions in which its heavy operations run.

    Precisions are OpenVINO's words, such as f32, bf16, u8, i8. Raises: Failure ``OptimizationFailed`` for NaN.
    """
    sample = dataset.calibration[0]
    compiled = compile_model(work.variant / "model.xml", precision)
    finite([np.array(v) for v in compiled(sample).values()], "the variant")
    nodes = [op.get_rt_info() for op in compiled.get_runtime_model().get_ops()]
    return {info["runtimePrecision"].astype(str) for info in nodes if info["layerType"].astype(str) in COMPUTE}


def verify_int8(work: Job, dataset: Dataset, precision: str) -> None:
    """As ``verify``. Raises: Failure ``NoEffect`` too, when no heavy operation runs in int8."""
    precisions = verify(work, dataset, precision)
    if not precisions & LOW_PRECISION:
        raise Failure(
            "NoEffect",
            f"no operation runs in int8 after quantization; precisions: {', '.join(sorted(precisions)) or 'none'}",
        )


def cause(e: Exception) -> str:
    """The last line: those before it are places in OpenVINO's source, and headings."""
    lines = [line.strip(" -") for line in str(e).splitlines() if line.strip()]
    return lines[-1] if lines else type(e).__name__
