import platform
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openvino as ov
import pytest
from conftest import Work, calibrating, classifier, failed, images, pooling, scaled, succeeded, transformer

QUANTIZING = ["int8-ptq", "int8-sq", "int8-ac", "w8", "w4"]
TECHNIQUES = ["fp32", "bf16", "fp16", *QUANTIZING]
BF16 = "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
needs_bf16 = pytest.mark.skipif(not BF16, reason="this CPU has no bf16")


def run(model, precision="f32"):
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": precision})
    return compiled(images(50, seed=9))[0]


def error(outputs, expected):
    return float(np.sqrt(np.mean((outputs - expected) ** 2) / np.mean(expected**2)))


def operations(path):
    return [op.get_type_name() for op in ov.Core().read_model(path).get_ops()]


@pytest.mark.parametrize("technique", [t if t != "bf16" else pytest.param(t, marks=needs_bf16) for t in TECHNIQUES])
def test_a_variant_answers_like_its_source_and_says_how_it_must_run(work: Work, technique: str):
    outcome = succeeded(work.optimize("openvino", technique))

    descriptor = outcome.descriptor
    precision = "bf16" if technique == "bf16" else "f32"
    assert descriptor["engine"] == "OpenVINO"
    assert descriptor["options"] == {"INFERENCE_PRECISION_HINT": precision}
    assert (descriptor["framework"], descriptor["technique"]) == ("openvino", technique)
    assert descriptor["versions"]["openvino"] == "2026.4.1"
    assert ("nncf" in descriptor["versions"]) == (technique in QUANTIZING)
    assert ("overflow_fix" in descriptor["versions"]) == technique.startswith("int8")
    assert set(outcome.files()) == {"edgeai.json", "model.xml", "model.bin"}
    # These weights are random: nothing forgives four bits here, nor the bit that a CPU without VNNI takes from eight.
    seven_bits = descriptor["versions"].get("overflow_fix") == "enable"
    bound = 0.25 if technique == "w4" else 0.2 if seven_bits else 0.1
    assert error(run(outcome.variant / descriptor["model"], precision), run(work.source)) < bound


@pytest.mark.parametrize("technique", ["fp32", "fp16", *QUANTIZING])
def test_the_same_job_gives_the_same_bytes(work: Work, tmp_path_factory, technique: str):
    other = Work(tmp_path_factory.mktemp("other"))

    first, second = (succeeded(w.optimize("openvino", technique)).files() for w in (work, other))

    assert first == second


def graph(xml: bytes) -> list[str]:
    """Operations and edges, without what differs from process to process: names hold a counter, the rest a path."""
    root = ElementTree.fromstring(xml)
    for layer in root.iter("layer"):
        del layer.attrib["name"]
    return [ElementTree.tostring(root.find(part), "unicode") for part in ("layers", "edges")]


def same_model(ours: dict[str, bytes], by_hand: Path) -> bool:
    same_graph = graph(ours["model.xml"]) == graph(by_hand.read_bytes())
    return same_graph and ours["model.bin"] == by_hand.with_suffix(".bin").read_bytes()


@pytest.fixture
def transforming(work: Work) -> Work:
    """A model whose activations are negative too, which is where quantization presets differ."""
    transformer(work.source)
    work.write_dataset(images=np.random.default_rng(5).normal(size=(200, 8, 64)).astype(np.float32))
    return work


@pytest.mark.parametrize(("technique", "compressed"), [("fp32", "False"), ("fp16", "True")])
@pytest.mark.parametrize("source", ["work", "transforming"])
def test_the_model_is_that_of_openvinos_own_command_line(request, tmp_path: Path, source, technique, compressed):
    work = request.getfixturevalue(source)
    ours = succeeded(work.optimize("openvino", technique)).files()

    by_hand = tmp_path / "by-hand.xml"
    ovc = Path(sys.executable).with_name("ovc")
    subprocess.run([ovc, work.source, "--output_model", by_hand, f"--compress_to_fp16={compressed}"], check=True)
    assert same_model(ours, by_hand)


# NNCF has no command line: these are the calls of its documentation.
BY_HAND = """
import sys, nncf, numpy, openvino
source, samples, target = sys.argv[1:]
model = openvino.convert_model(source)
dataset = nncf.Dataset(numpy.load(samples)["images"][:, None])
openvino.save_model(CALL, target, compress_to_fp16=False)
"""
CALLS = {
    "int8-ptq": "nncf.quantize(model, dataset, preset=nncf.QuantizationPreset.MIXED, advanced_parameters="
    "nncf.AdvancedQuantizationParameters(overflow_fix=nncf.OverflowFix.DISABLE))",
    "w8": "nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_SYM)",
    "w4": "nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT4_SYM, group_size=64)",
}


@pytest.mark.parametrize("technique", CALLS)
def test_the_model_is_that_of_nncfs_own_calls(transforming: Work, tmp_path: Path, technique: str):
    parameters = {"overflowFix": "disable"} if technique == "int8-ptq" else {}  # else the CPU decides
    ours = succeeded(transforming.optimize("openvino", technique, **parameters)).files()

    by_hand = tmp_path / "by-hand.xml"
    script = BY_HAND.replace("CALL", CALLS[technique])
    samples = tmp_path / "calibration.npz"
    np.savez(samples, images=calibrating(np.load(transforming.dataset)["images"]))
    subprocess.run([sys.executable, "-c", script, transforming.source, samples, by_hand], check=True)
    assert same_model(ours, by_hand)


def test_a_variant_names_no_path_and_keeps_the_model_s_signature(work: Work):
    outcome = succeeded(work.optimize("openvino", "int8-ptq"))

    model = ov.Core().read_model(outcome.variant / "model.xml")
    assert str(work.folder) not in (outcome.variant / "model.xml").read_text()
    assert model.input("images").get_partial_shape() == ov.PartialShape([-1, 3, 16, 16])
    assert model.output("logits").get_partial_shape() == ov.PartialShape([-1, 10])


def test_quantization_puts_weights_into_a_quarter_of_the_bytes(work: Work):
    full = len(succeeded(work.optimize("openvino", "fp32")).files()["model.bin"])
    half = len(succeeded(work.optimize("openvino", "fp16")).files()["model.bin"])
    quantized = succeeded(work.optimize("openvino", "int8-ptq"))

    assert half < 0.55 * full
    assert len(quantized.files()["model.bin"]) < 0.3 * full
    assert "FakeQuantize" in operations(quantized.variant / "model.xml")


def constant_types(path):
    return {op.get_element_type().to_string() for op in ov.Core().read_model(path).get_ops() if not op.inputs()}


def test_compressed_weights_take_a_quarter_and_an_eighth_of_the_bytes(work: Work):
    full = len(succeeded(work.optimize("openvino", "fp32")).files()["model.bin"])

    eight = succeeded(work.optimize("openvino", "w8"))
    assert "i8" in constant_types(eight.variant / "model.xml")
    assert len(eight.files()["model.bin"]) < 0.27 * full

    four = succeeded(work.optimize("openvino", "w4"))
    assert "i4" in constant_types(four.variant / "model.xml")
    assert len(four.files()["model.bin"]) < 0.17 * full


def test_smaller_groups_of_int4_weights_take_more_bytes_and_odd_ones_are_refused(work: Work):
    default = succeeded(work.optimize("openvino", "w4")).files()["model.bin"]
    smaller = succeeded(work.optimize("openvino", "w4", groupSize="32")).files()["model.bin"]

    assert len(default) < len(smaller)
    failed(work.optimize("openvino", "w4", groupSize="7"), "InvalidParameter", "groupSize must be one of 64")


def test_smooth_quant_puts_its_scales_into_a_transformer_and_follows_its_alpha(transforming: Work):
    outcome = succeeded(transforming.optimize("openvino", "int8-sq", task="TextEmbedding"))
    smooth = outcome.files()
    less = succeeded(transforming.optimize("openvino", "int8-sq", task="TextEmbedding", smoothQuantAlpha="0.3")).files()
    plain = succeeded(transforming.optimize("openvino", "int8-ptq", task="TextEmbedding")).files()

    assert "operations put in" in outcome.output
    assert b"nncf_smooth_quant" in smooth["model.xml"]
    assert b"nncf_smooth_quant" not in plain["model.xml"]
    assert len({smooth["model.bin"], less["model.bin"], plain["model.bin"]}) == 3


def test_the_overflow_fix_follows_the_cpu_and_is_told(work: Work):
    chosen = succeeded(work.optimize("openvino", "int8-ptq")).descriptor["versions"]["overflow_fix"]
    fixed = succeeded(work.optimize("openvino", "int8-ptq", overflowFix="enable")).files()
    plain = succeeded(work.optimize("openvino", "int8-ptq", overflowFix="disable")).files()

    vnni = "vnni" in Path("/proc/cpuinfo").read_text() or platform.machine() != "x86_64"
    assert chosen == ("disable" if vnni else "enable")
    assert b'"overflow_fix": "enable"' in fixed["edgeai.json"]
    assert fixed["model.bin"] != plain["model.bin"]


def test_the_presets_quantize_differently(transforming: Work):
    mixed = succeeded(transforming.optimize("openvino", "int8-ptq", preset="mixed")).files()
    performance = succeeded(transforming.optimize("openvino", "int8-ptq", preset="performance")).files()

    assert mixed["model.bin"] != performance["model.bin"]


def test_accuracy_control_puts_operations_back_when_no_drop_is_allowed(work: Work):
    # Without classes answers are compared by cosine similarity, which any quantization lowers a little.
    tolerant = work.optimize("openvino", "int8-ac", task="Generic", maxDrop="0.1")
    assert "FakeQuantize" in operations(succeeded(tolerant).variant / "model.xml")

    strict = work.optimize("openvino", "int8-ac", task="Generic", maxDrop="1e-9")
    failed(strict, "NoEffect", "no operation runs in int8")

    bounded = work.optimize("openvino", "int8-ac", task="Generic", maxDrop="1e-9", maxIterations="1")
    failed(bounded, "AccuracyNotReached", "after 1 iterations")


def test_accuracy_control_uses_labels_outside_the_evaluation_split_when_there_are_enough(work: Work):
    picture = images(400)
    labels = run(work.source).argmax(1)
    labels = np.resize(labels, 400).astype(np.int64)
    work.write_dataset(images=picture, labels=labels)

    by_labels = succeeded(work.optimize("openvino", "int8-ac", validationSamples="160"))
    by_answers = succeeded(work.optimize("openvino", "int8-ac", validationSamples="200"))

    assert "by labels of 160 samples" in by_labels.output
    assert "answers to 32 calibration samples" in by_answers.output


@pytest.mark.skipif(BF16, reason="this CPU has bf16")
def test_bf16_is_refused_where_the_cpu_would_emulate_it(work: Work):
    failed(work.optimize("openvino", "bf16"), "UnsupportedHardware", "neither AVX-512 BF16 nor AMX")


@pytest.mark.parametrize(
    ("technique", "words"),
    [
        ("int8-ptq", "no operation runs in int8"),
        ("int8-sq", "SmoothQuant found no matrix product"),
        ("int8-ac", "no operation runs in int8"),
        ("fp16", "few of them are fp32"),
        ("w8", "no weights could be stored as i8"),
        ("w4", "no weights could be stored as i4"),
    ],
)
def test_a_technique_without_effect_fails(work: Work, technique: str, words: str):
    pooling(work.source)

    failed(work.optimize("openvino", technique), "NoEffect", words)


def test_fp32_of_an_ir_source_has_no_effect_but_its_quantization_has(work: Work):
    model = ov.Core().read_model(work.source)
    ov.save_model(model, work.source.with_suffix(".xml"), compress_to_fp16=False)
    del model
    work.source.unlink()

    failed(work.optimize("openvino", "fp32"), "NoEffect", "OpenVINO IR already")
    succeeded(work.optimize("openvino", "int8-ptq"))


def test_a_static_batch_of_one_is_kept_and_a_larger_one_is_refused(work: Work):
    classifier(work.source, batch=1)
    outcome = succeeded(work.optimize("openvino", "int8-ptq"))
    assert ov.Core().read_model(outcome.variant / "model.xml").input(0).get_shape() == ov.Shape([1, 3, 16, 16])

    classifier(work.source, batch=8)
    failed(work.optimize("openvino", "int8-ptq"), "InvalidDataset", "the model takes [8, 3, 16, 16]")


def test_a_corrupted_source_is_refused(work: Work):
    work.source.write_bytes(work.source.read_bytes()[:1000])

    failed(work.optimize("openvino", "int8-ptq"), "UnsupportedModel", "OpenVINO cannot read model.onnx")


def test_an_operator_that_openvino_lacks_is_named(work: Work):
    scaled(work.source)

    sentence = "OpenVINO cannot read model.onnx: No conversion rule found for operations: ai.onnx.ml.Scaler"
    failed(work.optimize("openvino", "int8-ptq"), "UnsupportedModel", sentence)


def test_an_unknown_technique_is_refused(work: Work):
    failed(work.optimize("openvino", "int4"), "UnsupportedTechnique", "OpenVINO knows fp32")
