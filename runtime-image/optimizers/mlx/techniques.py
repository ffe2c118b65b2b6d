"""What MLX can do; docs/techniques.md is made of it."""

from technique import Choice, Framework, Technique

GROUP_SIZE = (Choice("groupSize", (64, 32, 128), "Weights that share a scale and an offset."),)

FRAMEWORK = Framework(
    name="mlx",
    title="MLX",
    engine="MLX",
    sources="A Hugging Face checkpoint (`config.json`, `*.safetensors`, `tokenizer.json`). Only Apple devices run MLX as it "
    "is meant to be, so nothing is timed; how good a variant is, is evaluated in MLX itself.",
    techniques=(
        Technique("int8", "Weights in int8, affine in groups.", GROUP_SIZE, "Language models that MLX knows."),
        Technique("int4", "Weights in int4, affine in groups.", GROUP_SIZE, "Language models that MLX knows."),
    ),
)
