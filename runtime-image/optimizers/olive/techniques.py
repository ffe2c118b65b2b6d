"""What Olive's workflows can do for ONNX Runtime on the CPU; docs/techniques.md is made of it."""

from technique import OVERFLOW_FIX, Choice, Framework, Technique

PER_CHANNEL = "A scale for each output channel instead of one for each tensor."

FRAMEWORK = Framework(
    name="olive",
    title="Olive",
    engine="OnnxRuntime",
    sources="One `.onnx` file.",
    techniques=(
        Technique(
            "graph",
            "Olive's peephole optimizer, then ONNX Runtime's own graph optimization, in float32.",
            (Choice("level", ("extended", "basic"), "How far ONNX Runtime optimizes."),),
            "Any in which there is something to fuse or to fold.",
        ),
        Technique(
            "transformer",
            "The operations of a transformer fused into ONNX Runtime's, in float32.",
            (Choice("modelType", ("bert", "gpt2", "vit", "t5"), "The architecture whose patterns are looked for."),),
            "Transformers.",
        ),
        Technique(
            "int8-dynamic",
            "Weights in int8, activations quantized while running.",
            (
                Choice("perChannel", (False, True), PER_CHANNEL),
                Choice(
                    "convolutions",
                    (False, True),
                    "Convolutions too; ONNX Runtime's integer one is several times slower than its float32 one.",
                ),
            ),
            "With matrix products, attention, embeddings or LSTM.",
        ),
        Technique(
            "int8-static",
            "Weights and activations in int8 (QDQ), ranges from calibration samples.",
            (
                Choice("perChannel", (True, False), PER_CHANNEL),
                Choice(
                    "calibration",
                    ("minmax", "entropy", "percentile"),
                    "How a range is chosen from the activations that are seen.",
                ),
                OVERFLOW_FIX,
            ),
            "With operations that ONNX Runtime quantizes, convolutions and matrix products above all.",
        ),
        Technique(
            "int4-rtn",
            "Weights of matrix products in int4, rounded to nearest in blocks.",
            (
                Choice("blockSize", (32, 16, 64, 128, 256), "Weights that share a scale."),
                Choice(
                    "accuracyLevel",
                    (4, 1, 0),
                    "What computes the products: 4 int8, 1 float32, 0 what ONNX Runtime chooses.",
                ),
            ),
            "With matrix products of constant weights.",
        ),
        Technique(
            "fp16",
            "Weights and arithmetic in fp16, inputs and outputs as they were. CPUs mostly compute it in float32.",
            models="With float32 weights.",
        ),
        Technique(
            "session",
            "The model as it is, with the session options of the lowest latency in Olive's own search: number of threads "
            "(up to the accelerator's), execution mode, level of graph optimization.",
        ),
    ),
)
