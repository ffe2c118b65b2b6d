import base64
import struct

import pytest

from judge import difference_of, judge

PORT = {"names": ["y", "other"], "type": "float32"}


def tensor(*values: bytes, **changes) -> dict:
    data = base64.b64encode(b"".join(values)).decode()
    return {"names": ["y", "other"], "name": "y", "datatype": "FP32", "shape": [len(values)], "data": data} | changes


def number(value: float) -> bytes:
    return struct.pack("<f", value)


REFERENCE = {"inputs": [], "outputs": [PORT], "answers": [tensor(number(1))]}
NAN = bytes.fromhex("0000c07f")


def test_the_same_bytes_are_the_same_by_each_name():
    assert difference_of([tensor(number(1), NAN)], [tensor(number(1), NAN)]) == ""
    assert difference_of([tensor(number(1))], [tensor(number(1), name="other")]) == ""


@pytest.mark.parametrize(
    "given",
    [
        tensor(number(-0.0)),
        tensor(bytes.fromhex("0100c07f")),
        tensor(NAN),
        tensor(number(0), name="z"),
        tensor(number(0), datatype="INT32"),
        tensor(number(0), shape=[1, 1]),
        tensor(number(0), number(0)),
        tensor(number(0), number(0), shape=[1]),
    ],
)
def test_each_difference_is_told(given):
    assert difference_of([tensor(number(0))], [given])


def test_nan_of_other_bits_is_another_answer():
    assert difference_of([tensor(NAN)], [tensor(bytes.fromhex("0000c0ff"))])


def test_a_missing_output_and_another_order_are_told():
    two = [tensor(number(1), names=["a"], name="a"), tensor(number(2), names=["b"], name="b")]
    assert difference_of(two, two) == ""
    assert difference_of(two, two[:1])
    assert difference_of(two, two[::-1])


def test_a_refusal_needs_the_name_of_a_type_that_the_model_has():
    sentence = "cannot load model.onnx: 'x' is of type {}, which is not supported; put a Cast"
    strings = REFERENCE | {"inputs": [{"names": ["x"], "type": "string"}]}
    assert judge("engine", strings, {"refused": sentence.format("string")})[0] == "refused by name"
    assert judge("engine", strings, {"refused": sentence.format("bfloat16")})[0] == "refused"
    assert judge("engine", strings, {"refused": "something went wrong"})[0] == "refused"
    assert judge("engine", {"refused": "no kernel"}, {"refused": "no kernel"})[0] == "neither"


@pytest.mark.parametrize("bad", ["died", "hung", "failed"])
def test_who_dies_is_never_excused_by_python(bad):
    for stage in ("assess", "engine", "rest", "start", "serve"):
        assert judge(stage, {"refused": "no kernel"}, {bad: "why"})[0] == bad


def test_an_assessment_tells_python_s_names_types_and_order():
    reference = {"inputs": [{"names": ["x"], "type": "int64"}], "outputs": [PORT]}
    right = {"inputs": ["x: int64[N,1]"], "outputs": ["other: float32[]"]}
    assert judge("assess", reference, right)[0] == "same"
    for wrong in ({"inputs": []}, {"inputs": ["x: int32[N,1]"]}, {"outputs": ["y/sink_port_0: float32[]"]}):
        assert judge("assess", reference, right | wrong)[0] == "differs"
