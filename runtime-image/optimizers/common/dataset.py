"""A job's data: what a model takes, samples of it, and which of a dataset's are for calibration."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contract import Failure, Spec


@dataclass(frozen=True)
class Input:
    """An input of the model: numpy type, and dimensions with None where the model leaves them open."""

    name: str
    dtype: np.dtype
    shape: tuple[int | None, ...]


class Samples:
    """Samples of one split, each as the model takes it: ``{input: array}``.

    ``arrays`` has for each input of the model, by its name, array[samples, *shape of the input] in the input's type;
    ``labels`` is int[samples], a class each, where the dataset has them.
    """

    def __init__(self, arrays: dict[str, np.ndarray], labels: np.ndarray | None = None):
        self.arrays = arrays
        self.labels = labels

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def __iter__(self) -> Iterator[dict[str, np.ndarray]]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, i: int) -> dict[str, np.ndarray]:
        return {name: np.asarray(array[i]) for name, array in self.arrays.items()}


class Dataset:
    """``dataset.npz`` read for one model; the samples that are evaluated are never handed out.

    ``calibration`` has ``calibrationSamples`` samples: drawn by the seed from the arrays ``calibration/<input>`` where
    there are some, else the last in the order of use.
    """

    def __init__(self, path: Path, inputs: list[Input], spec: Spec):
        """Raises: Failure ``DatasetNotFound``, ``InvalidDataset`` where it does not fit the inputs, ``InvalidParameter``."""
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
        if self._labels is not None:
            if self._labels.size != count:
                raise Failure("InvalidDataset", f"labels have shape {self._labels.shape}, expected ({count},)")
            self._labels = self._labels.reshape(count)
        self._order = order(count, self._labels, spec.seed)
        self._evaluated = evaluated(count if calibrated else count - spec.held_back, spec)
        if calibrated:
            available = _length(calibration, path)
            chosen = np.sort(np.random.default_rng(spec.seed).permutation(available)[: spec.calibration_samples])
            self._rest = count
        else:
            self._rest = calibration_start(count, spec)
            chosen = self._order[self._rest :]
        self.calibration = Samples({name: array[chosen] for name, array in calibration.items()})
        self._main = main

    def validation(self, limit: int) -> Samples | None:
        """Labelled samples that are neither calibration nor evaluation; None when there are fewer than limit."""
        if self._labels is None or self._rest - self._evaluated < limit:
            return None
        part = self._order[self._evaluated : self._evaluated + limit]
        return Samples({name: array[part] for name, array in self._main.items()}, self._labels[part])


def order(count: int, labels: np.ndarray | None, seed: int) -> np.ndarray:
    """The order in which samples are used, int[count] of indices into the file: drawn by the seed and, where there are
    labels (int[count]), stratified, so that any stretch has each class in its share.

    The measure container has the same (``SampleOrder.java``): it evaluates the first of it, calibration takes the last.
    """
    draws = [hashlib.sha256(f"{seed}:{i}".encode()).digest()[:8] for i in range(count)]
    drawn = sorted(range(count), key=lambda i: (draws[i], i))
    if labels is None:
        return np.array(drawn, dtype=np.int64)
    classes = labels.tolist()
    sizes, met = Counter(classes), Counter()
    places = np.empty(count)
    for i in drawn:
        places[i] = (2 * met[classes[i]] + 1) / (2 * sizes[classes[i]])
        met[classes[i]] += 1
    return np.array(sorted(drawn, key=places.__getitem__), dtype=np.int64)  # a stable sort keeps equal places as drawn


def evaluated(available: int, spec: Spec) -> int:
    """How many of the available samples are evaluated: those variants are chosen by, and as many that are held out."""
    return min(2 * spec.samples, max(available, 0))


def calibration_start(count: int, spec: Spec) -> int:
    """Place in the order of the first calibration sample in a dataset of ``count`` samples that marks none.

    Raises: Failure ``InvalidParameter`` where some would be evaluated too, which would flatter the variant.
    """
    start = max(count - spec.calibration_samples, 0)
    taken = evaluated(count - spec.held_back, spec)
    if start < taken:
        raise Failure(
            "InvalidParameter",
            f"calibrationSamples {spec.calibration_samples} reach into the {taken} samples that are evaluated; "
            f"{count - taken} of {count} are left",
        )
    return start


def _conform(array: np.ndarray, wanted: Input) -> np.ndarray:
    """The array[samples, *shape] in the input's type, which loses no kind (no float becomes an integer).

    An array with as many axes as the input has the samples in the place of its batch. One with an axis more has whole
    inputs, as of a state whose batch is not its first axis, or of a scalar. ``ArrayFile.java`` has the same rule.
    """
    if array.ndim == len(wanted.shape) and wanted.shape and wanted.shape[0] in (None, 1):
        array = array[:, np.newaxis]
    fits = array.ndim == len(wanted.shape) + 1 and all(
        want is None or want == have for want, have in zip(wanted.shape, array.shape[1:], strict=True)
    )
    if not fits or len(array) == 0:
        shape = ["?" if d is None else d for d in wanted.shape]
        raise Failure(
            "InvalidDataset",
            f"array {wanted.name} has shape {array.shape}, the model takes {shape}: the samples in the place of a first "
            "axis of 1 or any size, or before all others",
        )
    if not np.can_cast(array.dtype, wanted.dtype, "same_kind"):
        raise Failure("InvalidDataset", f"array {wanted.name} is {array.dtype}, the model wants {wanted.dtype}")
    return array.astype(wanted.dtype, copy=False)


def _length(arrays: dict[str, np.ndarray], path: Path) -> int:
    lengths = {len(array) for array in arrays.values()}
    if len(lengths) != 1:
        raise Failure("InvalidDataset", f"arrays of {path.name} differ in their number of samples: {sorted(lengths)}")
    return lengths.pop()


def finite(outputs: list[np.ndarray], what: str) -> None:
    """A model that answers with NaN or infinity is no variant. Raises: Failure ``OptimizationFailed``."""
    for output in outputs:
        if np.issubdtype(output.dtype, np.floating) and not np.isfinite(output).all():
            raise Failure("OptimizationFailed", f"{what} answers with NaN or infinity on a sample of the dataset")
