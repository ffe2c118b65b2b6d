import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import failed, succeeded
from language import LanguageWork

sys.path.insert(0, f"{os.environ['EDGEAI_LLAMA_CPP']}/gguf-py")

import gguf

BITS = {"q8-0": 8.5, "q6-k": 6.6, "q5-k-m": 5.7, "q4-k-m": 4.9, "q4-0": 4.5, "iq4-xs": 4.3}


@pytest.fixture
def language(tmp_path) -> LanguageWork:
    return LanguageWork(tmp_path)


@pytest.fixture
def file(language) -> LanguageWork:
    """The same model as F16 GGUF."""
    succeeded(language.optimize("llamacpp", "baseline"))
    shutil.rmtree(language.source)
    language.source.mkdir()
    (language.baseline / "model.gguf").rename(language.source / "model.gguf")
    shutil.rmtree(language.baseline)
    return language


def tensors(path) -> dict[str, np.ndarray]:
    return {t.name: gguf.dequantize(t.data, t.tensor_type) for t in gguf.GGUFReader(path).tensors}


def error(variant, source) -> float:
    before, after = tensors(source), tensors(variant)
    matrices = [name for name, values in before.items() if values.ndim > 1]
    return max(float(np.linalg.norm(after[n] - before[n]) / np.linalg.norm(before[n])) for n in matrices)


def test_a_checkpoint_becomes_an_f16_baseline_with_the_same_numbers(language):
    from safetensors.numpy import load_file

    succeeded(language.optimize("llamacpp", "baseline"))

    assert {path.name for path in language.baseline.iterdir()} == {"edgeai.json", "model.gguf"}
    assert not (language.folder / "variant").exists()
    made, source = tensors(language.baseline / "model.gguf"), load_file(language.source / "model.safetensors")
    assert np.array_equal(made["token_embd.weight"], source["model.embed_tokens.weight"])
    assert np.array_equal(made["blk.1.ffn_down.weight"], source["model.layers.1.mlp.down_proj.weight"])
    assert not np.array_equal(made["blk.0.attn_q.weight"], source["model.layers.0.self_attn.q_proj.weight"])


def test_a_gguf_file_is_its_own_baseline(file):
    succeeded(file.optimize("llamacpp", "baseline"))

    assert not file.baseline.exists()
    assert not (file.folder / "variant").exists()


@pytest.mark.parametrize("technique", BITS)
def test_a_variant_takes_the_bits_of_its_type_and_stays_near_its_source(file, technique: str):
    outcome = succeeded(file.optimize("llamacpp", technique))

    source, variant = file.source / "model.gguf", outcome.variant / outcome.descriptor["model"]
    values = sum(t.size for t in tensors(source).values())
    assert outcome.descriptor["engine"] == "LlamaCpp"
    assert outcome.descriptor["versions"] == {"llama.cpp": "0.5.0"}
    assert variant.stat().st_size * 8 / values < BITS[technique] * 1.15
    assert 0 < error(variant, source) < (0.01 if technique == "q8-0" else 0.15)
    assert {path.name for path in file.folder.iterdir()} == {"source", "dataset", "variant", "spec.json"}


@pytest.mark.parametrize(("technique", "imatrix"), [("q4-k-m", "true"), ("q4-0", "false"), ("iq4-xs", "true")])
def test_the_same_job_gives_the_same_bytes(file, technique: str, imatrix: str):
    first = succeeded(file.optimize("llamacpp", technique, imatrix=imatrix)).files()
    second = succeeded(file.optimize("llamacpp", technique, imatrix=imatrix)).files()

    assert first == second


def test_the_variant_is_that_of_llama_cpps_own_command_line(file, tmp_path):
    ours = succeeded(file.optimize("llamacpp", "q8-0")).files()["model.gguf"]

    tools, by_hand = Path(os.environ["EDGEAI_LLAMA_CPP"]), tmp_path / "q8.gguf"
    command = [tools / "llama-quantize", file.source / "model.gguf", by_hand, "Q8_0"]
    subprocess.run(command, check=True, env=os.environ | {"LD_LIBRARY_PATH": str(tools)}, stdout=subprocess.DEVNULL)
    assert by_hand.read_bytes() == ours


def test_an_importance_matrix_changes_the_weights_and_names_no_folder(file):
    plain = succeeded(file.optimize("llamacpp", "q4-0")).files()["model.gguf"]
    weighted = succeeded(file.optimize("llamacpp", "q4-0", imatrix="true")).files()["model.gguf"]

    assert plain != weighted
    assert str(file.folder).encode() not in weighted


def test_a_parameter_that_the_type_would_ignore_is_refused(file):
    failed(file.optimize("llamacpp", "q8-0", imatrix="true"), "InvalidParameter", "q8-0 has no parameter imatrix")


def test_a_source_that_is_quantized_already_is_refused_with_what_to_push(file):
    quantized = succeeded(file.optimize("llamacpp", "q8-0")).variant / "model.gguf"
    quantized.replace(file.source / "model.gguf")

    failed(file.optimize("llamacpp", "q4-0"), "UnsupportedModel", "push it as F16, BF16 or F32 GGUF")


def test_f16_of_f16_has_no_effect(file):
    failed(file.optimize("llamacpp", "f16"), "NoEffect", "F16 already")


def test_rows_that_do_not_fit_a_block_are_reported(tmp_path):
    narrow = LanguageWork(tmp_path, hidden=192)

    outcome = succeeded(narrow.optimize("llamacpp", "q4-k-m"))

    assert "stored wider" in outcome.descriptor["note"]
    assert "in Q5_0" in outcome.descriptor["note"]
    assert outcome.descriptor["note"] in outcome.output


def test_pickled_weights_code_and_a_broken_file_are_refused(language):
    (language.source / "pytorch_model.bin").write_bytes(b"x")
    failed(language.optimize("llamacpp", "q8-0"), "UnsupportedModel", "can run code when it is loaded")
    (language.source / "pytorch_model.bin").rename(language.source / "modeling.py")
    failed(language.optimize("llamacpp", "q8-0"), "UnsupportedModel", "code of its own")
    (language.source / "modeling.py").rename(language.source / "model.gguf")
    failed(language.optimize("llamacpp", "q8-0"), "UnsupportedModel", "not a readable GGUF file")


def test_too_little_text_for_an_importance_matrix_is_refused(file):
    file.write_texts("a word")

    failed(file.optimize("llamacpp", "q4-0", imatrix="true"), "InvalidDataset", "tokens")
