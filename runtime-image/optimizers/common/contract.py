"""What an optimizer and the operator agree on (docs/contracts.md): the specification that is read from the work folder,
the descriptor that is written beside a variant, and how a job fails. Plain Python; arrays are in dataset.py."""

import json
from dataclasses import dataclass
from pathlib import Path

DESCRIPTOR = "edgeai.json"
MESSAGE_LIMIT = 1000  # characters of a termination message's sentence
CLASSIFICATION = {"ImageClassification", "TextClassification", "AudioClassification", "Tabular"}
TEXT = {"TextClassification", "TextEmbedding", "TextGeneration"}


class Failure(Exception):
    """Ends the job: a reason in PascalCase that the operator shows, and a sentence for people.

    Reasons that optimizers give: ``UnsupportedTechnique``, ``InvalidParameter`` (the trial asks for what there is not),
    ``UnsupportedModel`` (the source), ``DatasetNotFound``, ``InvalidDataset``, ``UnsupportedHardware``, ``NoEffect``
    (the variant would be no other than its source), ``AccuracyNotReached``, ``TimedOut``, ``OutOfMemory``,
    ``OptimizationFailed`` (the framework failed, or its model answers with NaN), ``InternalError`` (``spec.json``).
    """

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Spec:
    """The part of TrialSpec that an optimizer needs."""

    technique: str
    parameters: dict[str, str]  # as they were asked for, not yet looked at
    task: str
    samples: int  # that variants are chosen by; as many are held out of the choice
    held_back: int  # samples, the last in the order of use, that are not evaluated
    calibration_samples: int  # of them or, by the parameter of that name, another number
    seed: int
    threads: int

    @staticmethod
    def read(path: Path) -> "Spec":
        """Raises: Failure ``InternalError`` for what is no trial's specification."""
        try:
            spec = json.loads(path.read_text())
            evaluation = spec["evaluation"]
            parameters = dict(spec.get("parameters") or {})
            held_back = max(1, int(evaluation["calibrationSamples"]))
            return Spec(
                technique=spec["technique"],
                parameters=parameters,
                task=spec["task"],
                samples=int(evaluation["samples"]),
                held_back=held_back,
                calibration_samples=held_back,
                seed=int(spec["seed"]),
                threads=int(spec["threads"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise Failure("InternalError", f"{path.name} is not a trial's specification: {e!r}") from e


def describe(folder: Path, descriptor: dict[str, object]) -> None:
    """Writes the descriptor beside a model, without what is None; the same descriptor gives the same bytes."""
    known = {name: value for name, value in descriptor.items() if value is not None}
    (folder / DESCRIPTOR).write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
