"""Makes ONNX Runtime variants of an ONNX model: the techniques of techniques.py."""

import logging
import tempfile
from pathlib import Path

from ort_model import (
    DYNAMIC_OPERATIONS,
    for_scales_per_channel,
    inputs_of,
    load,
    operations,
    session_options,
    verify_runs,
)

import numpy as np
import onnx
import onnxruntime as ort
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

from contract import Failure
from dataset import Dataset, Samples
from lifecycle import Job, main
from techniques import FRAMEWORK, LAYOUT_LEVEL

QUANTIZED = {"QuantizeLinear", "DynamicQuantizeLinear", "DynamicQuantizeLSTM", "QAttention", "QEmbedLayerNormalization"}
LEVELS = {
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    LAYOUT_LEVEL: ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
}


def optimize() -> None:
    work = Job(FRAMEWORK, "onnxruntime", "onnx")
    technique = TECHNIQUES[work.spec.technique]
    source = work.source.file(".onnx")
    session = load(source, "UnsupportedModel")
    model = onnx.load(source)
    work.progress(f"read {source.name}, {len(model.graph.node)} operations")
    dataset = work.dataset(inputs_of(session))
    del session  # its copy of the weights is not needed while the model is rewritten
    written = technique(work, source, dataset)
    verify(written, model, dataset.calibration, work)
    work.keep_tokenizer()
    by_cpu = work.parameters.get("level") == LAYOUT_LEVEL
    chance = "ONNX Runtime lays the graph out for the kind of CPU that it finds" if by_cpu else None
    work.finish(written.name, {}, nondeterministic=chance)


# A technique takes the job, the file of the source (float32, as a rule) and its dataset, writes variant/model.onnx and
# returns its path. Names, types and shapes of inputs and outputs stay as they were.


def graph(work: Job, source: Path, dataset: Dataset) -> Path:
    """float32 stays float32. ``level``: words of LEVELS. Data is not looked at.

    Raises: what ONNX Runtime raises of a model that it cannot optimize (``OptimizationFailed``).
    """
    target = work.variant / "model.onnx"
    options = session_options()
    options.graph_optimization_level = LEVELS[work.parameters["level"]]
    options.optimized_model_filepath = str(target)
    ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    work.progress("optimized")
    return target


def int8_dynamic(work: Job, source: Path, dataset: Dataset) -> Path:
    """Weights become int8, symmetric, with one float32 scale a tensor or (``perChannel``) a channel; activations uint8 at
    each answer. Data is not looked at.

    Raises: what the quantizer raises (``OptimizationFailed``).
    """
    prepared = prepare(work, source)
    target = work.variant / "model.onnx"
    quantization.quantize_dynamic(
        prepared,
        target,
        op_types_to_quantize=DYNAMIC_OPERATIONS,
        per_channel=work.parameters["perChannel"],
        weight_type=quantization.QuantType.QInt8,
    )
    work.progress("quantized")
    return target


def int8_static(work: Job, source: Path, dataset: Dataset) -> Path:
    """Weights become int8, activations uint8, both between QuantizeLinear and DequantizeLinear, with float32 scales a
    tensor or (``perChannel``, weights) a channel. Ranges of activations come from the dataset's calibration samples
    (array[1, ...] for each input), by the method ``calibration``.

    Raises: what the quantizer raises (``OptimizationFailed``), such as of activations that are NaN.
    """
    methods = {
        "minmax": quantization.CalibrationMethod.MinMax,
        "entropy": quantization.CalibrationMethod.Entropy,
        "percentile": quantization.CalibrationMethod.Percentile,
    }
    prepared = prepare(work, source)
    target = work.variant / "model.onnx"
    quantization.quantize_static(
        prepared,
        target,
        Calibration(dataset.calibration),
        quant_format=quantization.QuantFormat.QDQ,
        per_channel=work.parameters["perChannel"],
        # What ONNX Runtime recommends for CPUs with VNNI.
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        calibrate_method=methods[work.parameters["calibration"]],
    )
    work.progress("quantized")
    return target


TECHNIQUES = {"graph": graph, "int8-dynamic": int8_dynamic, "int8-static": int8_static}


class Calibration(quantization.CalibrationDataReader):
    """Calibration samples, one at a time: ``{input: array[1, ...]}``, None at the end."""

    def __init__(self, samples: Samples):
        self._samples = iter(samples)

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._samples, None)


def prepare(work: Job, source: Path) -> onnx.ModelProto:
    """Shapes inferred, constants folded and operators of a version that has scales per channel."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        work.progress("prepared for quantization")
        return for_scales_per_channel(onnx.load(prepared))


def verify(written: Path, source: onnx.ModelProto, samples: Samples, work: Job) -> None:
    """The variant loads, answers finitely, and differs in the way the technique promises.

    Raises: Failure ``OptimizationFailed`` or ``NoEffect``.
    """
    verify_runs(written, samples)
    before, after = operations(source), operations(onnx.load(written))
    if work.spec.technique == "graph":
        if sorted(before) == sorted(after):
            raise Failure("NoEffect", "ONNX Runtime found nothing to optimize in the graph")
    elif not QUANTIZED & set(after):
        kinds = ", ".join(sorted(set(before)))
        raise Failure("NoEffect", f"{work.spec.technique} quantized none of the model's operations ({kinds})")


if __name__ == "__main__":
    logging.getLogger().setLevel(logging.ERROR)  # the quantizer warns of the preparation that was done
    main(optimize)
