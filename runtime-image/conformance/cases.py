"""The ONNX backend suite as the package `onnx` has it: each model with its first set of inputs."""

import fnmatch
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


def node_cases(only: str) -> Iterator[tuple[str, onnx.ModelProto, list]]:
    """Those of one operator each, which the package makes in memory."""
    from onnx.backend.test.loader import load_node_model_tests

    for case in load_node_model_tests():
        if fnmatch.fnmatchcase(f"node/{case.name}", only):
            yield f"node/{case.name}", case.model, [_value(given) for given in case.data_sets[0][0]]


def stored_cases(only: str) -> Iterator[tuple[str, onnx.ModelProto, list]]:
    """Those that the package holds as files: single layers and models of PyTorch, and light forms of known networks,
    whose weights are constants; these get seeded inputs."""
    from onnx.backend.test.loader import DATA_DIR

    for file in sorted(Path(DATA_DIR).glob("*/*/model.onnx")):
        name = f"{file.parent.parent.name}/{file.parent.name}"
        data = file.parent / "test_data_set_0"
        if fnmatch.fnmatchcase(name, only) and data.is_dir():
            model = onnx.load(file)
            yield name, model, [_read(data / f"input_{i}.pb", port) for i, port in enumerate(fed(model))
                                if (data / f"input_{i}.pb").exists()]  # fmt: skip
    for file in sorted(Path(DATA_DIR).glob("light/*.onnx")):
        name = f"light/{file.stem}"
        if fnmatch.fnmatchcase(name, only):
            model = onnx.load(file)
            numbers = np.random.default_rng(0)
            shapes = [[d.dim_value for d in port.type.tensor_type.shape.dim] for port in fed(model)]
            yield name, model, [numbers.random(shape, dtype=np.float32) for shape in shapes]


def fed(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """The inputs that a caller gives: old files list the weights among them."""
    weights = {weight.name for weight in model.graph.initializer}
    return [port for port in model.graph.input if port.name not in weights]


def _read(file: Path, port: onnx.ValueInfoProto):
    if not port.type.HasField("tensor_type"):
        return None
    return _value(onnx.TensorProto.FromString(file.read_bytes()))


def _value(given):
    """As an array; None for what is no tensor of plain elements, and never gets as far as being fed."""
    if isinstance(given, onnx.TensorProto):
        given = numpy_helper.to_array(given)
    given = np.asarray(given) if isinstance(given, np.ndarray | np.generic | int | float | bool) else None
    return given if given is not None and given.dtype.kind in "biuf" and given.dtype.isbuiltin else None
