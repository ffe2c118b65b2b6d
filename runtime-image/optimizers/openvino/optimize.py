"""Makes OpenVINO variants of an ONNX or OpenVINO IR model, with NNCF where it is quantized.

Techniques and their parameters:

``fp32``      OpenVINO IR, f32 throughout.
``bf16``      the same weights, executed in bf16; needs a CPU with AVX-512 BF16 or AMX.
``fp16``      weights stored as fp16: half the file. CPUs execute it in f32, so it is no faster there.
``int8-ptq``  weights and activations in int8, ranges from calibration samples. ``preset``: mixed, performance.
``int8-sq``   int8-ptq of a transformer after SmoothQuant, which moves the range of activations into the weights.
              ``smoothQuantAlpha`` (default 0.95): how much of it; ``preset`` as above.
``int8-ac``   int8-ptq, and operations are put back to f32 until the metric drops by at most ``maxDrop``
              (default 0.01) on ``validationSamples`` (default 300) samples outside the evaluation split. It fails
              when that takes more than ``maxIterations`` (default 20) or ``maxSeconds`` (default 900).
              ``preset`` as above.
``w8``        weights in int8, computed in floating point.
``w4``        weights of matrix products in int4, with a scale for every ``groupSize`` (64, 32, 128, 256) of them;
              ``ratio`` (default 1) of them, the others in int8. Layers that the group size does not divide, embeddings
              and the last layer are int8.

``overflowFix`` (auto, enable, disable; for the int8 techniques): weights of half the range, for CPUs that add int8
products in 16 bits. auto enables it on x86 CPUs without VNNI; ``versions`` of the descriptor say what was chosen.

``precision`` (f32 or bf16, for the int8, w8 and w4 techniques) is what runs the operations that stay in floating point.
OpenVINO would choose bf16 on its own on some CPUs; a variant always says which.
"""

import importlib

import ir

import openvino as ov

import job
from job import Dataset, Failure, Job


def optimize() -> None:
    work = Job("openvino", "OpenVINO", ["openvino"])
    technique = TECHNIQUES.get(work.spec.technique)
    if technique is None:
        raise Failure("UnsupportedTechnique", f"OpenVINO knows {', '.join(TECHNIQUES)}, not '{work.spec.technique}'")
    source = work.source(".onnx", ".xml")
    if source.suffix == ".xml" and work.spec.technique == "fp32":
        raise Failure("NoEffect", "the source is OpenVINO IR already, which the baseline runs in f32")
    model = ir.read(source)
    work.progress(f"read {source.name}, {len(model.get_ops())} operations")
    dataset = work.dataset(ir.inputs_of(model))
    precision = technique(work, model, dataset)
    work.keep_tokenizer()
    work.finish("model.xml", {"INFERENCE_PRECISION_HINT": precision})


def fp32(work: Job, model: ov.Model, dataset: Dataset) -> str:
    work.spec.allow()
    ir.save(work, model)
    ir.verify(work, dataset, "f32")
    return "f32"


def bf16(work: Job, model: ov.Model, dataset: Dataset) -> str:
    work.spec.allow()
    ir.require_bf16()
    ir.save(work, model)
    precisions = ir.verify(work, dataset, "bf16")
    if "bf16" not in precisions:
        raise Failure("NoEffect", f"no operation runs in bf16; precisions: {', '.join(sorted(precisions)) or 'none'}")
    return "bf16"


def fp16(work: Job, model: ov.Model, dataset: Dataset) -> str:
    work.spec.allow()
    ir.save(work, model)
    before = ir.weights(work).stat().st_size
    ir.save(work, model, compress_to_fp16=True)
    after = ir.weights(work).stat().st_size
    if after > 0.75 * before:
        raise Failure("NoEffect", f"the weights take {after} bytes as fp16 and {before} before; few of them are fp32")
    ir.verify(work, dataset, "f32")
    return "f32"


def with_nncf(module: str, name: str):
    """A technique of a module that imports NNCF, which takes a second that the others need not wait."""
    return lambda *arguments: getattr(importlib.import_module(module), name)(*arguments)


TECHNIQUES = {
    "fp32": fp32,
    "bf16": bf16,
    "fp16": fp16,
    "int8-ptq": with_nncf("quantization", "int8_ptq"),
    "int8-sq": with_nncf("quantization", "int8_sq"),
    "int8-ac": with_nncf("quantization", "int8_ac"),
    "w8": with_nncf("compression", "w8"),
    "w4": with_nncf("compression", "w4"),
}


if __name__ == "__main__":
    job.main(optimize)
