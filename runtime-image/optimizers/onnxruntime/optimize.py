"""Makes ONNX Runtime variants of an ONNX model.

Techniques and their parameters:

``graph``         the graph as ONNX Runtime optimizes it. ``level``: extended (default; runs on any CPU), all (adds
                  layouts that are laid out for this node's CPU).
``int8-dynamic``  weights in int8, activations quantized while running. Convolutions stay in floating point: ONNX
                  Runtime's integer convolution is several times slower than its f32 one. ``perChannel``: false, true.
``int8-static``   weights and activations in int8 (QDQ), ranges from calibration samples. ``perChannel``: true, false.
                  ``calibration``: minmax, entropy, percentile.
"""

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

import job
from job import Dataset, Failure, Job, Samples

QUANTIZED = {"QuantizeLinear", "DynamicQuantizeLinear", "DynamicQuantizeLSTM", "QAttention", "QEmbedLayerNormalization"}
LEVELS = {
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
}


def optimize() -> None:
    work = Job("onnxruntime", "OnnxRuntime", ["onnxruntime", "onnx"])
    technique = TECHNIQUES.get(work.spec.technique)
    if technique is None:
        raise Failure("UnsupportedTechnique", f"ONNX Runtime knows {', '.join(TECHNIQUES)}, not '{work.spec.technique}'")
    source = work.source(".onnx")
    session = load(source, "UnsupportedModel")
    model = onnx.load(source)
    work.progress(f"read {source.name}, {len(model.graph.node)} operations")
    dataset = work.dataset(inputs_of(session))
    del session  # its copy of the weights is not needed while the model is rewritten
    written = technique(work, source, dataset)
    verify(written, model, dataset.calibration, work)
    work.keep_tokenizer()
    by_cpu = technique is graph and work.spec.choice("level", *LEVELS) == "all"
    chance = "ONNX Runtime lays the graph out for the kind of CPU that it finds" if by_cpu else None
    work.finish(written.name, {}, nondeterministic=chance)


def graph(work: Job, source: Path, dataset: Dataset) -> Path:
    work.spec.allow("level")
    target = work.variant / "model.onnx"
    options = session_options()
    options.graph_optimization_level = LEVELS[work.spec.choice("level", *LEVELS)]
    options.optimized_model_filepath = str(target)
    ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    work.progress("optimized")
    return target


def int8_dynamic(work: Job, source: Path, dataset: Dataset) -> Path:
    work.spec.allow("perChannel")
    prepared = prepare(work, source)
    target = work.variant / "model.onnx"
    quantization.quantize_dynamic(
        prepared,
        target,
        op_types_to_quantize=DYNAMIC_OPERATIONS,
        per_channel=work.spec.choice("perChannel", "false", "true") == "true",
        weight_type=quantization.QuantType.QInt8,
    )
    work.progress("quantized")
    return target


def int8_static(work: Job, source: Path, dataset: Dataset) -> Path:
    work.spec.allow("perChannel", "calibration")
    methods = {
        "minmax": quantization.CalibrationMethod.MinMax,
        "entropy": quantization.CalibrationMethod.Entropy,
        "percentile": quantization.CalibrationMethod.Percentile,
    }
    method = methods[work.spec.choice("calibration", *methods)]
    per_channel = work.spec.choice("perChannel", "true", "false") == "true"
    prepared = prepare(work, source)
    target = work.variant / "model.onnx"
    quantization.quantize_static(
        prepared,
        target,
        Calibration(dataset.calibration),
        quant_format=quantization.QuantFormat.QDQ,
        per_channel=per_channel,
        # What ONNX Runtime recommends for CPUs with VNNI.
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        calibrate_method=method,
    )
    work.progress("quantized")
    return target


TECHNIQUES = {"graph": graph, "int8-dynamic": int8_dynamic, "int8-static": int8_static}


class Calibration(quantization.CalibrationDataReader):
    """Calibration samples, one at a time."""

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
    """The variant loads, answers finitely, and differs in the way the technique promises."""
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
    job.main(optimize)
