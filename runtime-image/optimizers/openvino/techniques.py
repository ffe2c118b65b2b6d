"""What OpenVINO can do, with NNCF where it is quantized; docs/techniques.md is made of it."""

from technique import OVERFLOW_FIX, Choice, Framework, Number, Technique

PRESET = Choice(
    "preset",
    ("mixed", "performance"),
    "Activations quantized asymmetrically where they have both signs (`mixed`), or always symmetrically, which is faster.",
)
PRECISION = Choice(
    "precision",
    ("f32", "bf16"),
    "What runs the operations that stay in floating point; `bf16` needs a CPU with AVX-512 BF16 or AMX.",
)
INT8 = (PRESET, PRECISION, OVERFLOW_FIX)

FRAMEWORK = Framework(
    name="openvino",
    title="OpenVINO",
    engine="OpenVINO",
    sources="One `.onnx` file, or one OpenVINO IR (`.xml` with its `.bin`).",
    techniques=(
        Technique("fp32", "OpenVINO IR, float32 throughout.", models="Any `.onnx`; an IR is the baseline already."),
        Technique(
            "bf16",
            "The same weights, executed in bf16.",
            models="Any, on a CPU with AVX-512 BF16 or AMX.",
        ),
        Technique(
            "fp16",
            "Weights stored as fp16: half the file. CPUs execute it in float32, so it is no faster there.",
            models="With float32 weights.",
        ),
        Technique(
            "int8-ptq",
            "Weights and activations in int8, ranges from calibration samples.",
            INT8,
            "With convolutions, matrix products or recurrent layers.",
        ),
        Technique(
            "int8-sq",
            "`int8-ptq` of a transformer after SmoothQuant, which moves the range of activations into the weights.",
            (
                *INT8,
                Number("smoothQuantAlpha", 0.95, 0, 1, "How much of the range is moved."),
            ),
            "Transformers: with matrix products of activations and weights.",
        ),
        Technique(
            "int8-ac",
            "`int8-ptq`, and operations are put back to float32 until the metric drops by at most `maxDrop` on samples "
            "outside the evaluation split: accuracy where they have labels, else how well the answers are kept.",
            (
                *INT8,
                Number("maxDrop", 0.01, 0, 1, "The drop of the metric that is allowed, as a difference."),
                Number(
                    "validationSamples",
                    300,
                    16,
                    100_000,
                    "Labelled samples that the metric is computed on; with fewer of them, the calibration samples are used.",
                    whole=True,
                ),
                Number("maxIterations", 20, 1, 10_000, "Rounds of putting operations back before it gives up.", whole=True),
                Number("maxSeconds", 900, 1, 86_400, "Seconds after which it gives up."),
            ),
            "As `int8-ptq`.",
        ),
        Technique("w8", "Weights in int8, computed in floating point.", (PRECISION,), "With large matrices of weights."),
        Technique(
            "w4",
            "Weights of matrix products in int4, computed in floating point. Layers that the group size does not divide, "
            "embeddings and the last layer are int8.",
            (
                PRECISION,
                Choice("groupSize", (64, 32, 128, 256), "Weights that share a scale."),
                Number("ratio", 1, 0, 1, "The share of the weights that are int4, the others are int8."),
            ),
            "With large matrix products.",
        ),
    ),
)
