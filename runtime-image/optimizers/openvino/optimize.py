"""Makes OpenVINO variants of an ONNX or OpenVINO IR model, with NNCF where it is quantized.

Techniques and their parameters:

``fp32``      OpenVINO IR, f32 throughout.
``bf16``      the same weights, executed in bf16; needs a CPU with AVX-512 BF16 or AMX.
``fp16``      weights stored as fp16: half the file. CPUs execute it in f32, so it is no faster there.
``int8-ptq``  weights and activations in int8, ranges from calibration samples. ``preset``: mixed, performance.
``int8-ac``   int8-ptq, and operations are put back to f32 until the metric drops by at most ``maxDrop``
              (default 0.01) on ``validationSamples`` (default 300) samples outside the evaluation split. ``preset``
              as above.

``precision`` (f32 or bf16, for the int8 techniques) is what runs the operations that stay in floating point. OpenVINO
would choose bf16 on its own on some CPUs; a variant always says which.
"""

import logging
import os
from collections.abc import Iterable
from pathlib import Path

# NNCF and OpenVINO decide about telemetry when they are imported; the image does not even hold the package.
os.environ["CI"] = os.environ["NNCF_CI"] = "1"

import numpy as np
import openvino as ov

import job
from job import Dataset, Failure, Input, Job, Samples

LOW_PRECISION = {"u8", "i8"}
COMPUTE = {"Convolution", "FullyConnected", "MatMul", "Deconvolution", "LSTMSequence", "GRUSequence"}


def optimize() -> None:
    work = Job("openvino", "OpenVINO", ["openvino"])
    technique = TECHNIQUES.get(work.spec.technique)
    if technique is None:
        raise Failure("UnsupportedTechnique", f"OpenVINO knows {', '.join(TECHNIQUES)}, not '{work.spec.technique}'")
    source = work.source(".onnx", ".xml")
    if source.suffix == ".xml" and work.spec.technique == "fp32":
        raise Failure("NoEffect", "the source is OpenVINO IR already, which the baseline runs in f32")
    model = read(source)
    work.progress(f"read {source.name}, {len(model.get_ops())} operations")
    dataset = work.dataset(inputs_of(model))
    precision = technique(work, model, dataset)
    work.finish("model.xml", {"INFERENCE_PRECISION_HINT": precision})


def fp32(work: Job, model: ov.Model, dataset: Dataset) -> str:
    work.spec.allow()
    save(work, model)
    verify(work, dataset, "f32")
    return "f32"


def bf16(work: Job, model: ov.Model, dataset: Dataset) -> str:
    work.spec.allow()
    require_bf16()
    save(work, model)
    precisions = verify(work, dataset, "bf16")
    if "bf16" not in precisions:
        raise Failure("NoEffect", f"no operation runs in bf16; precisions: {', '.join(sorted(precisions)) or 'none'}")
    return "bf16"


def fp16(work: Job, model: ov.Model, dataset: Dataset) -> str:
    work.spec.allow()
    save(work, model)
    before = weights(work).stat().st_size
    save(work, model, compress_to_fp16=True)
    after = weights(work).stat().st_size
    if after > 0.75 * before:
        raise Failure("NoEffect", f"the weights take {after} bytes as fp16 and {before} before; few of them are fp32")
    verify(work, dataset, "f32")
    return "f32"


def int8_ptq(work: Job, model: ov.Model, dataset: Dataset) -> str:
    import nncf

    work.spec.allow("preset", "precision")
    settings = quantization(work)
    precision = rest_precision(work)
    samples = dataset.calibration
    quantized = nncf.quantize(model, nncf.Dataset(list(samples)), subset_size=len(samples), **settings)
    work.progress("quantized")
    save(work, quantized)
    verify_int8(work, dataset, precision)
    return precision


def int8_ac(work: Job, model: ov.Model, dataset: Dataset) -> str:
    import nncf

    work.spec.allow("preset", "precision", "maxDrop", "validationSamples")
    settings = quantization(work)
    precision = rest_precision(work)
    max_drop = work.spec.number("maxDrop", 0.01, 0, 1)
    limit = int(work.spec.number("validationSamples", 300, 16, 100_000))
    samples = dataset.calibration
    validation, metric = validation_metric(work, model, dataset.validation(limit), samples)
    quantized = nncf.quantize_with_accuracy_control(
        model,
        calibration_dataset=nncf.Dataset(list(samples)),
        validation_dataset=nncf.Dataset(list(validation)),
        validation_fn=metric,
        max_drop=max_drop,
        drop_type=nncf.DropType.ABSOLUTE,
        subset_size=len(samples),
        **settings,
    )
    work.progress("quantized with accuracy control")
    save(work, quantized)
    verify_int8(work, dataset, precision)
    return precision


TECHNIQUES = {"fp32": fp32, "bf16": bf16, "fp16": fp16, "int8-ptq": int8_ptq, "int8-ac": int8_ac}


def validation_metric(work: Job, model: ov.Model, labelled: Samples | None, calibration: Samples):
    """The samples and the function (compiled model, samples) -> (score, None) that accuracy control works with.

    Accuracy by labels where there are labelled samples outside the evaluation split; else how well the answers of the
    model as it was are kept on the calibration samples (same class, or cosine similarity where there are no classes).
    """
    classes = work.spec.task in job.CLASSIFICATION
    if labelled is not None and classes:
        work.progress(f"accuracy control by labels of {len(labelled)} samples")
        samples, expected = labelled, list(labelled.labels)
    else:
        work.progress(f"accuracy control by the f32 model's answers to {len(calibration)} calibration samples")
        original = compile_model(model, "f32")
        samples = calibration
        expected = [answer(original, sample) for sample in samples]
        if classes:
            expected = [a.argmax() for a in expected]

    def score(compiled: ov.CompiledModel, items: Iterable[dict[str, np.ndarray]]) -> tuple[float, None]:
        # NNCF walks through the samples in order and from the start.
        answers = [answer(compiled, item) for item in items]
        kept = [
            float(have.argmax() == want) if classes else cosine(have, want)
            for have, want in zip(answers, expected, strict=True)
        ]
        return float(np.mean(kept)), None

    return samples, score


def answer(compiled: ov.CompiledModel, sample: dict[str, np.ndarray]) -> np.ndarray:
    """The first output, flat."""
    return np.array(compiled(sample)[compiled.output(0)], dtype=np.float64).ravel()


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / norm) if norm > 0 else float(np.array_equal(a, b))


def quantization(work: Job) -> dict:
    import nncf

    work.versions["nncf"] = nncf.__version__
    nncf.set_log_level(logging.WARNING)
    preset = work.spec.choice("preset", "mixed", "performance")
    transformer = work.spec.task in job.TEXT
    return {
        "preset": nncf.QuantizationPreset(preset),
        "model_type": nncf.ModelType.TRANSFORMER if transformer else None,
    }


def rest_precision(work: Job) -> str:
    precision = work.spec.choice("precision", "f32", "bf16")
    if precision == "bf16":
        require_bf16()
    return precision


def require_bf16() -> None:
    if "BF16" not in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise Failure(
            "UnsupportedHardware", "this node's CPU has neither AVX-512 BF16 nor AMX, bf16 would be emulated in f32"
        )


def read(path: Path) -> ov.Model:
    try:
        return ov.Core().read_model(path)
    except RuntimeError as e:
        raise Failure("UnsupportedModel", f"OpenVINO cannot read {path.name}: {first_line(e)}") from e


def save(work: Job, model: ov.Model, compress_to_fp16: bool = False) -> None:
    """Writes model.xml and model.bin without what differs from run to run."""
    for key in list(model.rt_info):
        del model.rt_info[key]
    ov.save_model(model, work.variant / "model.xml", compress_to_fp16=compress_to_fp16)


def weights(work: Job) -> Path:
    return work.variant / "model.bin"


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


def verify(work: Job, dataset: Dataset, precision: str) -> set[str]:
    """Loads the written file, runs a sample, and gives the precisions in which its heavy operations run."""
    sample = dataset.calibration[0]
    compiled = compile_model(work.variant / "model.xml", precision)
    job.finite([np.array(v) for v in compiled(sample).values()], "the variant")
    nodes = [op.get_rt_info() for op in compiled.get_runtime_model().get_ops()]
    return {info["runtimePrecision"].astype(str) for info in nodes if info["layerType"].astype(str) in COMPUTE}


def verify_int8(work: Job, dataset: Dataset, precision: str) -> None:
    precisions = verify(work, dataset, precision)
    if not precisions & LOW_PRECISION:
        raise Failure(
            "NoEffect",
            f"no operation runs in int8 after quantization; precisions: {', '.join(sorted(precisions)) or 'none'}",
        )


def first_line(e: Exception) -> str:
    lines = [line.strip() for line in str(e).splitlines() if line.strip()]
    return lines[-1] if lines else type(e).__name__


if __name__ == "__main__":
    job.main(optimize)
