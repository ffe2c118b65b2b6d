"""One run of an optimizer: from the work folder's specification to the variant with its descriptor, or to a failure.

Progress goes to stdout, a failure is the termination message (docs/contracts.md).
"""

import dataclasses
import importlib.metadata
import json
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from contract import MESSAGE_LIMIT, Failure, Spec, describe
from dataset import Dataset, Input
from source import Source
from technique import MAX_LENGTH, Framework
from text import TOKENIZER, TOKENIZER_FILES, TextDataset, Texts

WORK = Path(os.environ.get("EDGEAI_WORK", "/work"))
TERMINATION_LOG = Path(os.environ.get("EDGEAI_TERMINATION_LOG", "/dev/termination-log"))


class Job:
    """One run of an optimizer in its work folder.

    ``parameters`` has the value of every parameter of the technique, the default where the trial names none.
    """

    def __init__(self, framework: Framework, *packages: str):
        """``packages`` are those whose versions the descriptor names.

        Raises: Failure ``InternalError``, ``UnsupportedTechnique``, ``InvalidParameter``.
        """
        self._start = time.monotonic()
        self._framework = framework
        spec = Spec.read(WORK / "spec.json")
        self.parameters = framework.technique(spec.technique).read(spec)
        asked = self.parameters["calibrationSamples"]
        self.spec = spec if asked is None else dataclasses.replace(spec, calibration_samples=asked)
        self.versions = {name: importlib.metadata.version(name) for name in packages}
        self.source = Source(WORK / "source")
        self.variant = WORK / "variant"
        shutil.rmtree(self.variant, ignore_errors=True)
        self.variant.mkdir()

    def progress(self, text: str) -> None:
        print(f"[{time.monotonic() - self._start:7.2f} s] {text}", flush=True)

    def texts(self) -> Texts:
        """The texts of ``dataset.jsonl``. Raises: as ``Texts.read``."""
        texts = Texts.read(WORK / "dataset" / "dataset.jsonl", self.spec)
        self.progress(f"{len(texts.calibration)} calibration texts, {len(texts.evaluation)} evaluation texts")
        return texts

    def dataset(self, inputs: list[Input]) -> Dataset | TextDataset:
        """Samples for a model with these inputs, of ``dataset.jsonl`` where there is one, else of ``dataset.npz``.

        Raises: Failure ``UnsupportedModel`` where a text model has no tokenizer, and as ``Dataset`` and ``Texts.read``.
        """
        if (WORK / "dataset" / "dataset.jsonl").exists():
            dataset = self._text_dataset(inputs)
        else:
            dataset = Dataset(WORK / "dataset" / "dataset.npz", inputs, self.spec)
        self.progress(f"{len(dataset.calibration)} calibration samples")
        return dataset

    def _text_dataset(self, inputs: list[Input]) -> TextDataset:
        tokenizer = self.source.nearest(TOKENIZER)
        if tokenizer is None:
            raise Failure("UnsupportedModel", f"a dataset of texts needs {TOKENIZER} beside the model")
        return TextDataset(self.texts().calibration, tokenizer, inputs, self.parameters.get("maxLength", MAX_LENGTH.default))

    def keep_tokenizer(self) -> None:
        """Puts the tokenizer of a text model beside its variant."""
        for name in TOKENIZER_FILES:
            if file := self.source.nearest(name):
                (self.variant / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(file, self.variant / name)

    def finish(
        self, model: str, options: dict[str, str], note: str | None = None, nondeterministic: str | None = None
    ) -> None:
        """Writes the descriptor; the same variant gives the same bytes.

        A note is for people; ``nondeterministic`` says which step may give another variant on another node, and why.
        """
        self.describe(self.variant, model, options, note=note, nondeterministic=nondeterministic)
        self.progress(f"{self.spec.technique} done, {size(self.variant)} bytes")

    def describe(self, folder: Path, model: str, options: dict[str, str], **remarks: str | None) -> None:
        """Writes the descriptor of a model of this job beside it, with the remarks that there are."""
        descriptor = {
            "engine": self._framework.engine,
            "model": model,
            "options": options,
            "framework": self._framework.name,
            "technique": self.spec.technique,
            "versions": self.versions,
        }
        describe(folder, descriptor | remarks)


def size(folder: Path) -> int:
    """Bytes of the files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(optimize: Callable[[], None]) -> None:
    """Runs an optimizer; a failure becomes the termination message and exit code 1."""
    try:
        optimize()
        return
    except Failure as e:
        failure = e
    except MemoryError:
        failure = Failure("OutOfMemory", "the optimizer ran out of memory; raise the accelerator profile's memory limit")
    except Exception as e:  # whatever a framework throws: its own words are the best explanation there is
        traceback.print_exc()
        failure = Failure("OptimizationFailed", f"{type(e).__name__}: {e}")
    shutil.rmtree(WORK / "variant", ignore_errors=True)
    message = json.dumps({"reason": failure.reason, "message": str(failure)[:MESSAGE_LIMIT]})
    print(message, file=sys.stderr, flush=True)
    try:
        TERMINATION_LOG.write_text(message)
    except OSError as e:
        print(f"{TERMINATION_LOG} could not be written: {e}", file=sys.stderr)
    sys.exit(1)
