"""What an answer of ours is worth beside the answer of Python's same runtime. Pure functions.

A reference is {"inputs": [port], "outputs": [port]} with {"answers": [tensor]} or {"refused": sentence}; without ports
where Python could not even load. A port is {"names": [every name], "type": "float32"}. A tensor is {"names" or "name",
"datatype": "FP32", "shape": [..], "data": base64 of its bytes}.
"""

import base64
import re

PLAIN = {
    "float32": "FP32",
    "float64": "FP64",
    "float16": "FP16",
    "bool": "BOOL",
    **{f"{sign}int{bits}": f"{sign.upper()}INT{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
"""Element types that tensors have here, by ONNX's names, and what the Open Inference Protocol calls them."""

NAMED = re.compile(r"'.*' is of type (.+?), which is not supported; ", re.DOTALL)

GOOD = {"same", "refused by name", "neither", "here only", "warned"}
"""Verdicts that need no reason. 'neither': Python refuses it too. 'here only': only Python refuses it."""

SHOWN_PORTS, SHOWN_NAME = 10, 60  # what an assessment shows of them


def judge(stage: str, reference: dict, ours: dict) -> tuple[str, str]:
    """The verdict and, where there is something to tell, a sentence. `ours` has outputs or inputs and outputs of an
    assessment, or one of refused, failed, died, hung."""
    for bad in ("died", "hung", "failed"):
        if bad in ours:
            return bad, ours[bad]
    if stage == "start":
        return ("warned", ours["refused"]) if "refused" in ours else ("same", "")
    if "refused" in ours:
        return _refused(reference, ours["refused"])
    if stage == "assess":
        if "inputs" not in reference:
            return "here only", reference["refused"]
        difference = ports_difference(reference, ours)
    elif "answers" not in reference:
        return "here only", reference["refused"]
    else:
        difference = difference_of(reference["answers"], ours["outputs"])
    return ("differs", difference) if difference else ("same", "")


def _refused(reference: dict, sentence: str) -> tuple[str, str]:
    named = NAMED.search(sentence)
    ports = reference.get("inputs", []) + reference.get("outputs", [])
    if named and (named[1] in [port["type"] for port in ports] or not ports):
        return "refused by name", f"type {named[1]}"
    return ("neither" if "answers" not in reference else "refused"), sentence


def ports_difference(reference: dict, assessment: dict) -> str:
    for kind in ("inputs", "outputs"):
        wanted, told = reference[kind][:SHOWN_PORTS], assessment[kind]
        if len(wanted) != len(told):
            return f"{len(told)} {kind} where there are {len(wanted)}"
        for port, text in zip(wanted, told, strict=True):
            name, described = text.rsplit(": ", 1)
            if port["names"] and name not in [_cut(known) for known in port["names"]]:
                return f"{kind}: {name} where Python says {port['names']}"
            if port["type"] in PLAIN and described.split("[")[0] != port["type"]:
                return f"{name} is {described.split('[')[0]} where Python says {port['type']}"
    return ""


def _cut(name: str) -> str:
    return name if len(name) <= SHOWN_NAME else name[: SHOWN_NAME - 1] + "…"


def difference_of(wanted: list[dict], found: list[dict]) -> str:
    """Empty where number, order, names, types, shapes and every byte are the same: a NaN is its bits, -0 is not 0."""
    if len(wanted) != len(found):
        return f"{len(found)} outputs where Python gives {len(wanted)}"
    for expected, given in zip(wanted, found, strict=True):
        name = given["name"]
        if expected["names"] and name not in expected["names"]:
            return f"output {name} where Python says {expected['names']}"
        for key in ("datatype", "shape"):
            if expected[key] != given[key]:
                return f"{name} has {key} {given[key]} where Python gives {expected[key]}"
        if expected["data"] != given["data"]:
            one, other = base64.b64decode(expected["data"]), base64.b64decode(given["data"])
            if len(one) != len(other):
                return f"{name} has {len(other)} bytes where Python gives {len(one)}"
            bytes_differ = sum(a != b for a, b in zip(one, other, strict=True))
            return f"{bytes_differ} of {len(one)} bytes of {name} differ"
    return ""
