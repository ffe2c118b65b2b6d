"""int8 weights and activations: NNCF's post-training quantization, with SmoothQuant or accuracy control."""

import logging
import time
from collections.abc import Callable, Iterable

from cpu import overflow_fix
from ir import compile_model, rest_precision, save, verify_int8

import nncf
import numpy as np
import openvino as ov
from nncf.quantization.advanced_parameters import (
    AdvancedAccuracyRestorerParameters,
    AdvancedQuantizationParameters,
    AdvancedSmoothQuantParameters,
    OverflowFix,
)

from contract import CLASSIFICATION, TEXT, Failure
from dataset import Dataset, Samples
from lifecycle import Job

SMOOTH_QUANT = "nncf_smooth_quant"  # in the names of the operations that SmoothQuant puts in
OFF = -1

Score = Callable[[ov.CompiledModel, Iterable[dict[str, np.ndarray]]], tuple[float, None]]


def int8_ptq(work: Job, model: ov.Model, dataset: Dataset) -> str:
    """Weights become int8 and activations are quantized (FakeQuantize), with ranges from the calibration samples
    (array[1, ...] for each input). Returns the parameter ``precision``.

    Raises: Failure ``NoEffect`` when no heavy operation runs in int8, ``UnsupportedHardware`` for bf16 that the CPU lacks.
    """
    precision = rest_precision(work)
    quantized = quantize(work, model, dataset.calibration)
    save(work, quantized)
    verify_int8(work, dataset, precision)
    return precision


def int8_sq(work: Job, model: ov.Model, dataset: Dataset) -> str:
    """As ``int8_ptq``, after activations were divided and weights multiplied by scales for each channel, which follow
    ``smoothQuantAlpha`` (0 to 1). Returns the parameter ``precision``.

    Raises: as ``int8_ptq``; Failure ``NoEffect`` too when there is no matrix product to smooth.
    """
    precision = rest_precision(work)
    quantized = quantize(work, model, dataset.calibration, work.parameters["smoothQuantAlpha"])
    smoothed = sum(SMOOTH_QUANT in op.get_friendly_name() for op in quantized.get_ops())
    if smoothed == 0:
        raise Failure("NoEffect", "SmoothQuant found no matrix product of activations and weights to smooth")
    work.progress(f"smoothed, {smoothed} operations put in")
    save(work, quantized)
    verify_int8(work, dataset, precision)
    return precision


def int8_ac(work: Job, model: ov.Model, dataset: Dataset) -> str:
    """As ``int8_ptq``, and operations go back to float32 until the metric drops by at most ``maxDrop``, a difference of
    shares of right classes (0 to 1), or of mean cosine similarities (-1 to 1), on ``validationSamples`` samples. Returns
    the parameter ``precision``.

    Raises: as ``int8_ptq``; Failure ``AccuracyNotReached`` after ``maxIterations`` rounds, ``TimedOut`` after
    ``maxSeconds`` seconds.
    """
    precision = rest_precision(work)
    max_drop, iterations = work.parameters["maxDrop"], work.parameters["maxIterations"]
    deadline = Deadline(work.parameters["maxSeconds"])
    settings, advanced = settings_of(work)
    samples = dataset.calibration
    validation, score = validation_metric(work, model, dataset.validation(work.parameters["validationSamples"]), samples)
    before, _ = score(compile_model(model, "f32"), validation)
    quantized = nncf.quantize_with_accuracy_control(
        model,
        calibration_dataset=nncf.Dataset(list(samples)),
        validation_dataset=nncf.Dataset(list(validation)),
        validation_fn=deadline.around(score),
        max_drop=max_drop,
        drop_type=nncf.DropType.ABSOLUTE,
        subset_size=len(samples),
        advanced_quantization_parameters=advanced,
        advanced_accuracy_restorer_parameters=AdvancedAccuracyRestorerParameters(max_num_iterations=iterations),
        **settings,
    )
    work.progress("quantized with accuracy control")
    save(work, quantized)
    verify_int8(work, dataset, precision)
    after, _ = score(compile_model(work.variant / "model.xml", precision), validation)
    work.progress(f"metric {before:.4f} before, {after:.4f} after")
    if before - after > max_drop:
        raise Failure(
            "AccuracyNotReached",
            f"the metric drops by {before - after:.4f} after {iterations} iterations of accuracy control, allowed are"
            f" {max_drop}; raise maxIterations or maxDrop",
        )
    return precision


class Deadline:
    """Ends accuracy control when its time is over: it has no limit of its own."""

    def __init__(self, seconds: float):
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def around(self, score: Score) -> Score:
        def limited(compiled: ov.CompiledModel, items: Iterable[dict[str, np.ndarray]]) -> tuple[float, None]:
            if time.monotonic() > self._end:
                raise Failure(
                    "TimedOut", f"accuracy control took more than maxSeconds ({self._seconds:g}); raise it or maxDrop"
                )
            return score(compiled, items)

        return limited


def quantize(work: Job, model: ov.Model, samples: Samples, smooth_quant: float = OFF) -> ov.Model:
    """The quantized model; ranges come from all of the samples, ``smooth_quant`` is SmoothQuant's alpha or OFF."""
    settings, advanced = settings_of(work, smooth_quant)
    quantized = nncf.quantize(
        model, nncf.Dataset(list(samples)), subset_size=len(samples), advanced_parameters=advanced, **settings
    )
    work.progress("quantized")
    return quantized


def settings_of(work: Job, smooth_quant: float = OFF) -> tuple[dict, AdvancedQuantizationParameters]:
    """What all int8 techniques have in common; SmoothQuant is on in one of them only."""
    nncf.set_log_level(logging.WARNING)
    work.versions["nncf"] = nncf.__version__
    fix = OverflowFix.ENABLE if overflow_fix(work) else OverflowFix.DISABLE
    transformer = smooth_quant != OFF or work.spec.task in TEXT
    settings = {
        "preset": nncf.QuantizationPreset(work.parameters["preset"]),
        "model_type": nncf.ModelType.TRANSFORMER if transformer else None,
    }
    smoothing = AdvancedSmoothQuantParameters(convolution=OFF, matmul=smooth_quant)
    return settings, AdvancedQuantizationParameters(overflow_fix=fix, smooth_quant_alphas=smoothing)


def validation_metric(work: Job, model: ov.Model, labelled: Samples | None, calibration: Samples):
    """The samples and the function (compiled model, samples) -> (score, None) that accuracy control works with.

    Accuracy by labels where there are labelled samples outside the evaluation split; else how well the answers of the
    model as it was are kept on the calibration samples (same class, or cosine similarity where there are no classes).
    """
    classes = work.spec.task in CLASSIFICATION
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
    """The first output of a sample {input: array[1, ...]}, flat: float64[values]."""
    return np.array(compiled(sample)[compiled.output(0)], dtype=np.float64).ravel()


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Cosine similarity, -1 to 1, of float64[values] each; of a vector of zeros 1 with itself and 0 with others."""
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / norm) if norm > 0 else float(np.array_equal(a, b))
