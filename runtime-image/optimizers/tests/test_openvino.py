import numpy as np
import openvino as ov
import pytest
from conftest import Work, classifier, failed, images, pooling, succeeded

TECHNIQUES = ["fp32", "bf16", "fp16", "int8-ptq", "int8-ac"]
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
    assert ("nncf" in descriptor["versions"]) == technique.startswith("int8")
    assert set(outcome.files()) == {"edgeai.json", "model.xml", "model.bin"}
    assert error(run(outcome.variant / descriptor["model"], precision), run(work.source)) < 0.1


@pytest.mark.parametrize("technique", ["fp32", "fp16", "int8-ptq", "int8-ac"])
def test_the_same_job_gives_the_same_bytes(work: Work, tmp_path_factory, technique: str):
    other = Work(tmp_path_factory.mktemp("other"))

    first, second = (succeeded(w.optimize("openvino", technique)).files() for w in (work, other))

    assert first == second


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


def test_the_presets_quantize_differently(work: Work):
    mixed = succeeded(work.optimize("openvino", "int8-ptq", preset="mixed")).files()
    performance = succeeded(work.optimize("openvino", "int8-ptq", preset="performance")).files()

    assert mixed["model.bin"] != performance["model.bin"] or mixed["model.xml"] != performance["model.xml"]


def test_accuracy_control_puts_operations_back_when_no_drop_is_allowed(work: Work):
    # Without classes answers are compared by cosine similarity, which any quantization lowers a little.
    tolerant = work.optimize("openvino", "int8-ac", task="Generic", maxDrop="0.1")
    assert "FakeQuantize" in operations(succeeded(tolerant).variant / "model.xml")

    strict = work.optimize("openvino", "int8-ac", task="Generic", maxDrop="1e-9")
    failed(strict, "NoEffect", "no operation runs in int8")


def test_accuracy_control_uses_labels_outside_the_evaluation_split_when_there_are_enough(work: Work):
    picture = images(400)
    labels = run(work.source).argmax(1)
    labels = np.resize(labels, 400).astype(np.int64)
    work.write_dataset(images=picture, labels=labels)

    by_labels = succeeded(work.optimize("openvino", "int8-ac", validationSamples="200"))
    by_answers = succeeded(work.optimize("openvino", "int8-ac", validationSamples="300"))

    assert "by labels of 200 samples" in by_labels.output
    assert "answers to 32 calibration samples" in by_answers.output


@pytest.mark.skipif(BF16, reason="this CPU has bf16")
def test_bf16_is_refused_where_the_cpu_would_emulate_it(work: Work):
    failed(work.optimize("openvino", "bf16"), "UnsupportedHardware", "neither AVX-512 BF16 nor AMX")


@pytest.mark.parametrize("technique", ["int8-ptq", "int8-ac", "fp16"])
def test_a_technique_without_effect_fails(work: Work, technique: str):
    pooling(work.source)

    outcome = work.optimize("openvino", technique)

    failed(outcome, "NoEffect", "few of them are fp32" if technique == "fp16" else "no operation runs in int8")


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
    failed(work.optimize("openvino", "int8-ptq"), "UnsupportedModel", "no batch dimension of 1 or any size")


def test_a_corrupted_source_is_refused(work: Work):
    work.source.write_bytes(work.source.read_bytes()[:1000])

    failed(work.optimize("openvino", "int8-ptq"), "UnsupportedModel", "OpenVINO cannot read model.onnx")


def test_an_unknown_technique_is_refused(work: Work):
    failed(work.optimize("openvino", "int4"), "UnsupportedTechnique", "OpenVINO knows fp32")
