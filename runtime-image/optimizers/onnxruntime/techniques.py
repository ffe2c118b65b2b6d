"""What ONNX Runtime's own tools can do; docs/techniques.md is made of it."""

from technique import Choice, Framework, Technique

LAYOUT_LEVEL = "all"  # lays the graph out for the CPU it is made on

FRAMEWORK = Framework(
    name="onnxruntime",
    title="ONNX Runtime",
    engine="OnnxRuntime",
    sources="One `.onnx` file.",
    techniques=(
        Technique(
            "graph",
            "The graph as ONNX Runtime optimizes it, in float32.",
            (
                Choice(
                    "level",
                    ("extended", LAYOUT_LEVEL),
                    "How far it is optimized: `extended` runs on any CPU, `all` adds layouts for this node's kind of CPU.",
                ),
            ),
            "Any in which there is something to fuse or to fold.",
        ),
        Technique(
            "int8-dynamic",
            "Weights in int8, activations quantized while running. Convolutions stay in floating point: ONNX Runtime's "
            "integer convolution is several times slower than its float32 one.",
            (Choice("perChannel", (False, True), "A scale for each output channel instead of one for each tensor."),),
            "With matrix products, attention, embeddings or LSTM.",
        ),
        Technique(
            "int8-static",
            "Weights and activations in int8 (QDQ), ranges from calibration samples.",
            (
                Choice("perChannel", (True, False), "A scale for each output channel instead of one for each tensor."),
                Choice(
                    "calibration",
                    ("minmax", "entropy", "percentile"),
                    "How a range is chosen from the activations that are seen.",
                ),
            ),
            "With operations that ONNX Runtime quantizes, convolutions and matrix products above all.",
        ),
    ),
)
