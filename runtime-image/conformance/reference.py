"""The worker that runs a model in Python: reads {"subject", "folder"}, writes reference.json and inputs.json into it.

Inputs are written as its runtime names them, so that ours gets the same. Threads and properties are those of ours.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import onnx

from cases import fed
from judge import PLAIN

ONNX_NAMES = {"float": "float32", "double": "float64"}
OPENVINO_NAMES = {"f32": "float32", "f64": "float64", "f16": "float16", "boolean": "bool"} | {
    f"{sign[0]}{bits}": f"{sign[1:]}int{bits}" for sign in ("i", "uu") for bits in (8, 16, 32, 64)
}
OPENVINO_PROPERTIES = {  # of OpenVinoEngine, and of Engines for a source
    "PERFORMANCE_HINT": "LATENCY",
    "NUM_STREAMS": "1",
    "INFERENCE_NUM_THREADS": "1",
    "ENABLE_CPU_PINNING": "NO",
    "INFERENCE_PRECISION_HINT": "f32",
}


def tensor(array: np.ndarray, **named) -> dict:
    array = np.array(array, order="C")
    data = base64.b64encode(array.tobytes()).decode()
    return named | {"datatype": PLAIN[array.dtype.name], "shape": list(array.shape), "data": data}


class OnnxRuntime:
    def load(self, folder: Path) -> dict:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self.session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
        return {"inputs": self.ports(self.session.get_inputs()), "outputs": self.ports(self.session.get_outputs())}

    @staticmethod
    def ports(values) -> list[dict]:
        def name(text: str) -> str:  # tensor(float), seq(tensor(float)), optional(...)
            inner = text.removeprefix("tensor(").removesuffix(")")
            return ONNX_NAMES.get(inner, inner) if text.startswith("tensor(") else _nested(text)

        return [{"names": [value.name], "type": name(value.type)} for value in values]

    def infer(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        names = [value.name for value in self.session.get_inputs()]
        return self.session.run(None, dict(zip(names, arrays, strict=True)))


def _nested(text: str) -> str:
    """seq(tensor(float)) in ONNX's words: sequence(float32)."""
    kind, _, inner = text.partition("(")
    inner = inner.removesuffix(")")
    if kind == "tensor":
        return ONNX_NAMES.get(inner, inner)
    if kind == "map":
        key, _, value = inner.partition(",")
        return f"map({key}, {_nested(value)})"
    return f"{ {'seq': 'sequence'}.get(kind, kind) }({_nested(inner)})".replace(" ", "")


class OpenVino:
    file = "model.onnx"

    def load(self, folder: Path) -> dict:
        import openvino

        core = openvino.Core()
        model = core.read_model(folder / self.file)
        ports = {"inputs": self.ports(model.inputs), "outputs": self.ports(model.outputs)}
        self.request = core.compile_model(model, "CPU", OPENVINO_PROPERTIES).create_infer_request()
        return ports

    @staticmethod
    def ports(values) -> list[dict]:
        types = [value.element_type.get_type_name() for value in values]
        return [
            {"names": sorted(value.names), "type": OPENVINO_NAMES.get(kind, kind)}
            for value, kind in zip(values, types, strict=True)
        ]

    def infer(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        import openvino

        for i, array in enumerate(arrays):
            self.request.set_input_tensor(i, openvino.Tensor(np.array(array, order="C")))
        self.request.infer()
        return [tensor.data.copy() for tensor in self.request.output_tensors]


class OpenVinoIr(OpenVino):
    """The ONNX model as OpenVINO saves it."""

    file = "model.xml"

    def load(self, folder: Path) -> dict:
        import openvino

        if not (folder / self.file).exists():
            model = openvino.Core().read_model(folder.parent / "openvino" / "model.onnx")
            openvino.save_model(model, folder / self.file, compress_to_fp16=False)
        return super().load(folder)


SUBJECTS = {"onnxruntime": OnnxRuntime, "openvino": OpenVino, "ir": OpenVinoIr}


def by_port(ports: list[dict], arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The arrays in the runtime's order: by name, and by place where it has lost the name."""
    by_place = list(arrays.values())
    return [
        next((arrays[name] for name in port["names"] if name in arrays), by_place[i] if i < len(by_place) else None)
        for i, port in enumerate(ports)
    ]


def refer(subject: str, folder: Path) -> dict:
    source = folder.parent / "onnxruntime" / "model.onnx"
    with np.load(folder.parent / "inputs.npz") as stored:
        arrays = {port.name: stored[str(i)] for i, port in enumerate(fed(onnx.load(source))) if str(i) in stored}
    runtime = SUBJECTS[subject]()
    reference: dict = {}
    inputs: list[dict] = []
    try:
        reference = runtime.load(folder)
        given = by_port(reference["inputs"], arrays)
        odd = [p["type"] for p in reference["inputs"] + reference["outputs"] if p["type"] not in PLAIN]
        if odd or any(array is None for array in given):
            reference["refused"] = f"not tried in Python: {odd or 'no data for an input'}"
        else:
            names = [(port["names"] or [f"input{i}"])[0] for i, port in enumerate(reference["inputs"])]
            inputs = [tensor(array, name=name) for name, array in zip(names, given, strict=True)]
            answers = runtime.infer(given)
            reference["answers"] = [
                tensor(answer, names=port["names"])
                for answer, port in zip(answers, reference["outputs"], strict=True)
            ]
    except Exception as e:  # whatever a runtime throws: it refuses
        reference["refused"] = f"{type(e).__name__}: {e}"[:500]
    (folder / "inputs.json").write_text(json.dumps(inputs))
    return reference


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        answer = refer(request["subject"], Path(request["folder"]))
        print("\nconformance " + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
