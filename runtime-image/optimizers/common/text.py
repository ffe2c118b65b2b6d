"""Texts as data: those of a dataset, and as a model's inputs, tokenized with the model's own ``tokenizer.json``."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contract import Failure, Spec
from dataset import Input, Samples, calibration_start, evaluated, order

TOKENIZER = "tokenizer.json"
TOKENIZER_FILES = (TOKENIZER, "tokenizer_config.json", "1_Pooling/config.json")  # a text model's variant keeps them

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@dataclass(frozen=True)
class Texts:
    """The texts of ``dataset.jsonl``: lines with ``text``; labelled prompts are for the measure container alone.

    ``evaluation`` is what variants are chosen by, ``held_out`` what only the final gate looks at.
    """

    calibration: list[str]
    evaluation: list[str]
    held_out: list[str]

    @staticmethod
    def read(path: Path, spec: Spec) -> "Texts":
        """Calibration lines are the marked ones, else the last ``calibrationSamples`` in the order of use.

        Raises: Failure ``DatasetNotFound``, ``InvalidDataset``, ``InvalidParameter`` (see ``calibration_start``).
        """
        try:
            lines = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
            lines = [line for line in lines if "text" in line]
            marked = [line["text"] for line in lines if line.get("split") == "calibration"]
            rest = [line for line in lines if line.get("split") != "calibration"]
        except FileNotFoundError as e:
            raise Failure("DatasetNotFound", f"{path.name} is missing: {spec.technique} needs texts") from e
        except (ValueError, TypeError, AttributeError) as e:
            raise Failure("InvalidDataset", f"{path.name} must hold one JSON object a line: {e}") from e
        if not lines or not all(isinstance(line["text"], str) and line["text"].strip() for line in lines):
            raise Failure("InvalidDataset", f'{path.name} must hold lines {{"text": "..."}} that are not empty')
        labels = [line.get("label") for line in rest]
        strata = None if None in labels else np.array(labels)
        texts = [rest[i]["text"] for i in order(len(rest), strata, spec.seed)]
        calibration = marked or texts[calibration_start(len(texts), spec) :]
        taken = evaluated(len(texts) if marked else len(texts) - spec.held_back, spec)
        middle = (taken + 1) // 2
        return Texts(calibration[: spec.calibration_samples], texts[:middle], texts[middle:taken])


class TextDataset:
    """The calibration texts of ``dataset.jsonl`` for one model."""

    def __init__(self, texts: list[str], tokenizer: Path, inputs: list[Input], max_length: int):
        self.calibration = Samples(tokenize(texts, tokenizer, inputs, max_length))

    def validation(self, limit: int) -> None:
        """None: accuracy control goes by the model's answers, for a text's label says nothing about an embedding."""


def tokenize(texts: list[str], file: Path, inputs: list[Input], max_length: int) -> dict[str, np.ndarray]:
    """int[texts, 1, length] in the input's type for each input of the model, by its name.

    Length is in tokens: the model's own where that is fixed, else ``max_length``; texts are cut or padded to it.
    Raises: Failure ``UnsupportedModel`` for inputs of another kind and for a file that is no tokenizer.
    """
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
    return {i.name: np.array(rows[i.name], dtype=i.dtype)[:, np.newaxis] for i in inputs}
