"""What techniques declare, how their parameters are read, and the document that is made of it. Needs no framework."""

import ast
import re
import runpy
import subprocess
import sys

import pytest
from conftest import OPTIMIZERS

from contract import Failure, Spec
from technique import Choice, Framework, Number, Technique

FRAMEWORKS = ["llamacpp", "mlx", "olive", "onnxruntime", "openvino"]
DROP = Number("maxDrop", 0.01, 0, 1, "")
ROUNDS = Number("maxRounds", 20, 1, 100, "", whole=True)
SIZE = Choice("size", (64, 32), "")
FINE = Choice("fine", (True, False), "")
TECHNIQUE = Technique("t", "", (DROP, ROUNDS, SIZE, FINE))
DOCUMENT = [sys.executable, "-I", "-S", OPTIMIZERS / "techniques"]  # without packages


def read(task: str = "Generic", **parameters: str) -> dict:
    return TECHNIQUE.read(Spec("t", parameters, task, 100, 32, 32, 1, 1))


def test_defaults_stand_in_for_what_a_trial_does_not_name():
    own = {"maxDrop": 0.01, "maxRounds": 20, "size": 64, "fine": True}

    assert read() == own | {"calibrationSamples": None}
    assert read("TextEmbedding") == own | {"calibrationSamples": None, "maxLength": 128}


def test_values_have_the_type_of_their_parameter():
    values = read(maxDrop="1", maxRounds="7", size="32", fine="false", calibrationSamples="16")

    assert values == {"maxDrop": 1.0, "maxRounds": 7, "size": 32, "fine": False, "calibrationSamples": 16}
    assert values["fine"] is False
    assert isinstance(values["maxRounds"], int)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        *[("maxDrop", value, "must be a number from 0 to 1, not") for value in ("-1", "2", "much", "nan", "")],
        *[("maxRounds", value, "must be a whole number from 1 to 100, not") for value in ("0", "1.5", "inf")],
        *[("calibrationSamples", value, "must be a whole number 1 or more, not") for value in ("many", "0", "inf")],
        *[("maxLength", value, "must be a whole number 1 or more, not") for value in ("-3", "x")],
        ("size", "48", "must be one of 64, 32, not '48'"),
        ("fine", "True", "must be one of true, false, not 'True'"),
        ("finer", "true", "has no parameter finer; known: maxDrop, maxRounds, size, fine"),
    ],
)
def test_a_parameter_that_is_not_there_or_has_another_value_is_refused(name: str, value: str, words: str):
    with pytest.raises(Failure, match=re.escape(words)) as failure:
        read("TextEmbedding", **{name: value})
    assert failure.value.reason == "InvalidParameter"


def test_the_length_of_a_text_is_a_parameter_of_text_models_only():
    with pytest.raises(Failure, match="has no parameter maxLength"):
        read(maxLength="16")


def declared(folder: str) -> Framework:
    return runpy.run_path(str(OPTIMIZERS / folder / "techniques.py"))["FRAMEWORK"]


@pytest.mark.parametrize("folder", FRAMEWORKS)
def test_what_is_declared_is_what_is_read(folder: str):
    source = "".join(file.read_text() for name in (folder, "common") for file in (OPTIMIZERS / name).glob("*.py"))
    read = re.findall(r"""parameters(?:\[|\.get\()"(\w+)\"""", source)
    framework = declared(folder)

    assert framework.name == folder
    ours = {parameter.name for technique in framework.techniques for parameter in technique.parameters}
    assert ours <= set(read)


@pytest.mark.parametrize("folder", FRAMEWORKS)
def test_a_technique_stands_once_and_every_word_about_it_is_there(folder: str):
    techniques = declared(folder).techniques

    assert len({t.name for t in techniques}) == len(techniques)
    for technique in techniques:
        parameters = [p.name for p in technique.parameters]
        assert len(set(parameters)) == len(parameters)
        assert all(text.endswith(".") for text in (technique.makes, technique.models))
        assert all(p.meaning.endswith(".") for p in technique.parameters)


def test_the_document_says_what_the_code_says():
    done = subprocess.run([*DOCUMENT, "--check"], stderr=subprocess.PIPE, text=True)

    assert done.returncode == 0, done.stderr


def imports(name: str, folder: str) -> set[str]:
    """Modules that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse((OPTIMIZERS / folder / f"{name}.py").read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("folder", FRAMEWORKS)
def test_no_module_needs_itself(folder: str):
    places = {file.stem: name for name in ("common", folder) for file in (OPTIMIZERS / name).glob("*.py")}
    needs = {module: imports(module, place) & set(places) for module, place in places.items()}
    while leaves := [module for module, needed in needs.items() if not needed]:
        needs = {module: needed - set(leaves) for module, needed in needs.items() if module not in leaves}

    assert not needs, "a circle of imports"
