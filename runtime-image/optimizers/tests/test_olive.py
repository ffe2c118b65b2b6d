import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from conftest import Work, calibrating, failed, images, onnx_error, pooling, succeeded

EFFECTIVE = ["graph", "int8-dynamic", "int8-static", "int4-rtn", "fp16", "session"]
OPTIONS = {"intra_op_num_threads", "inter_op_num_threads", "execution_mode", "graph_optimization_level"}


def operations(path):
    return [node.op_type for node in onnx.load(path).graph.node]


@pytest.mark.parametrize("technique", EFFECTIVE)
def test_a_variant_answers_like_its_source_and_says_how_it_must_run(work: Work, technique: str):
    outcome = succeeded(work.optimize("olive", technique))

    descriptor = outcome.descriptor
    assert (descriptor["engine"], descriptor["framework"], descriptor["technique"]) == ("OnnxRuntime", "olive", technique)
    assert descriptor["versions"]["olive-ai"] == "0.13.0"
    assert set(descriptor["options"]) == (OPTIONS if technique == "session" else set())
    assert ("nondeterministic" in descriptor) == (technique == "session")
    assert set(outcome.files()) == {"edgeai.json", "model.onnx"}
    assert {path.name for path in work.folder.iterdir()} == {"source", "dataset", "spec.json", "variant"}
    # These weights are random: nothing forgives four bits here.
    assert onnx_error(outcome.variant / "model.onnx", work.source) < (0.25 if technique == "int4-rtn" else 0.1)


@pytest.mark.parametrize("technique", ["int8-static", "int4-rtn", "fp16"])
def test_the_same_job_gives_the_same_bytes(work: Work, tmp_path_factory, technique: str):
    other = Work(tmp_path_factory.mktemp("other"))

    first, second = (succeeded(w.optimize("olive", technique)).files() for w in (work, other))

    assert first == second


def olive(work: Work, source: Path, output: str, *arguments: str) -> Path:
    """Runs Olive's own command line on a model, and gives the model that it leaves."""
    quiet = {"OLIVE_DISABLE_TELEMETRY": "1", "ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}
    command = [Path(sys.executable).with_name("olive"), *arguments, "-m", source, "-o", output]
    subprocess.run(command, check=True, cwd=work.folder, env=os.environ | quiet)
    return work.folder / output / "model.onnx"


def run_pass(work: Work, source: Path, name: str, **settings) -> Path:
    return olive(work, source, name, "run-pass", "--pass-name", name, "--pass-config", json.dumps(settings))


def test_int8_dynamic_is_that_of_olives_own_quantize_command(work: Work):
    # Which takes convolutions too.
    ours = succeeded(work.optimize("olive", "int8-dynamic", convolutions="true")).files()["model.onnx"]

    settings = ["--algorithm", "rtn", "--precision", "int8", "--implementation", "ort"]
    assert olive(work, work.source, "by-hand", "quantize", *settings).read_bytes() == ours


def test_int4_rtn_is_that_of_olives_own_run_pass_command(work: Work):
    ours = succeeded(work.optimize("olive", "int4-rtn", blockSize="64", accuracyLevel="1")).files()["model.onnx"]

    products = run_pass(work, work.source, "GraphSurgeries", surgeries=[{"surgeon": "GemmToMatMulAdd"}])
    by_hand = run_pass(work, products, "OnnxBlockWiseRtnQuantization", block_size=64, accuracy_level=1)
    assert by_hand.read_bytes() == ours


def test_int8_static_is_that_of_olives_own_run_pass_command(work: Work):
    ours = succeeded(work.optimize("olive", "int8-static", overflowFix="disable")).files()["model.onnx"]

    samples = work.folder / "samples" / "images"
    samples.mkdir(parents=True)
    for number, image in enumerate(calibrating(images(400))):
        image.tofile(samples / f"{number:02}.bin")
    parameters = {
        "data_dir": str(samples.parent),
        "input_names": ["images"],
        "input_shapes": [[1, 3, 16, 16]],
        "input_dirs": ["images"],
        "input_suffix": ".bin",
    }
    by_hand = run_pass(
        work,
        work.source,
        "OnnxStaticQuantization",
        data_config={"name": "calibration", "type": "RawDataContainer", "load_dataset_config": {"params": parameters}},
        precision="int8",
        activation_type="uint8",
        calibrate_method="MinMax",
        quant_format="QDQ",
        per_channel=True,
        reduce_range=False,
    )
    assert by_hand.read_bytes() == ours


def test_quantized_weights_take_a_quarter_and_less_of_the_bytes(work: Work):
    full = work.source.stat().st_size
    sizes = {t: len(succeeded(work.optimize("olive", t)).files()["model.onnx"]) for t in ("int8-static", "int4-rtn")}

    assert sizes["int8-static"] < 0.3 * full
    assert sizes["int4-rtn"] < 0.25 * full


def test_dynamic_quantization_takes_convolutions_only_when_asked_to(work: Work):
    default = operations(succeeded(work.optimize("olive", "int8-dynamic")).variant / "model.onnx")
    asked = operations(succeeded(work.optimize("olive", "int8-dynamic", convolutions="true")).variant / "model.onnx")

    assert (default.count("Conv"), default.count("ConvInteger")) == (2, 0)
    assert (asked.count("Conv"), asked.count("ConvInteger")) == (0, 2)


def test_a_smaller_block_takes_more_bytes_and_an_odd_one_is_refused(work: Work):
    default = succeeded(work.optimize("olive", "int4-rtn")).files()["model.onnx"]
    smaller = succeeded(work.optimize("olive", "int4-rtn", blockSize="16")).files()["model.onnx"]

    assert len(default) < len(smaller)
    failed(work.optimize("olive", "int4-rtn", blockSize="7"), "InvalidParameter", "blockSize must be one of 32")


def test_session_tuning_leaves_the_model_and_stays_within_the_accelerator_s_threads(work: Work):
    outcome = succeeded(work.optimize("olive", "session"))

    assert outcome.files()["model.onnx"] == work.source.read_bytes()
    assert outcome.descriptor["options"]["intra_op_num_threads"] == "1"


@pytest.mark.parametrize(
    ("technique", "words"),
    [
        ("graph", "nothing to optimize"),
        ("transformer", "could be fused into a transformer's"),
        ("int8-dynamic", "quantized none of the model's operations"),
        ("int8-static", "few of them are weights"),
        ("int4-rtn", "is a matrix product with constant weights"),
        ("fp16", "few of them are weights"),
    ],
)
def test_a_pass_that_does_nothing_in_silence_fails(work: Work, technique: str, words: str):
    pooling(work.source)

    failed(work.optimize("olive", technique), "NoEffect", words)


def test_what_olive_fails_of_is_told(work: Work):
    # There is no histogram of what is not a number; Olive exits with 0 all the same.
    work.write_dataset(images=np.full((200, 3, 16, 16), np.nan, np.float32))

    outcome = work.optimize("olive", "int8-static", calibration="entropy")

    failed(outcome, "OptimizationFailed", "Olive left no model of OnnxStaticQuantization: ValueError: ")


def test_parameters_and_techniques_that_do_not_exist_are_refused(work: Work):
    failed(work.optimize("olive", "int3"), "UnsupportedTechnique", "Olive knows graph")
    failed(work.optimize("olive", "fp16", level="all"), "InvalidParameter", "fp16 has no parameter level")
    work.source.write_bytes(work.source.read_bytes()[:1000])
    failed(work.optimize("olive", "fp16"), "UnsupportedModel", "ONNX Runtime cannot load model.onnx")
