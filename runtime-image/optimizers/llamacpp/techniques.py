"""What llama.cpp's tools can do; docs/techniques.md is made of it."""

from technique import Choice, Framework, Technique

IMATRIX = (
    Choice(
        "imatrix",
        (False, True),
        "Errors are weighted by an importance matrix of the calibration texts, whose bytes are the same on the same kind of "
        "CPU.",
    ),
)

FRAMEWORK = Framework(
    name="llamacpp",
    title="llama.cpp",
    engine="LlamaCpp",
    sources="One `.gguf` file in F32, F16 or BF16, or a Hugging Face checkpoint (`config.json`, `*.safetensors`, "
    "`tokenizer.json`), which is converted to F16 first. A tensor whose rows are no multiple of a type's block is stored "
    "in a wider type; how many were is in the log and in `note` of `edgeai.json`.",
    techniques=(
        Technique(
            "baseline",
            "Only that conversion, into `baseline/`: what variants are measured against. The operator asks for it, no "
            "search.",
            models="Checkpoints; a GGUF file needs none, and nothing is written.",
        ),
        Technique("f16", "Type F16: half the bytes of a float32 source.", models="Language models in F32 or BF16."),
        Technique("q8-0", "Type Q8_0: 8.5 bits a weight.", models="Language models."),
        Technique("q6-k", "Type Q6_K: 6.6 bits a weight.", IMATRIX, "Language models."),
        Technique("q5-k-m", "Type Q5_K_M: 5.7 bits a weight.", IMATRIX, "Language models."),
        Technique("q4-k-m", "Type Q4_K_M: 4.9 bits a weight.", IMATRIX, "Language models."),
        Technique("q4-0", "Type Q4_0: 4.5 bits a weight.", IMATRIX, "Language models."),
        Technique("iq4-xs", "Type IQ4_XS: 4.3 bits a weight.", IMATRIX, "Language models."),
    ),
)
