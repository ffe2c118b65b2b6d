"""Makes OpenVINO variants of an ONNX or OpenVINO IR model, with NNCF where it is quantized: those of techniques.py."""

import importlib

import ir

import openvino as ov

from contract import Failure
from dataset import Dataset
from lifecycle import Job, main
from techniques import FRAMEWORK


def optimize() -> None:
    work = Job(FRAMEWORK, "openvino")
    technique = TECHNIQUES[work.spec.technique]
    source = work.source.file(".onnx", ".xml")
    if source.suffix == ".xml" and work.spec.technique == "fp32":
        raise Failure("NoEffect", "the source is OpenVINO IR already, which the baseline runs in f32")
    model = ir.read(source)
    work.progress(f"read {source.name}, {len(model.get_ops())} operations")
    dataset = work.dataset(ir.inputs_of(model))
    precision = technique(work, model, dataset)
    work.keep_tokenizer()
    work.finish("model.xml", {"INFERENCE_PRECISION_HINT": precision})


# A technique, here and in quantization.py and compression.py, takes the job, the source as OpenVINO read it (which it
# may change) and its dataset, writes variant/model.xml and model.bin, and returns the precision (f32 or bf16) in which
# the engine is to run what is in floating point. OpenVINO would choose bf16 on its own on some CPUs; a variant always
# says which. Names, types and shapes of inputs and outputs stay as they were. Each raises Failure OptimizationFailed
# when the variant answers the first calibration sample with NaN or infinity.


def fp32(work: Job, model: ov.Model, dataset: Dataset) -> str:
    """Weights as they were. Returns f32."""
    ir.save(work, model)
    ir.verify(work, dataset, "f32")
    return "f32"


def bf16(work: Job, model: ov.Model, dataset: Dataset) -> str:
    """Weights as they were, in the file too. Returns bf16.

    Raises: Failure ``UnsupportedHardware``, and ``NoEffect`` where nothing runs in bf16.
    """
    ir.require_bf16()
    ir.save(work, model)
    precisions = ir.verify(work, dataset, "bf16")
    if "bf16" not in precisions:
        raise Failure("NoEffect", f"no operation runs in bf16; precisions: {', '.join(sorted(precisions)) or 'none'}")
    return "bf16"


def fp16(work: Job, model: ov.Model, dataset: Dataset) -> str:
    """float32 weights become float16 in the file. Returns f32.

    Raises: Failure ``NoEffect`` when more than three quarters of the bytes are left.
    """
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
    main(optimize)
