"""Makes MLX variants of a Hugging Face checkpoint (those of techniques.py), and evaluates them with MLX.

Only Apple devices run MLX as it is meant to be, so nothing is timed. How good the variant is does not depend on the
device: baseline and variant answer the evaluation texts here, both in float32, the variant with the weights that its
file holds. The result is ``evaluation.json`` in the work folder.
"""

import os
import shutil
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_map_with_path
from mlx_lm.convert import MODEL_CONVERSION_DTYPES
from mlx_lm.utils import dequantize_model, load_model, quantize_model, save_config, save_model
from tokenizers import Tokenizer

import evaluation
from contract import Failure
from lifecycle import WORK, Job, main
from techniques import FRAMEWORK

BITS = {"int8": 8, "int4": 4}
MODEL = "model.safetensors"
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja")
KEPT = (*TOKENIZER, "generation_config.json")


def optimize() -> None:
    mx.set_default_device(mx.cpu)
    work = Job(FRAMEWORK, "mlx", "mlx-lm")
    checkpoint = work.source.checkpoint()
    if checkpoint is None:
        raise Failure(
            "UnsupportedModel",
            "MLX starts from a Hugging Face checkpoint (config.json, *.safetensors, tokenizer.json), which the source is not",
        )
    choice, held_out = tokens(work, checkpoint)
    quantize(work, checkpoint, BITS[work.spec.technique], work.parameters["groupSize"])
    evaluate(work, checkpoint, choice, held_out)
    work.finish(MODEL, {})


def tokens(work: Job, checkpoint: Path) -> tuple[list[list[int]], list[list[int]]]:
    """Token ids of each text that variants are chosen by, and of each that is held out; before anything slow, for they may
    not fit.

    Raises: as ``Texts.read``; Failure ``InvalidDataset`` when no text of one of them has two tokens.
    """
    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    texts = work.texts()
    parts = tuple([tokenizer.encode(text).ids for text in part] for part in (texts.evaluation, texts.held_out))
    if not all(any(len(ids) > 1 for ids in part) for part in parts):
        raise Failure("InvalidDataset", "dataset.jsonl holds too few texts to evaluate beside the calibration texts")
    return parts


def load(folder: Path) -> tuple[nn.Module, dict]:
    """The model and its config.json. Raises: Failure ``UnsupportedModel``."""
    try:
        return load_model(folder)
    except (ValueError, KeyError, TypeError, RuntimeError) as e:
        raise Failure("UnsupportedModel", f"MLX cannot load the checkpoint: {type(e).__name__}: {e}") from e


def quantize(work: Job, checkpoint: Path, bits: int, group: int) -> None:
    """Both techniques: weights of linear layers and embeddings in 4 or 8 bits, affine, with scale and bias a group.

    Takes a folder of a checkpoint in floating point, and how many weights of a row make a group; writes
    ``variant/model.safetensors``, config.json and the tokenizer. What is not quantized, scales among it, gets the type
    that config.json names, as ``mlx_lm.convert`` does.
    Raises: Failure ``UnsupportedModel`` for what MLX does not know, what is quantized already and what exceeds one file,
    ``NoEffect`` when no layer's rows can be divided into groups.
    """
    model, config = load(checkpoint)
    if "quantization" in config or "quantization_config" in config:
        raise Failure("UnsupportedModel", "the checkpoint is quantized already; push it in float16, bfloat16 or float32")
    cast(model, config)
    layers = sum(hasattr(module, "to_quantized") for _, module in model.named_modules())
    model, config = quantize_model(model, config, group, bits)
    quantized = sum("scales" in module for _, module in model.named_modules())
    if quantized == 0:
        raise Failure("NoEffect", f"no layer has rows that are a multiple of groupSize {group}")
    work.progress(f"{quantized} of {layers} layers quantized to {bits} bits in groups of {group}")
    save_model(work.variant, model)
    (work.variant / "model.safetensors.index.json").unlink()
    if not (work.variant / MODEL).exists():
        raise Failure("UnsupportedModel", "the variant is larger than the 5 GB of one file")
    save_config(config, work.variant / "config.json")
    for name in KEPT:
        if (checkpoint / name).exists():
            shutil.copyfile(checkpoint / name, work.variant / name)


def cast(model: nn.Module, config: dict) -> None:
    """Some checkpoints keep single weights, such as those of norms, in another type than they name."""
    dtype = config.get("torch_dtype") or config.get("text_config", {}).get("dtype")
    if dtype not in MODEL_CONVERSION_DTYPES:
        return
    may_cast = getattr(model, "cast_predicate", lambda path: True)

    def one(path: str, weight: mx.array) -> mx.array:
        cast_it = may_cast(path) and mx.issubdtype(weight.dtype, mx.floating)
        return weight.astype(getattr(mx, dtype)) if cast_it else weight

    model.update(tree_map_with_path(one, model.parameters()))


def evaluate(work: Job, checkpoint: Path, choice: list[list[int]], held_out: list[list[int]]) -> None:
    """Compares the checkpoint with the variant as it was written, in float32, which CPUs compute exactly and fast.

    Texts are token ids; writes ``evaluation.json`` (see evaluation.report), that of what is held out in ``heldOut``.
    Raises: Failure ``OptimizationFailed`` when the model answers with NaN or infinity.
    """
    baseline, variant = load(checkpoint)[0], load(work.variant)[0]
    baseline.set_dtype(mx.float32)
    variant.set_dtype(mx.float32)
    variant = dequantize_model(variant)
    weights = sum(path.stat().st_size for path in checkpoint.glob("*.safetensors"))
    result, held = (
        evaluation.report(evaluation.evaluate(baseline, variant, texts, work.progress), weights, work.spec.seed)
        for texts in (choice, held_out)
    )
    for part in (result, held):
        for name in ("perplexity", "baselinePerplexity", "klDivergence"):
            if "nan" in part[name].values() or "inf" in part[name].values():
                raise Failure("OptimizationFailed", "the model answers with NaN or infinity on the evaluation texts")
    work.progress(
        f"perplexity {result['perplexity']['value']} after {result['baselinePerplexity']['value']}, "
        f"divergence {result['klDivergence']['value']}, {result['samples']} tokens"
    )
    evaluation.write(WORK / "evaluation.json", result | {"heldOut": held})


if __name__ == "__main__":
    main(optimize)
