"""Makes ONNX variants of an ONNX model with Olive workflows, for ONNX Runtime on the CPU: those of techniques.py."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from cpu import overflow_fix
from ort_model import DYNAMIC_OPERATIONS, for_scales_per_channel, inputs_of, load, operations, verify_runs

import onnx
import onnxruntime as ort
import workflow
from onnxruntime.transformers.onnx_model import OnnxModel

from contract import Failure
from lifecycle import WORK, Job, main
from techniques import FRAMEWORK

FUSED = {"com.microsoft", "ai.onnx.contrib"}
INT8 = {"QuantizeLinear", "DynamicQuantizeLinear", "DynamicQuantizeLSTM", "DynamicQuantizeMatMul", "QAttention"}
# Olive's numbers of ONNX Runtime's levels and modes
LEVELS = {1: "ORT_ENABLE_BASIC", 2: "ORT_ENABLE_EXTENDED", 99: "ORT_ENABLE_ALL"}
MODES = {0: "ORT_SEQUENTIAL", 1: "ORT_PARALLEL"}


def optimize() -> None:
    work = Job(FRAMEWORK, "olive-ai", "onnxruntime", "onnx")
    technique = TECHNIQUES[work.spec.technique]
    passes = technique(work)
    source = work.source.file(".onnx")
    inputs = inputs_of(load(source, "UnsupportedModel"))
    samples = work.dataset(inputs).calibration
    target = work.variant / "model.onnx"
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        start = newer(source, Path(folder)) if technique is int8_static else source
        output = workflow.run(work, Path(folder), start, inputs, samples, passes, technique is session)
        for file in output.model.parent.glob("model.onnx*"):  # weights beyond 2 GB are a file of their own
            shutil.move(file, work.variant / file.name)
    if technique is fp16:
        sort(target)
    verify_runs(target, samples)
    verify_effect(work, source, target)
    work.keep_tokenizer()
    if technique is session:
        chance = "OrtSessionParamsTuning chooses by latencies that it measures on the node"
        work.finish(target.name, named(work, output.session_options), nondeterministic=chance)
    else:
        work.finish(target.name, {})


# A technique takes the job's parameters and returns Olive's passes in their order, each {"type": ..., its settings}. They
# turn the source (float32, as a rule) into variant/model.onnx, whose inputs and outputs keep names, types and shapes.
# Whatever a pass fails of is Failure OptimizationFailed; one that changes nothing is NoEffect (verify_effect).


def graph(work: Job) -> list[dict]:
    """float32 stays float32, operations are fused and folded."""
    level = {"extended": 2, "basic": 1}[work.parameters["level"]]
    # The model's type matters for fusions in Python only, which are off.
    runtime = {"type": "OrtTransformersOptimization", "model_type": "bert", "only_onnxruntime": True, "opt_level": level}
    return [{"type": "OnnxPeepholeOptimizer"}, runtime]


def transformer(work: Job) -> list[dict]:
    """float32 stays float32, attention, normalizations and embeddings become ONNX Runtime's own operators."""
    return [{"type": "OrtTransformersOptimization", "model_type": work.parameters["modelType"]}]


def int8_dynamic(work: Job) -> list[dict]:
    """Weights become int8 with a scale a tensor or (``perChannel``) a channel; activations uint8 at each answer."""
    settings = {
        "type": "OnnxDynamicQuantization",
        "precision": "int8",
        "per_channel": work.parameters["perChannel"],
        # Olive leaves kinds out by the names of their nodes, and with one that has none all of them.
        "op_types_to_quantize": DYNAMIC_OPERATIONS + (["Conv"] if work.parameters["convolutions"] else []),
    }
    return [settings]


def int8_static(work: Job) -> list[dict]:
    """Weights become int8, activations uint8 (QDQ), with ranges from the calibration samples (array[1, ...] for each
    input), by the method ``calibration``.
    """
    methods = {"minmax": "MinMax", "entropy": "Entropy", "percentile": "Percentile"}
    settings = {
        "type": "OnnxStaticQuantization",
        "data_config": workflow.DATA,
        "quant_format": "QDQ",
        "precision": "int8",
        "activation_type": "uint8",
        "calibrate_method": methods[work.parameters["calibration"]],
        "per_channel": work.parameters["perChannel"],
        "reduce_range": overflow_fix(work),
    }
    return [settings]


def int4_rtn(work: Job) -> list[dict]:
    """Constant weights of matrix products become int4 with a scale for ``blockSize`` of them (MatMulNBits)."""
    # The quantizer takes MatMul only, and leaves Gemm as it is without a word.
    surgery = {"type": "GraphSurgeries", "surgeries": [{"surgeon": "GemmToMatMulAdd"}]}
    settings = {
        "type": "OnnxBlockWiseRtnQuantization",
        "block_size": work.parameters["blockSize"],
        "accuracy_level": work.parameters["accuracyLevel"],
    }
    return [surgery, settings]


def fp16(work: Job) -> list[dict]:
    """float32 weights and arithmetic become float16; inputs and outputs stay float32, cast inside the model."""
    return [{"type": "OnnxFloatToFloat16", "keep_io_types": True}]


def session(work: Job) -> list[dict]:
    """The model's bytes stay; the session options of the lowest mean latency are found on the node."""
    settings = {
        "type": "OrtSessionParamsTuning",
        "data_config": workflow.DATA,
        "intra_thread_num_list": list(range(1, work.spec.threads + 1)),
        "execution_mode_list": list(MODES),
        "opt_level_list": list(LEVELS),
        # One value each, or Olive would search them too.
        "providers_list": "CPUExecutionProvider",
        "inter_thread_num_list": 1,
        "io_bind": False,
    }
    return [settings]


TECHNIQUES = {
    "graph": graph,
    "transformer": transformer,
    "int8-dynamic": int8_dynamic,
    "int8-static": int8_static,
    "int4-rtn": int4_rtn,
    "fp16": fp16,
    "session": session,
}


def sort(path: Path) -> None:
    """Puts nodes in the order that ONNX demands: the fp16 pass appends its casts at the end."""
    model = onnx.load(path)
    OnnxModel(model).topological_sort(is_deterministic=True)
    onnx.save(model, path)


def newer(source: Path, folder: Path) -> Path:
    """The source where its operators can be quantized per channel, else a copy with newer ones. Olive would not say."""
    model = onnx.load(source)
    converted = for_scales_per_channel(model)
    if converted is model:
        return source
    onnx.save(converted, folder / "source.onnx")
    return folder / "source.onnx"


def named(work: Job, options: dict) -> dict[str, str]:
    """Olive's session options by ONNX Runtime's names, as its engine takes them. Raises: Failure ``NoEffect``."""
    if not options:
        raise Failure("NoEffect", "Olive found no session options better than ONNX Runtime's defaults")
    words = {
        "intra_op_num_threads": str(options["intra_op_num_threads"]),
        "inter_op_num_threads": str(options["inter_op_num_threads"]),
        "execution_mode": MODES[options["execution_mode"]],
        "graph_optimization_level": LEVELS[options["graph_optimization_level"]],
    }
    work.progress("session options: " + ", ".join(f"{k}={v}" for k, v in words.items()))
    return words


def verify_effect(work: Job, source: Path, target: Path) -> None:
    """Olive passes that find nothing to do say nothing: the written model must differ as the technique promises.

    Raises: Failure ``NoEffect``.
    """
    technique = work.spec.technique
    before, after = onnx.load(source), onnx.load(target)
    kinds = ", ".join(sorted(set(operations(before))))
    new = Counter(operations(after)) - Counter(operations(before))
    if technique == "graph" and Counter(operations(after)) == Counter(operations(before)):
        raise Failure("NoEffect", "Olive and ONNX Runtime found nothing to optimize in the graph")
    if technique == "transformer" and not any(n.domain in FUSED and n.op_type in new for n in after.graph.node):
        raise Failure("NoEffect", f"none of the model's operations ({kinds}) could be fused into a transformer's")
    if technique.startswith("int8") and not INT8 & set(new):
        raise Failure("NoEffect", f"{technique} quantized none of the model's operations ({kinds})")
    if technique == "int4-rtn" and "MatMulNBits" not in new:
        raise Failure("NoEffect", f"none of the model's operations ({kinds}) is a matrix product with constant weights")
    smaller = {"int8-static": 0.75, "int4-rtn": 1.0, "fp16": 0.75}.get(technique)
    if smaller is not None and target.stat().st_size > smaller * source.stat().st_size:
        raise Failure(
            "NoEffect", f"{technique} makes {target.stat().st_size} bytes of {source.stat().st_size}: few of them are weights"
        )


if __name__ == "__main__":
    ort.set_default_logger_severity(3)
    main(optimize)
