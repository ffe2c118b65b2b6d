"""A small real model and its dataset, and a way to run an optimizer as its container does: a process of its own."""

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

OPTIMIZERS = Path(__file__).parent.parent
SEED = 1  # of every run
sys.path.insert(0, str(OPTIMIZERS / "common"))
# What is the same for all frameworks is tested with the one that is installed.
FRAMEWORK, TECHNIQUE = ("openvino", "int8-ptq") if importlib.util.find_spec("nncf") else ("onnxruntime", "int8-static")


def classifier(path: Path, batch: str | int = "N") -> None:
    """A convolutional classifier with fixed weights: images float32[N,3,16,16] -> logits float32[N,10]."""
    random = np.random.default_rng(7)

    def weights(name: str, *shape: int) -> onnx.TensorProto:
        fan_in = int(np.prod(shape[1:]))
        return numpy_helper.from_array(random.normal(0, (2 / fan_in) ** 0.5, shape).astype(np.float32), name)

    same = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    nodes = [
        helper.make_node("Conv", ["images", "w1"], ["c1"], **same),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("MaxPool", ["r1"], ["p1"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["p1", "w2"], ["c2"], **same),
        helper.make_node("Relu", ["c2"], ["r2"]),
        helper.make_node("Flatten", ["r2"], ["f"]),
        helper.make_node("Gemm", ["f", "w3"], ["g"], transB=1),
        helper.make_node("Relu", ["g"], ["r3"]),
        helper.make_node("Gemm", ["r3", "w4"], ["logits"], transB=1),
    ]
    initializers = [
        weights("w1", 16, 3, 3, 3),
        weights("w2", 32, 16, 3, 3),
        weights("w3", 64, 32 * 8 * 8),
        weights("w4", 10, 64),
    ]
    save(path, nodes, initializers, [batch, 3, 16, 16], [batch, 10])


def stateful(path: Path) -> None:
    """A classifier that is called again with the state it gave: images float32[N,3,16,16], state float32[2,N,4], rate
    int64 -> logits float32[N,10], next as state."""
    classifier(path)
    model = onnx.load(path)
    last = next(node for node in model.graph.node if "logits" in node.output)
    last.output[0] = "product"
    model.graph.node.extend(
        [
            helper.make_node("ReduceMean", ["state"], ["mean"], keepdims=0),
            helper.make_node("Cast", ["rate"], ["factor"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["mean", "factor"], ["shift"]),
            helper.make_node("Add", ["product", "shift"], ["logits"]),
            helper.make_node("Identity", ["state"], ["next"]),
        ]
    )
    state = [2, "N", 4]
    model.graph.input.append(helper.make_tensor_value_info("state", TensorProto.FLOAT, state))
    model.graph.input.append(helper.make_tensor_value_info("rate", TensorProto.INT64, []))
    model.graph.output.append(helper.make_tensor_value_info("next", TensorProto.FLOAT, state))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def pooling(path: Path) -> None:
    """A model without anything to quantize or fuse."""
    save(path, [helper.make_node("GlobalMaxPool", ["images"], ["logits"])], [], ["N", 3, 16, 16], ["N", 3, 1, 1])


def scaled(path: Path) -> None:
    """A model with an operator of scikit-learn's converters, which not every framework knows."""
    scaler = helper.make_node("Scaler", ["f"], ["logits"], domain="ai.onnx.ml", offset=[0.0], scale=[0.5])
    save(path, [helper.make_node("Flatten", ["images"], ["f"]), scaler], [], ["N", 3, 16, 16], ["N", 768])


def transformer(path: Path) -> None:
    """Two matrix products of a feed-forward layer after a normalization: float32[N,8,64] -> float32[N,8,64]."""
    random = np.random.default_rng(11)

    def weights(name: str, *shape: int) -> onnx.TensorProto:
        return numpy_helper.from_array(random.normal(0, shape[0] ** -0.5, shape).astype(np.float32), name)

    nodes = [
        helper.make_node("LayerNormalization", ["images", "scale", "bias"], ["n"], axis=-1),
        helper.make_node("MatMul", ["n", "up"], ["u"]),
        helper.make_node("Relu", ["u"], ["r"]),
        helper.make_node("MatMul", ["r", "down"], ["d"]),
        helper.make_node("Add", ["d", "images"], ["logits"]),
    ]
    # Channels of very different ranges, which is what SmoothQuant is for.
    scale = numpy_helper.from_array(np.geomspace(0.1, 10, 64, dtype=np.float32), "scale")
    initializers = [scale, weights("bias", 64), weights("up", 64, 256), weights("down", 256, 64)]
    save(path, nodes, initializers, ["N", 8, 64], ["N", 8, 64])


def normalization(path: Path) -> None:
    """A layer normalization as exporters wrote it before ONNX had one, with operators of that time."""
    constants = {"two": np.float32(2), "epsilon": np.float32(1e-5)}
    constants |= {"scale": np.linspace(0.5, 2, 64, dtype=np.float32), "bias": np.ones(64, np.float32)}
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[-1]),
        helper.make_node("Sub", ["images", "mean"], ["centred"]),
        helper.make_node("Pow", ["centred", "two"], ["squares"]),
        helper.make_node("ReduceMean", ["squares"], ["variance"], axes=[-1]),
        helper.make_node("Add", ["variance", "epsilon"], ["positive"]),
        helper.make_node("Sqrt", ["positive"], ["deviation"]),
        helper.make_node("Div", ["centred", "deviation"], ["normal"]),
        helper.make_node("Mul", ["normal", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "bias"], ["logits"]),
    ]
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    save(path, nodes, initializers, ["N", 8, 64], ["N", 8, 64], opset=11)


def save(path: Path, nodes, initializers, input_shape, output_shape, opset: int = 17) -> None:
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, input_shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, output_shape)],
        initializers,
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def calibrating(samples: np.ndarray) -> np.ndarray:
    """Those samples of a dataset of ``Work`` that calibrate, in their order."""
    from dataset import order

    return samples[order(len(samples), None, seed=SEED)[-32:]]


def images(count: int, seed: int = 3) -> np.ndarray:
    """Smooth blobs and noise: activations with ranges, as pictures have them."""
    random = np.random.default_rng(seed)
    coarse = random.random((count, 3, 4, 4), dtype=np.float32).repeat(4, axis=2).repeat(4, axis=3)
    return coarse * 0.8 + random.random((count, 3, 16, 16), dtype=np.float32) * 0.2


def onnx_error(variant: Path, source: Path) -> float:
    """Root mean square of the difference of two models' answers, relative to the source's."""
    import onnxruntime

    inputs = {"images": images(50, seed=9)}
    sessions = [onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]) for path in (variant, source)]
    answer, expected = (session.run(None, inputs)[0] for session in sessions)
    return float(np.sqrt(np.mean((answer - expected) ** 2) / np.mean(expected**2)))


@dataclass(frozen=True)
class Outcome:
    code: int
    failure: dict[str, str] | None
    variant: Path
    output: str

    @property
    def descriptor(self) -> dict:
        return json.loads((self.variant / "edgeai.json").read_text())

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.variant.iterdir()}


class Work:
    """A work folder as the fetch container leaves it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.source = folder / "source" / "model.onnx"
        self.dataset = folder / "dataset" / "dataset.npz"
        classifier(self.source)
        self.dataset.parent.mkdir()
        self.write_dataset(images=images(400), labels=np.zeros(400, np.int64))

    def write_dataset(self, **arrays: np.ndarray) -> None:
        np.savez(self.dataset, **arrays)

    def optimize(self, framework: str, technique: str, task: str = "ImageClassification", **parameters) -> Outcome:
        spec = {
            "run": "run",
            "trial": f"{framework}-{technique}",
            "task": task,
            "technique": technique,
            "parameters": parameters,
            "evaluation": {"samples": 100, "calibrationSamples": 32},
            "threads": 1,
            "seed": SEED,
        }
        (self.folder / "spec.json").write_text(json.dumps(spec))
        tools = {name: os.environ[name] for name in ("EDGEAI_LLAMA_CPP",) if name in os.environ}
        log = self.folder / "termination-log"
        log.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, OPTIMIZERS / framework / "optimize.py"],
            env=tools
            | {
                "EDGEAI_WORK": str(self.folder),
                "EDGEAI_TERMINATION_LOG": str(log),
                "HOME": str(self.folder),
                "TMPDIR": str(self.folder),
                "PYTHONPATH": str(OPTIMIZERS / "common"),
                "PATH": os.environ["PATH"],
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        failure = json.loads(log.read_text()) if log.exists() else None
        return Outcome(done.returncode, failure, self.folder / "variant", done.stdout)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


def succeeded(outcome: Outcome) -> Outcome:
    assert outcome.code == 0, outcome.output
    assert outcome.failure is None
    return outcome


def failed(outcome: Outcome, reason: str, words: str) -> None:
    """The job failed for this reason, says so in the termination message, and leaves no variant behind."""
    assert outcome.code == 1, outcome.output
    assert outcome.failure is not None, outcome.output
    assert outcome.failure["reason"] == reason, outcome.output
    assert words in outcome.failure["message"]
    assert len(outcome.failure["message"]) <= 1000
    assert not outcome.variant.exists()
