"""Text models: calibrated with texts, run through whichever framework is installed."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from conftest import FRAMEWORK, TECHNIQUE, Work, failed, succeeded
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

import text
from contract import Failure
from dataset import Input

WORDS = ["[PAD]", "[UNK]", "a", "small", "model", "reads", "short", "texts"]
IDS = Input("input_ids", np.dtype(np.int64), (None, None))
MASK = Input("attention_mask", np.dtype(np.int64), (None, None))


def embedding(path: Path) -> None:
    """ids, mask int64[N,S] -> float32[N,S,32]: a table of words, a mask and a matrix product."""
    random = np.random.default_rng(13)
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["N", "S"]) for n in ("input_ids", "attention_mask")]
    table = numpy_helper.from_array(random.normal(size=(len(WORDS), 64)).astype(np.float32), "table")
    weights = numpy_helper.from_array(random.normal(size=(64, 32)).astype(np.float32), "weights")
    axis = numpy_helper.from_array(np.array([2], np.int64), "axis")
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["words"]),
        helper.make_node("Cast", ["attention_mask"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["float", "axis"], ["mask"]),
        helper.make_node("Mul", ["words", "mask"], ["masked"]),
        helper.make_node("MatMul", ["masked", "weights"], ["embedding"]),
    ]
    output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", "S", 32])
    graph = helper.make_graph(nodes, "text", inputs, [output], [table, weights, axis])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def tokenizer(path: Path) -> Path:
    words = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.save(str(path))
    return path


@pytest.fixture
def texts(work: Work) -> Work:
    embedding(work.source)
    tokenizer(work.source.with_name("tokenizer.json"))
    pooling = work.source.parent / "1_Pooling" / "config.json"
    pooling.parent.mkdir()
    pooling.write_text('{"pooling_mode_mean_tokens": true}')
    work.dataset.unlink()
    lines = [{"text": f"a small model reads {word} texts"} for word in WORDS * 10]
    work.dataset.with_suffix(".jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    return work


def test_a_text_model_is_calibrated_with_texts_and_keeps_its_tokenizer(texts: Work):
    outcome = succeeded(texts.optimize(FRAMEWORK, TECHNIQUE, task="TextEmbedding", maxLength="16"))

    assert "32 calibration texts" in outcome.output
    for name in ("tokenizer.json", "1_Pooling/config.json"):
        assert (outcome.variant / name).read_bytes() == (texts.source.parent / name).read_bytes()


def test_a_text_dataset_without_a_tokenizer_is_refused(texts: Work):
    texts.source.with_name("tokenizer.json").unlink()
    failed(texts.optimize(FRAMEWORK, TECHNIQUE, task="TextEmbedding"), "UnsupportedModel", "needs tokenizer.json")

    texts.source.with_name("tokenizer.json").write_text("{}")
    failed(texts.optimize(FRAMEWORK, TECHNIQUE, task="TextEmbedding"), "UnsupportedModel", "is not a tokenizer")


def test_texts_are_cut_and_padded_and_unknown_inputs_refused(tmp_path: Path):
    file = tokenizer(tmp_path / "tokenizer.json")

    arrays = text.tokenize(["a small model", "reads short texts a small model"], file, [IDS, MASK], 4)
    assert arrays["input_ids"].tolist() == [[[2, 3, 4, 0]], [[5, 6, 7, 2]]]
    assert arrays["attention_mask"].tolist() == [[[1, 1, 1, 0]], [[1, 1, 1, 1]]]

    fixed = Input("input_ids", np.dtype(np.int32), (1, 2))
    assert text.tokenize(["a small model"], file, [fixed], 4)["input_ids"].tolist() == [[[2, 3]]]

    with pytest.raises(Failure, match="not pixels"):
        text.tokenize(["a"], file, [Input("pixels", np.dtype(np.float32), (None, 3))], 4)
