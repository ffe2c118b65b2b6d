"""Makes models that trials and runs fail with, out of a good one.

Usage: awkward-models.py <model.onnx> <output folder>

``<output>/unsupported-operator/model.onnx`` gives the same answers through an operator (``ai.onnx.ml.Scaler``) that
ONNX Runtime has and OpenVINO has not. ``<output>/cut/model.onnx`` is the first half of the file, as of a download that
broke off.
"""

import sys
from pathlib import Path

import onnx
from onnx import helper

DOMAIN = "ai.onnx.ml"


def with_scaler(model: onnx.ModelProto) -> onnx.ModelProto:
    """With an operator behind its first output that changes nothing."""
    output = model.graph.output[0]
    last = next(node for node in model.graph.node if output.name in node.output)
    last.output[list(last.output).index(output.name)] = "unscaled"
    classes = output.type.tensor_type.shape.dim[-1].dim_value
    identity = {"offset": [0.0] * classes, "scale": [1.0] * classes}
    model.graph.node.append(helper.make_node("Scaler", ["unscaled"], [output.name], "scaler", domain=DOMAIN, **identity))
    model.opset_import.append(helper.make_opsetid(DOMAIN, 3))
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    source, output = Path(sys.argv[1]), Path(sys.argv[2])
    whole = source.read_bytes()
    models = {
        "unsupported-operator": with_scaler(onnx.load(source)).SerializeToString(deterministic=True),
        "cut": whole[: len(whole) // 2],
    }
    for name, content in models.items():
        folder = output / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.onnx").write_bytes(content)


if __name__ == "__main__":
    main()
