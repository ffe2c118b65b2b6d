"""A tiny language model as a Hugging Face checkpoint, and a work folder that holds it."""

import json
from pathlib import Path

import numpy as np
from conftest import Work
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, normalizers

LAYERS, HIDDEN, WIDTH, HEADS = 2, 256, 512, 4
LETTERS = "▁abcdefghijklmnopqrstuvwxyz"
VOCABULARY = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256)), *LETTERS]
WORDS = "the model of a small machine reads and writes its own plain words".split()


def checkpoint(folder: Path, hidden: int = HIDDEN) -> None:
    """A Llama with fixed random weights."""
    random = np.random.default_rng(5)

    def weights(*shape: int) -> np.ndarray:
        return random.normal(0, shape[-1] ** -0.5, shape).astype(np.float16)

    norm = np.ones(hidden, np.float32)
    tensors = {
        "model.embed_tokens.weight": weights(len(VOCABULARY), hidden),
        "model.norm.weight": norm,
        "lm_head.weight": weights(len(VOCABULARY), hidden) * np.float16(4),
    }
    shapes = {
        **{f"self_attn.{name}_proj": (hidden, hidden) for name in "qkvo"},
        "mlp.gate_proj": (WIDTH, hidden),
        "mlp.up_proj": (WIDTH, hidden),
        "mlp.down_proj": (hidden, WIDTH),
    }
    for i in range(LAYERS):
        layer = f"model.layers.{i}."
        tensors |= {f"{layer}{name}.weight": weights(*shape) for name, shape in shapes.items()}
        tensors |= {f"{layer}{name}_layernorm.weight": norm for name in ("input", "post_attention")}
    folder.mkdir(parents=True)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "torch_dtype": "float16",
        "vocab_size": len(VOCABULARY),
        "hidden_size": hidden,
        "intermediate_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
    (folder / "config.json").write_text(json.dumps(config))
    bpe = models.BPE(vocab={t: i for i, t in enumerate(VOCABULARY)}, merges=[], byte_fallback=True, unk_token="<unk>")
    tokenizer = Tokenizer(bpe)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"} | special))


def text(seed: int, words: int = 40) -> str:
    return " ".join(np.random.default_rng(seed).choice(WORDS, words))


class LanguageWork(Work):
    """A work folder whose source is a checkpoint and whose dataset is text."""

    def __init__(self, folder: Path, hidden: int = HIDDEN):
        self.folder = folder
        self.source = folder / "source"
        self.dataset = folder / "dataset" / "dataset.jsonl"
        self.baseline = folder / "baseline"
        checkpoint(self.source, hidden)
        self.dataset.parent.mkdir()
        self.write_texts(*[text(i) for i in range(48)])

    def write_texts(self, *texts: str, **fields: str) -> None:
        self.dataset.write_text("".join(json.dumps({"text": text} | fields) + "\n" for text in texts))
