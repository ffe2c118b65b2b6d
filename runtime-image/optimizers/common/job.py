"""What every optimizer shares: the job's files on the way in, the variant and its descriptor on the way out.

The contract is docs/contracts.md: ``spec.json``, ``source/`` and ``dataset/`` are read from the work folder,
``variant/`` with ``edgeai.json`` is written to it, progress goes to stdout, a failure is the termination message.
"""

import importlib.metadata
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from text import TextDataset

WORK = Path(os.environ.get("EDGEAI_WORK", "/work"))
TERMINATION_LOG = Path(os.environ.get("EDGEAI_TERMINATION_LOG", "/dev/termination-log"))
MESSAGE_LIMIT = 1000  # characters, as the operator's contract says
CLASSIFICATION = {"ImageClassification", "TextClassification", "AudioClassification", "Tabular"}
PICKLED = {".bin", ".pt", ".pth", ".ckpt", ".pkl"}
TEXT = {"TextClassification", "TextEmbedding", "TextGeneration"}
TOKENIZER = "tokenizer.json"
TOKENIZER_FILES = (TOKENIZER, "tokenizer_config.json", "1_Pooling/config.json")  # a text model's variant keeps them


class Failure(Exception):
    """Ends the job: a reason in PascalCase that the operator shows, and a sentence for people."""

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Spec:
    """The part of TrialSpec that an optimizer needs.

    The parameter ``calibrationSamples`` goes before the evaluation's, ``maxLength`` is of all techniques for text models,
    ``measure.*`` is for the measure container.
    """

    technique: str
    parameters: dict[str, str]
    task: str
    samples: int  # of the evaluation split
    calibration_samples: int
    seed: int
    threads: int
    max_length: int = 128  # tokens of a calibration text, which is cut or padded to them

    @staticmethod
    def read(path: Path) -> "Spec":
        try:
            spec = json.loads(path.read_text())
            evaluation = spec["evaluation"]
            parameters = {k: v for k, v in (spec.get("parameters") or {}).items() if not k.startswith("measure.")}
            calibration_samples = parameters.pop("calibrationSamples", evaluation["calibrationSamples"])
            task = spec["task"]
            max_length = parameters.pop("maxLength", Spec.max_length) if task in TEXT else Spec.max_length
            return Spec(
                technique=spec["technique"],
                parameters=parameters,
                task=task,
                samples=int(evaluation["samples"]),
                calibration_samples=max(1, int(calibration_samples)),
                seed=int(spec["seed"]),
                threads=int(spec["threads"]),
                max_length=max(1, int(max_length)),
            )
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise Failure("InternalError", f"{path.name} is not a trial's specification: {e!r}") from e

    def choice(self, name: str, *allowed: str) -> str:
        """A parameter that is one of a few words; the first is the default."""
        value = self.parameters.get(name, allowed[0])
        if value not in allowed:
            raise Failure("InvalidParameter", f"parameter {name} must be one of {', '.join(allowed)}, not '{value}'")
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A parameter that is a number from low to high."""
        text = self.parameters.get(name, str(default))
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise Failure("InvalidParameter", f"parameter {name} must be a number from {low} to {high}, not '{text}'")
        return value

    def allow(self, *names: str) -> None:
        """Refuses parameters that the technique would silently ignore."""
        unknown = sorted(set(self.parameters) - set(names))
        if unknown:
            known = ", ".join(names) or "none"
            raise Failure("InvalidParameter", f"{self.technique} has no parameter {', '.join(unknown)}; known: {known}")


@dataclass(frozen=True)
class Input:
    """An input of the model: numpy type, and dimensions with None where the model leaves them open."""

    name: str
    dtype: np.dtype
    shape: tuple[int | None, ...]


class Samples:
    """Samples of one split, each a batch of one: ``{input: array[1, ...]}``."""

    def __init__(self, arrays: dict[str, np.ndarray], labels: np.ndarray | None = None):
        self.arrays = arrays
        self.labels = labels

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def __iter__(self) -> Iterator[dict[str, np.ndarray]]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, i: int) -> dict[str, np.ndarray]:
        return {name: array[i : i + 1] for name, array in self.arrays.items()}


class Dataset:
    """``dataset.npz`` read for one model; the evaluation split itself is never handed out."""

    def __init__(self, path: Path, inputs: list[Input], spec: Spec):
        self._spec = spec
        try:
            with np.load(path, allow_pickle=False) as file:
                calibrated = all(f"calibration/{i.name}" in file.files for i in inputs)
                main = {i.name: _conform(file[i.name], i) for i in inputs}
                self._labels = file["labels"] if "labels" in file.files else None
                calibration = {i.name: _conform(file[f"calibration/{i.name}"], i) for i in inputs} if calibrated else main
        except FileNotFoundError as e:
            raise Failure("DatasetNotFound", f"{path.name} is missing: {spec.technique} needs calibration samples") from e
        except KeyError as e:
            names = ", ".join(i.name for i in inputs)
            raise Failure("InvalidDataset", f"{path.name} must hold one array for each input ({names}): {e}") from e
        except Failure:
            raise
        except Exception as e:  # zipfile, zlib and numpy each have their own errors for a broken or pickled file
            raise Failure("InvalidDataset", f"{path.name} is not a plain .npz file: {e}") from e
        count = _length(main, path)
        if self._labels is not None and self._labels.shape != (count,):
            raise Failure("InvalidDataset", f"labels have shape {self._labels.shape}, expected ({count},)")
        wanted = spec.calibration_samples
        if calibrated:
            available = _length(calibration, path)
            chosen = np.sort(np.random.default_rng(spec.seed).permutation(available)[:wanted])
            self._rest = count
        else:
            self._rest = max(count - wanted, 0)
            chosen = np.arange(self._rest, count)
        self.calibration = Samples({name: array[chosen] for name, array in calibration.items()})
        self._main = main

    def validation(self, limit: int) -> Samples | None:
        """Labelled samples that are neither calibration nor evaluation; None when there are fewer than limit."""
        start = self._spec.samples
        if self._labels is None or self._rest - start < limit:
            return None
        part = slice(start, start + limit)
        return Samples({name: array[part] for name, array in self._main.items()}, self._labels[part])


@dataclass(frozen=True)
class Texts:
    """The texts of ``dataset.jsonl``: lines with ``text``; labelled prompts are for the measure container alone."""

    calibration: list[str]
    evaluation: list[str]

    @staticmethod
    def read(path: Path, spec: Spec) -> "Texts":
        """Calibration lines are the marked ones, else the last ``calibrationSamples``, which are then not evaluated."""
        try:
            lines = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
            lines = [(line["text"], line.get("split") == "calibration") for line in lines if "text" in line]
        except FileNotFoundError as e:
            raise Failure("DatasetNotFound", f"{path.name} is missing: {spec.technique} needs texts") from e
        except (ValueError, TypeError, AttributeError) as e:
            raise Failure("InvalidDataset", f"{path.name} must hold one JSON object a line: {e}") from e
        if not lines or not all(isinstance(text, str) and text.strip() for text, _ in lines):
            raise Failure("InvalidDataset", f'{path.name} must hold lines {{"text": "..."}} that are not empty')
        calibration = [text for text, marked in lines if marked]
        rest = [text for text, marked in lines if not marked]
        if not calibration:
            start = max(len(rest) - spec.calibration_samples, 0)
            rest, calibration = rest[:start], rest[start:]
        return Texts(calibration[: spec.calibration_samples], rest[: spec.samples])


def _conform(array: np.ndarray, wanted: Input) -> np.ndarray:
    fits = array.ndim == len(wanted.shape) and all(
        want is None or want == have for want, have in zip(wanted.shape[1:], array.shape[1:], strict=True)
    )
    if not fits or len(array) == 0:
        shape = ["samples", *("?" if d is None else d for d in wanted.shape[1:])]
        raise Failure("InvalidDataset", f"array {wanted.name} has shape {array.shape}, the model wants {shape}")
    if not np.can_cast(array.dtype, wanted.dtype, "same_kind"):
        raise Failure("InvalidDataset", f"array {wanted.name} is {array.dtype}, the model wants {wanted.dtype}")
    return array.astype(wanted.dtype, copy=False)


def _length(arrays: dict[str, np.ndarray], path: Path) -> int:
    lengths = {len(array) for array in arrays.values()}
    if len(lengths) != 1:
        raise Failure("InvalidDataset", f"arrays of {path.name} differ in their number of samples: {sorted(lengths)}")
    return lengths.pop()


class Job:
    """One run of an optimizer in its work folder."""

    def __init__(self, framework: str, engine: str, packages: list[str]):
        self.framework = framework
        self.engine = engine
        self.spec = Spec.read(WORK / "spec.json")
        self.versions = {name: importlib.metadata.version(name) for name in packages}
        self.variant = WORK / "variant"
        self._start = time.monotonic()
        shutil.rmtree(self.variant, ignore_errors=True)
        self.variant.mkdir()

    def progress(self, text: str) -> None:
        print(f"[{time.monotonic() - self._start:7.2f} s] {text}", flush=True)

    def source(self, *suffixes: str) -> Path:
        """The source model: the one file of the source folder with one of the suffixes."""
        folder = self._source()
        found = sorted(path for path in folder.rglob("*") if path.suffix in suffixes)
        if len(found) != 1:
            names = ", ".join(str(path.relative_to(folder)) for path in found) or "none"
            raise Failure(
                "UnsupportedModel", f"the source must hold one {' or '.join(suffixes)} file; found {names}"
            )
        return found[0]

    def checkpoint(self) -> Path | None:
        """The folder of a Hugging Face checkpoint, None when the source is none. Pickled weights are refused."""
        source = self._source()
        configs = sorted(source.rglob("config.json"))
        if not configs or any(source.rglob("*.gguf")):
            return None
        folder = configs[0].parent
        pickled = sorted(path.name for path in source.rglob("*") if path.suffix in PICKLED)
        if pickled:
            raise Failure(
                "UnsupportedModel", f"{pickled[0]} can run code when it is loaded; push the weights as .safetensors"
            )
        if code := sorted(path.name for path in source.rglob("*.py")):
            raise Failure("UnsupportedModel", f"the checkpoint brings code of its own ({code[0]}), which is not run")
        for pattern in ("*.safetensors", "tokenizer.json"):
            if not any(folder.glob(pattern)):
                raise Failure("UnsupportedModel", f"the checkpoint has no {pattern} beside config.json")
        return folder

    def _source(self) -> Path:
        folder = WORK / "source"
        if any(path.is_symlink() for path in folder.rglob("*")):
            raise Failure("UnsupportedModel", "the source holds a symbolic link; push plain files")
        return folder

    def texts(self) -> Texts:
        texts = Texts.read(WORK / "dataset" / "dataset.jsonl", self.spec)
        self.progress(f"{len(texts.calibration)} calibration texts, {len(texts.evaluation)} evaluation texts")
        return texts

    def dataset(self, inputs: list[Input]) -> "Dataset | TextDataset":
        dynamic = [i.name for i in inputs if not i.shape or i.shape[0] not in (None, 1)]
        if dynamic:
            raise Failure(
                "UnsupportedModel",
                f"input {dynamic[0]} has no batch dimension of 1 or any size; export the model with a dynamic batch",
            )
        if (WORK / "dataset" / "dataset.jsonl").exists():
            dataset = self._text_dataset(inputs)
        else:
            dataset = Dataset(WORK / "dataset" / "dataset.npz", inputs, self.spec)
        self.progress(f"{len(dataset.calibration)} calibration samples")
        return dataset

    def _text_dataset(self, inputs: list[Input]) -> "TextDataset":
        from text import TextDataset

        tokenizer = self._beside_model(TOKENIZER)
        if tokenizer is None:
            raise Failure("UnsupportedModel", f"a dataset of texts needs {TOKENIZER} beside the model")
        return TextDataset(self.texts().calibration, tokenizer, inputs, self.spec.max_length)

    def _beside_model(self, name: str) -> Path | None:
        """The file of that name that is nearest to the source's top."""
        return min(self._source().rglob(name), key=lambda path: (len(path.parts), path), default=None)

    def keep_tokenizer(self) -> None:
        """Puts the tokenizer of a text model beside its variant."""
        for name in TOKENIZER_FILES:
            if file := self._beside_model(name):
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
        """Writes ``edgeai.json`` beside a model, with the remarks that there are."""
        descriptor = {
            "engine": self.engine,
            "model": model,
            "options": options,
            "framework": self.framework,
            "technique": self.spec.technique,
            "versions": self.versions,
        } | {name: text for name, text in remarks.items() if text}
        (folder / "edgeai.json").write_text(json.dumps(descriptor, indent=2, sort_keys=True) + "\n")


def size(folder: Path) -> int:
    """Bytes of the files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def finite(outputs: list[np.ndarray], what: str) -> None:
    """A model that answers with NaN or infinity is no variant."""
    for output in outputs:
        if np.issubdtype(output.dtype, np.floating) and not np.isfinite(output).all():
            raise Failure("OptimizationFailed", f"{what} answers with NaN or infinity on a sample of the dataset")


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
        import traceback

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
