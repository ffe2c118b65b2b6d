import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from conftest import Work, calibrating, failed, images, normalization, onnx_error, pooling, succeeded

TECHNIQUES = ["graph", "int8-dynamic", "int8-static"]


def operations(path):
    return [node.op_type for node in onnx.load(path).graph.node]


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_variant_answers_like_its_source_and_says_how_it_must_run(work: Work, technique: str):
    outcome = succeeded(work.optimize("onnxruntime", technique))

    descriptor = outcome.descriptor
    assert descriptor["engine"] == "OnnxRuntime"
    assert (descriptor["framework"], descriptor["technique"]) == ("onnxruntime", technique)
    assert descriptor["versions"]["onnxruntime"] == "1.29.0"
    assert set(outcome.files()) == {"edgeai.json", "model.onnx"}
    assert onnx_error(outcome.variant / descriptor["model"], work.source) < 0.1


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_the_same_job_gives_the_same_bytes(work: Work, tmp_path_factory, technique: str):
    other = Work(tmp_path_factory.mktemp("other"))

    first, second = (succeeded(w.optimize("onnxruntime", technique)).files() for w in (work, other))

    assert first == second


def by_hand(work: Work, *arguments: str | Path) -> None:
    """Runs Python as a person would, without ONNX Runtime's telemetry."""
    quiet = os.environ | {"ORT_DISABLE_TELEMETRY": "1"}
    subprocess.run([sys.executable, *arguments], check=True, cwd=work.folder, env=quiet)


def prepared(work: Work) -> Path:
    """The source after ONNX Runtime's own command for what comes before quantization."""
    target = work.folder / "prepared.onnx"
    command = ["-m", "onnxruntime.quantization.preprocess", "--skip_symbolic_shape", "true"]
    by_hand(work, *command, "--input", work.source, "--output", target)
    return target


def test_the_graph_is_that_of_onnx_runtimes_own_command_line(work: Work):
    ours = succeeded(work.optimize("onnxruntime", "graph")).files()["model.onnx"]

    target = work.folder / "by-hand.onnx"
    command = ["-m", "onnxruntime.tools.optimize_onnx_model", "--opt_level", "extended"]
    by_hand(work, *command, work.source, target)
    assert target.read_bytes() == ours


def test_int8_static_is_that_of_onnx_runtimes_own_command_line(work: Work):
    ours = succeeded(work.optimize("onnxruntime", "int8-static")).files()["model.onnx"]

    for number, image in enumerate(calibrating(images(400))):
        folder = work.folder / f"test_data_set_{number}"
        folder.mkdir()
        (folder / "input_0.pb").write_bytes(onnx.numpy_helper.from_array(image[None]).SerializeToString())
    target = work.folder / "by-hand.onnx"
    command = ["-m", "onnxruntime.quantization.static_quantize_runner", "--per_channel"]
    by_hand(work, *command, "-i", prepared(work), "-o", target)
    assert target.read_bytes() == ours


# Dynamic quantization has no command line: this is the call of its documentation.
DYNAMIC = """
import sys
from onnxruntime.quantization import QuantType, quantize_dynamic
quantize_dynamic(*sys.argv[1:], weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gemm"])
"""


def test_int8_dynamic_is_that_of_onnx_runtimes_own_call(work: Work):
    ours = succeeded(work.optimize("onnxruntime", "int8-dynamic")).files()["model.onnx"]

    target = work.folder / "by-hand.onnx"
    by_hand(work, "-c", DYNAMIC, prepared(work), target)
    assert target.read_bytes() == ours


def test_static_quantization_reaches_convolutions_and_a_quarter_of_the_bytes(work: Work):
    outcome = succeeded(work.optimize("onnxruntime", "int8-static"))

    model = outcome.variant / "model.onnx"
    assert model.stat().st_size < 0.3 * work.source.stat().st_size
    assert {"QuantizeLinear", "DequantizeLinear", "Conv"} <= set(operations(model))


def test_dynamic_quantization_leaves_convolutions_in_floating_point(work: Work):
    outcome = succeeded(work.optimize("onnxruntime", "int8-dynamic"))

    kinds = operations(outcome.variant / "model.onnx")
    assert kinds.count("MatMulInteger") == 2
    assert kinds.count("Conv") == 2
    assert "ConvInteger" not in kinds


def test_the_graph_is_fused_and_the_signature_kept(work: Work):
    outcome = succeeded(work.optimize("onnxruntime", "graph"))

    kinds = operations(outcome.variant / "model.onnx")
    assert len(kinds) < len(operations(work.source))
    session = ort.InferenceSession(outcome.variant / "model.onnx", providers=["CPUExecutionProvider"])
    assert (session.get_inputs()[0].name, session.get_inputs()[0].shape) == ("images", ["N", 3, 16, 16])


def test_what_is_fused_into_a_newer_operator_than_the_source_declares_is_kept(work: Work):
    normalization(work.source)
    work.write_dataset(images=np.random.default_rng(3).normal(size=(200, 8, 64)).astype(np.float32))

    outcome = succeeded(work.optimize("onnxruntime", "graph", task="Generic"))

    assert operations(outcome.variant / "model.onnx") == ["LayerNormalization"]


def test_a_graph_laid_out_for_a_kind_of_cpu_says_so(work: Work):
    anywhere = succeeded(work.optimize("onnxruntime", "graph")).descriptor
    here = succeeded(work.optimize("onnxruntime", "graph", level="all")).descriptor

    assert "nondeterministic" not in anywhere
    assert "kind of CPU" in here["nondeterministic"]


@pytest.mark.parametrize("parameters", [{"perChannel": "false"}, {"calibration": "percentile"}])
def test_parameters_change_the_variant(work: Work, parameters: dict):
    default = succeeded(work.optimize("onnxruntime", "int8-static")).files()["model.onnx"]
    changed = succeeded(work.optimize("onnxruntime", "int8-static", **parameters)).files()["model.onnx"]

    assert default != changed


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_technique_without_effect_fails(work: Work, technique: str):
    pooling(work.source)

    outcome = work.optimize("onnxruntime", technique)

    failed(outcome, "NoEffect", "nothing to optimize" if technique == "graph" else "none of the model's operations")


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_model_that_answers_nan_is_no_variant(work: Work, technique: str):
    model = onnx.load(work.source)
    weights = next(w for w in model.graph.initializer if w.name == "w4")
    broken = np.full(weights.dims, np.nan, np.float32)
    weights.CopyFrom(onnx.numpy_helper.from_array(broken, "w4"))
    onnx.save(model, work.source)

    outcome = work.optimize("onnxruntime", technique)

    failed(outcome, "OptimizationFailed", "")


def test_a_corrupted_source_is_refused(work: Work):
    work.source.write_bytes(work.source.read_bytes()[:1000])

    failed(work.optimize("onnxruntime", "int8-static"), "UnsupportedModel", "ONNX Runtime cannot load model.onnx")


def test_external_data_outside_the_source_is_refused(work: Work):
    secret = work.folder / "secret"
    secret.write_bytes(bytes(10 * 64 * 4))
    model = onnx.load(work.source)
    weights = next(w for w in model.graph.initializer if w.name == "w4")
    weights.ClearField("raw_data")
    weights.data_location = onnx.TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="../secret")
    onnx.save(model, work.source)

    failed(work.optimize("onnxruntime", "int8-static"), "UnsupportedModel", "")


def test_an_unknown_technique_is_refused(work: Work):
    failed(work.optimize("onnxruntime", "int4"), "UnsupportedTechnique", "ONNX Runtime knows graph")
