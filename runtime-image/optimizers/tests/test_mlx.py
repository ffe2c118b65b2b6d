import json
import os
import subprocess
import sys
from pathlib import Path

import mlx.core as mx
import pytest
from conftest import failed, succeeded
from language import LanguageWork, text
from mlx_lm.utils import load_model

OFFLINE = os.environ | {"HF_HUB_OFFLINE": "1"}


@pytest.fixture
def language(tmp_path) -> LanguageWork:
    work = LanguageWork(tmp_path)
    work.write_texts(*[text(i, words=12) for i in range(40)])
    return work


def evaluation(work: LanguageWork) -> dict:
    return json.loads((work.folder / "evaluation.json").read_text())


def value(work: LanguageWork, name: str) -> float:
    estimate = evaluation(work)[name]
    assert float(estimate["lower"]) <= float(estimate["value"]) <= float(estimate["upper"])
    return float(estimate["value"])


@pytest.mark.parametrize("technique", ["int8", "int4"])
def test_a_variant_loads_in_mlx_and_is_smaller(language, technique: str):
    outcome = succeeded(language.optimize("mlx", technique))

    descriptor = outcome.descriptor
    assert (descriptor["engine"], descriptor["model"]) == ("MLX", "model.safetensors")
    assert descriptor["versions"] == {"mlx": "0.32.4", "mlx-lm": "0.32.2"}
    names = {"config.json", "edgeai.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert set(outcome.files()) == names
    share = (outcome.variant / "model.safetensors").stat().st_size / evaluation(language)["baselineBytes"]
    assert share < {"int8": 0.56, "int4": 0.31}[technique]
    model, config = load_model(outcome.variant)
    assert config["quantization"]["bits"] == int(technique[3:])
    assert model(mx.array([[1, 2, 3]])).shape[:2] == (1, 3)


def test_fewer_bits_diverge_more_and_the_baseline_is_the_same(language):
    succeeded(language.optimize("mlx", "int8"))
    baseline, mild = value(language, "baselinePerplexity"), value(language, "klDivergence")
    assert value(language, "topTokenAgreement") > 0.9

    succeeded(language.optimize("mlx", "int4"))

    assert value(language, "baselinePerplexity") == baseline
    assert value(language, "klDivergence") > 10 * mild > 0
    ratio = value(language, "perplexity") / baseline
    assert value(language, "perplexityRatio") == pytest.approx(ratio, rel=1e-4)


def test_small_groups_are_closer_and_larger(language):
    large = succeeded(language.optimize("mlx", "int4", groupSize="128")).files()["model.safetensors"]
    divergence = value(language, "klDivergence")
    small = succeeded(language.optimize("mlx", "int4", groupSize="32")).files()["model.safetensors"]

    assert value(language, "klDivergence") < divergence
    assert len(small) > len(large)


def test_the_same_job_gives_the_same_bytes(language):
    first = succeeded(language.optimize("mlx", "int4")).files()
    result = evaluation(language)
    second = succeeded(language.optimize("mlx", "int4")).files()

    assert first == second
    assert evaluation(language) == result


def test_the_weights_are_those_of_mlxs_own_command_line(language, tmp_path):
    ours = succeeded(language.optimize("mlx", "int8")).files()["model.safetensors"]

    by_hand = tmp_path / "by-hand"
    command = ["mlx_lm.convert", "--hf-path", language.source, "--mlx-path", by_hand, "-q", "--q-bits", "8"]
    subprocess.run([Path(sys.executable).with_name(command[0]), *command[1:]], check=True, env=OFFLINE)
    assert (by_hand / "model.safetensors").read_bytes() == ours


def test_calibration_texts_are_not_evaluated(language):
    language.write_texts("a word", split="calibration")

    failed(language.optimize("mlx", "int4"), "InvalidDataset", "too few texts to evaluate")


def test_a_source_that_is_no_checkpoint_is_refused(language):
    (language.source / "model.gguf").write_bytes(b"GGUF")

    failed(language.optimize("mlx", "int4"), "UnsupportedModel", "starts from a Hugging Face checkpoint")


def test_a_group_that_mlx_does_not_know_is_refused(language):
    failed(language.optimize("mlx", "int4", groupSize="48"), "InvalidParameter", "groupSize must be one of 64, 32, 128")


def test_a_checkpoint_that_is_quantized_already_is_refused(language):
    config = json.loads((language.source / "config.json").read_text())
    (language.source / "config.json").write_text(json.dumps(config | {"quantization_config": {"quant_method": "x"}}))

    failed(language.optimize("mlx", "int4"), "UnsupportedModel", "")
