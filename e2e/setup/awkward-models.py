"""Makes models that trials and runs fail with, out of a good one.

Usage: awkward-models.py <model.onnx> <output folder>

``<output>/unsupported-operator/model.onnx`` gives the same answers through an operator (``com.microsoft.ExpandDims``)
that ONNX Runtime has and OpenVINO has not, and that no plan knows of. ``<output>/cut/model.onnx`` is the first half of the file, as of a download that
broke off.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

DOMAIN = "com.microsoft"


def with_expand_dims(model: onnx.ModelProto) -> onnx.ModelProto:
    """With a dimension put before its first output and taken away again."""
    graph, output = model.graph, model.graph.output[0]
    last = next(node for node in graph.node if output.name in node.output)
    last.output[list(last.output).index(output.name)] = "unexpanded"
    graph.initializer.append(numpy_helper.from_array(np.array(0, np.int32), "front"))
    graph.initializer.append(numpy_helper.from_array(np.array([0], np.int64), "fronts"))
    graph.node.append(helper.make_node("ExpandDims", ["unexpanded", "front"], ["expanded"], "expand", domain=DOMAIN))
    graph.node.append(helper.make_node("Squeeze", ["expanded", "fronts"], [output.name], "squeeze"))
    model.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    source, output = Path(sys.argv[1]), Path(sys.argv[2])
    whole = source.read_bytes()
    models = {
        "unsupported-operator": with_expand_dims(onnx.load(source)).SerializeToString(deterministic=True),
        "cut": whole[: len(whole) // 2],
    }
    for name, content in models.items():
        folder = output / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.onnx").write_bytes(content)


if __name__ == "__main__":
    main()
