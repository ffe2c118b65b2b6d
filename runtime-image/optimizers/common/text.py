"""Texts as a model's inputs: tokenized with the model's own ``tokenizer.json``."""

from pathlib import Path

import numpy as np

from job import Failure, Input, Samples

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class TextDataset:
    """The calibration texts of ``dataset.jsonl`` for one model."""

    def __init__(self, texts: list[str], tokenizer: Path, inputs: list[Input], max_length: int):
        self.calibration = Samples(tokenize(texts, tokenizer, inputs, max_length))

    def validation(self, limit: int) -> None:
        """None: accuracy control goes by the model's answers, for a text's label says nothing about an embedding."""


def tokenize(texts: list[str], file: Path, inputs: list[Input], max_length: int) -> dict[str, np.ndarray]:
    """int[texts, length] for each input of the model; length is the model's own where that is fixed."""
    from tokenizers import Tokenizer

    unknown = [i.name for i in inputs if i.name not in INPUTS or len(i.shape) != 2]
    if unknown:
        raise Failure("UnsupportedModel", f"a text model takes {', '.join(INPUTS)} [batch, length], not {unknown[0]}")
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as e:  # the tokenizers' errors have no class of their own
        raise Failure("UnsupportedModel", f"{file.name} is not a tokenizer: {e}") from e
    length = next((i.shape[1] for i in inputs if i.shape[1] is not None), max_length)
    padding = tokenizer.padding or {}
    tokenizer.enable_truncation(length)
    tokenizer.enable_padding(
        length=length, pad_id=padding.get("pad_id", 0), pad_token=padding.get("pad_token", "[PAD]")
    )
    encoded = tokenizer.encode_batch(texts)
    rows = {
        "input_ids": [e.ids for e in encoded],
        "attention_mask": [e.attention_mask for e in encoded],
        "token_type_ids": [e.type_ids for e in encoded],
    }
    return {i.name: np.array(rows[i.name], dtype=i.dtype) for i in inputs}
