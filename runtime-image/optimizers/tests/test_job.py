"""What all optimizers share, run through whichever framework is installed."""

import numpy as np
import pytest
from conftest import FRAMEWORK, TECHNIQUE, Work, failed, images, succeeded

import job

IMAGES = [job.Input("images", np.dtype(np.float32), (None, 3, 16, 16))]


def spec(**changes) -> job.Spec:
    values = dict(
        technique="x", parameters={}, task="Generic", samples=100, calibration_samples=32, seed=1, threads=1
    )
    return job.Spec(**(values | changes))


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


def test_a_missing_dataset_a_missing_source_and_a_link_are_refused(work: Work):
    link = work.source.with_name("link.onnx")
    link.symlink_to("/etc/passwd")
    failed(work.optimize(FRAMEWORK, TECHNIQUE), "UnsupportedModel", "symbolic link")
    link.unlink()

    work.dataset.unlink()
    failed(work.optimize(FRAMEWORK, TECHNIQUE), "DatasetNotFound", "dataset.npz is missing")

    work.source.unlink()
    failed(work.optimize(FRAMEWORK, TECHNIQUE), "UnsupportedModel", "found none")


def test_a_parameter_that_would_be_ignored_is_refused(work: Work):
    failed(work.optimize(FRAMEWORK, TECHNIQUE, presett="mixed"), "InvalidParameter", "has no parameter presett")


def test_a_failed_job_leaves_no_variant_of_an_earlier_one(work: Work):
    succeeded(work.optimize(FRAMEWORK, TECHNIQUE))
    work.dataset.unlink()

    failed(work.optimize(FRAMEWORK, TECHNIQUE), "DatasetNotFound", "")


def test_calibration_is_the_end_of_the_file_and_never_of_the_evaluation_split(work: Work):
    numbers = np.arange(400, dtype=np.float32).reshape(400, 1)
    work.write_dataset(x=numbers, labels=np.arange(400))
    dataset = job.Dataset(work.dataset, [job.Input("x", np.dtype(np.float32), (None, 1))], spec())

    assert dataset.calibration.arrays["x"].ravel().tolist() == list(range(368, 400))
    validation = dataset.validation(268)
    assert validation is not None
    assert validation.arrays["x"].ravel().tolist() == list(range(100, 368))
    assert validation.labels is not None
    assert validation.labels.tolist() == list(range(100, 368))
    assert dataset.validation(269) is None


def test_calibration_arrays_are_preferred_and_drawn_by_the_seed(work: Work):
    inputs = [job.Input("x", np.dtype(np.float32), (None, 1))]
    work.write_dataset(x=np.zeros((400, 1), np.float32), **{"calibration/x": np.arange(1.0, 501.0).reshape(500, 1)})

    def drawn(**changes):
        return job.Dataset(work.dataset, inputs, spec(**changes)).calibration.arrays["x"].ravel().tolist()

    assert len(set(drawn())) == 32
    assert 0.0 not in drawn()
    assert drawn() == drawn()
    assert drawn(seed=2) != drawn()
    assert drawn(calibration_samples=1000) == list(np.arange(1.0, 501.0))


@pytest.mark.parametrize("value", ["-1", "2", "much", "nan"])
def test_a_number_outside_its_range_is_refused(value: str):
    with pytest.raises(job.Failure, match="maxDrop must be a number from 0 to 1"):
        spec(parameters={"maxDrop": value}).number("maxDrop", 0.01, 0, 1)


def test_the_parameter_calibration_samples_goes_before_the_evaluation_s_and_measure_s_are_let_be(work: Work):
    parameters = {"calibrationSamples": "16", "measure.pairs": "100"}
    outcome = succeeded(work.optimize(FRAMEWORK, TECHNIQUE, **parameters))

    assert "16 calibration samples" in outcome.output
