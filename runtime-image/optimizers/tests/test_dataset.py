"""Datasets of arrays and of texts, some through whichever framework is installed."""

import json

import numpy as np
import pytest
from conftest import FRAMEWORK, TECHNIQUE, Work, failed, images

from contract import Failure, Spec
from dataset import Dataset, Input
from text import Texts


def spec(**changes) -> Spec:
    values = dict(
        technique="x",
        parameters={},
        task="Generic",
        samples=100,
        held_back=32,
        calibration_samples=32,
        seed=1,
        threads=1,
    )
    return Spec(**(values | changes))


def test_a_pickled_dataset_is_refused_and_never_run(work: Work):
    class Bomb:
        def __reduce__(self):
            return open, (str(work.folder / "exploded"), "w")

    np.savez(work.dataset, images=np.array([Bomb()], dtype=object))

    failed(work.optimize(FRAMEWORK, TECHNIQUE), "InvalidDataset", "not a plain .npz file")
    assert not (work.folder / "exploded").exists()


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"pictures": images(10)}, "one array for each input (images)"),
        ({"images": images(10)[:, :, :8]}, "the model wants ['samples', 3, 16, 16]"),
        ({"images": images(10).astype(np.complex64)}, "images is complex64, the model wants float32"),
        ({"images": images(10), "labels": np.zeros(9, np.int64)}, "labels have shape (9,)"),
    ],
)
def test_a_dataset_that_does_not_fit_the_model_is_refused(work: Work, arrays: dict, words: str):
    work.write_dataset(**arrays)

    failed(work.optimize(FRAMEWORK, TECHNIQUE), "InvalidDataset", words)


def test_calibration_is_the_end_of_the_file_and_never_of_the_evaluation_split(work: Work):
    numbers = np.arange(400, dtype=np.float32).reshape(400, 1)
    work.write_dataset(x=numbers, labels=np.arange(400))
    dataset = Dataset(work.dataset, [Input("x", np.dtype(np.float32), (None, 1))], spec())

    assert dataset.calibration.arrays["x"].ravel().tolist() == list(range(368, 400))
    validation = dataset.validation(268)
    assert validation is not None
    assert validation.arrays["x"].ravel().tolist() == list(range(100, 368))
    assert validation.labels is not None
    assert validation.labels.tolist() == list(range(100, 368))
    assert dataset.validation(269) is None


def test_calibration_arrays_are_preferred_and_drawn_by_the_seed(work: Work):
    inputs = [Input("x", np.dtype(np.float32), (None, 1))]
    work.write_dataset(x=np.zeros((400, 1), np.float32), **{"calibration/x": np.arange(1.0, 501.0).reshape(500, 1)})

    def drawn(**changes):
        return Dataset(work.dataset, inputs, spec(**changes)).calibration.arrays["x"].ravel().tolist()

    assert len(set(drawn())) == 32
    assert 0.0 not in drawn()
    assert drawn() == drawn()
    assert drawn(seed=2) != drawn()
    assert drawn(calibration_samples=1000) == list(np.arange(1.0, 501.0))


def test_samples_that_are_evaluated_calibrate_nothing(work: Work):
    numbers = np.arange(400, dtype=np.float32).reshape(400, 1)
    work.write_dataset(x=numbers)
    inputs = [Input("x", np.dtype(np.float32), (None, 1))]

    most = Dataset(work.dataset, inputs, spec(calibration_samples=300)).calibration
    assert most.arrays["x"].ravel().tolist() == list(range(100, 400))
    with pytest.raises(Failure, match="301 reach into the 100 samples that are evaluated; 300 of 400 are left"):
        Dataset(work.dataset, inputs, spec(calibration_samples=301))


def test_texts_that_are_evaluated_calibrate_nothing(tmp_path):
    file = tmp_path / "dataset.jsonl"
    file.write_text("".join(json.dumps({"text": f"text {i}"}) + "\n" for i in range(40)))

    assert len(Texts.read(file, spec(samples=8)).evaluation) == 8
    with pytest.raises(Failure, match="33 reach into the 8 samples") as failure:
        Texts.read(file, spec(samples=8, calibration_samples=33))
    assert failure.value.reason == "InvalidParameter"


def test_a_small_dataset_is_evaluated_as_far_as_it_goes(tmp_path):
    file = tmp_path / "dataset.jsonl"
    file.write_text("".join(json.dumps({"text": f"text {i}"}) + "\n" for i in range(40)))

    texts = Texts.read(file, spec(samples=100))

    assert (len(texts.evaluation), len(texts.calibration)) == (8, 32)
