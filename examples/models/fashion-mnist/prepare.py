"""Trains the demo models on Fashion-MNIST and exports them as ONNX, with their dataset.

Usage: prepare.py <folder of the idx files> <output folder> [--tiny]

Each model is ``<output>/<name>/model.onnx``: opset 17, input ``images`` float32[N,1,28,28] from 0 to 1, output
``logits`` float32[N,10], class names in the metadata. ``<output>/test.npz`` holds the 10,000 test images with their
labels, and calibration images from the training set. ``<output>/request.json`` is the first of them as a request to
the model server. ``<output>/models.json`` says how good each model is.
"""

import argparse
import gzip
import json
import time
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
import optax
from onnx import TensorProto, helper, numpy_helper

CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
BATCH = 256
CALIBRATION = 512
ONNX_OPSET, ONNX_IR = 17, 8  # what ONNX Runtime 1.29 and OpenVINO 2026.4 both read, and most older ones


@dataclass(frozen=True)
class Recipe:
    """A network and how it learns.

    ``convolutions`` are the channels of 3x3 convolutions, each with ReLU; a 0 is a 2x2 max pooling. ``hidden`` is the
    width of the dense layer before the classifier. ``epochs`` may be a fraction. ``after`` names the model whose
    weights it starts from, as a next version does.
    """

    convolutions: tuple[int, ...]
    hidden: int
    epochs: float
    rate: float
    seed: int
    after: str | None = None


# The dense layer holds most of the weights: at batch 1 it is bound by memory, where int8 pays most.
FULL = {
    "v1": Recipe((32, 0, 64, 0, 128), 1536, epochs=2, rate=1.5e-3, seed=1),
    "v2": Recipe((32, 0, 64, 0, 128), 1536, epochs=1, rate=5e-4, seed=2, after="v1"),
}
TINY = {
    "v1": Recipe((16, 0), 1024, epochs=0.5, rate=1.5e-3, seed=1),
    "v2": Recipe((16, 0), 1024, epochs=0.5, rate=5e-4, seed=2, after="v1"),
}
# So small that quantizing it cannot make it twice as fast: no variant passes the gates.
NEGATIVE = {"too-small": Recipe((), 32, epochs=1, rate=3e-3, seed=1)}

Parameters = list[tuple[jax.Array, jax.Array]]


def read_idx(path: Path) -> np.ndarray:
    data = gzip.decompress(path.read_bytes())
    dimensions = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i]) for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(dimensions)).reshape(dimensions)


def initialize(recipe: Recipe) -> Parameters:
    key = jax.random.PRNGKey(recipe.seed)
    parameters, channels, side = [], 1, 28
    for width in recipe.convolutions:
        if width == 0:
            side //= 2
            continue
        key, use = jax.random.split(key)
        w = jax.random.normal(use, (3, 3, channels, width)) * (2 / (9 * channels)) ** 0.5
        parameters.append((w, jnp.zeros(width)))
        channels = width
    features = channels * side * side
    for width in (recipe.hidden, len(CLASSES)):
        key, use = jax.random.split(key)
        parameters.append((jax.random.normal(use, (features, width)) * (2 / features) ** 0.5, jnp.zeros(width)))
        features = width
    return parameters


def forward(recipe: Recipe, parameters: Parameters, images: jax.Array) -> jax.Array:
    """Logits of uint8 images [N,28,28]."""
    x = images[..., None].astype(jnp.float32) / 255
    layers = iter(parameters)
    for width in recipe.convolutions:
        if width == 0:
            x = jnp.maximum(x[:, ::2], x[:, 1::2])
            x = jnp.maximum(x[:, :, ::2], x[:, :, 1::2])
        else:
            w, b = next(layers)
            layout = ("NHWC", "HWIO", "NHWC")
            x = jax.nn.relu(jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=layout) + b)
    x = x.reshape(len(x), -1)
    (w1, b1), (w2, b2) = layers
    return jax.nn.relu(x @ w1 + b1) @ w2 + b2


def train(recipe: Recipe, parameters: Parameters, images: np.ndarray, labels: np.ndarray) -> Parameters:
    steps = int(recipe.epochs * len(images) / BATCH)
    optimizer = optax.adam(optax.cosine_onecycle_schedule(steps, recipe.rate, 0.3))
    state = optimizer.init(parameters)

    @jax.jit
    def step(parameters, state, x, y):
        def loss(p):
            return optax.softmax_cross_entropy_with_integer_labels(forward(recipe, p, x), y).mean()

        updates, state = optimizer.update(jax.grad(loss)(parameters), state, parameters)
        return optax.apply_updates(parameters, updates), state

    random = np.random.default_rng(recipe.seed)
    order = np.concatenate([random.permutation(len(images)) for _ in range(int(np.ceil(recipe.epochs)))])
    for i in range(steps):
        batch = order[i * BATCH : (i + 1) * BATCH]
        parameters, state = step(parameters, state, images[batch], labels[batch].astype(np.int32))
    return parameters


def export(recipe: Recipe, parameters: Parameters, path: Path) -> None:
    nodes, weights = [], []
    tensor, side, channels = "images", 28, 1
    layers = iter([(np.asarray(w), np.asarray(b)) for w, b in parameters])

    def add(operation: str, *names: str, **attributes) -> str:
        output = f"{operation.lower()}{len(nodes)}"
        nodes.append(helper.make_node(operation, [tensor, *names], [output], name=output, **attributes))
        return output

    def constants(w: np.ndarray, b: np.ndarray) -> tuple[str, str]:
        names = f"w{len(weights)}", f"b{len(weights)}"
        weights.extend(numpy_helper.from_array(np.ascontiguousarray(a), n) for a, n in zip((w, b), names, strict=True))
        return names

    for width in recipe.convolutions:
        if width == 0:
            tensor, side = add("MaxPool", kernel_shape=[2, 2], strides=[2, 2]), side // 2
            continue
        w, b = next(layers)
        tensor = add("Conv", *constants(w.transpose(3, 2, 0, 1), b), kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        tensor, channels = add("Relu"), width
    tensor = add("Flatten", axis=1)
    (w1, b1), (w2, b2) = layers
    w1 = w1.reshape(side, side, channels, -1).transpose(2, 0, 1, 3).reshape(w1.shape)  # ONNX flattens channels first
    tensor = add("Gemm", *constants(w1.T, b1), transB=1)
    tensor = add("Relu")
    tensor = add("Gemm", *constants(w2.T, b2), transB=1)
    nodes[-1].output[0] = "logits"
    graph = helper.make_graph(
        nodes,
        "fashion-mnist",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 1, 28, 28])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", len(CLASSES)])],
        weights,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", ONNX_OPSET)], ir_version=ONNX_IR, producer_name="edgeai-examples"
    )
    helper.set_model_props(model, {"classes": json.dumps(CLASSES)})
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def answers(path: Path, images: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"images": images[i : i + 500]})[0] for i in range(0, len(images), 500)])


def request(images: np.ndarray) -> str:
    """The body of an Open Inference Protocol v2 request."""
    tensor = {"name": "images", "shape": images.shape, "datatype": "FP32", "data": images.round(4).ravel().tolist()}
    return json.dumps({"inputs": [tensor]})


def lying(parameters: Parameters) -> Parameters:
    """The same network, answering each class with its neighbour: for tests of what a false certificate brings about."""
    *layers, (w, b) = parameters
    return [*layers, (jnp.roll(w, 1, axis=1), jnp.roll(b, 1))]


def as_input(images: np.ndarray) -> np.ndarray:
    return images[:, None].astype(np.float32) / np.float32(255)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("source", type=Path)
    arguments.add_argument("output", type=Path)
    arguments.add_argument("--tiny", action="store_true", help="models that are trained in seconds")
    options = arguments.parse_args()

    images, labels = (read_idx(options.source / f"train-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1"))
    test_images, test_labels = (
        read_idx(options.source / f"t10k-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1")
    )
    test = as_input(test_images)
    chosen = np.random.default_rng(0).choice(len(images), CALIBRATION, replace=False)
    options.output.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        options.output / "test.npz",
        images=test,
        labels=test_labels.astype(np.int64),
        **{"calibration/images": as_input(images[chosen])},
    )
    (options.output / "request.json").write_text(request(test[:1]))
    report, trained = {}, {}
    for name, recipe in ((TINY if options.tiny else FULL) | NEGATIVE).items():
        start = time.monotonic()
        parameters = trained[recipe.after] if recipe.after else initialize(recipe)
        parameters = trained[name] = train(recipe, parameters, images, labels)
        if name == "v1":
            export(recipe, lying(parameters), options.output / "lying" / "model.onnx")
        path = options.output / name / "model.onnx"
        export(recipe, parameters, path)
        logits = answers(path, test)
        expected = np.asarray(forward(recipe, parameters, test_images[:500]))
        np.testing.assert_allclose(logits[:500], expected, rtol=1e-3, atol=1e-3, err_msg="the export changed the model")
        report[name] = {
            "accuracy": round(float((logits.argmax(1) == test_labels).mean()), 4),
            "parameters": sum(w.size + b.size for w, b in parameters),
            "bytes": path.stat().st_size,
        }
        print(f"{name}: {report[name]}, {time.monotonic() - start:.0f} s", flush=True)
    (options.output / "models.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
