"""Datasets of arrays and of texts, some through whichever framework is installed."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import FRAMEWORK, TECHNIQUE, Work, failed, images, stateful, succeeded

from contract import Failure, Spec
from dataset import Dataset, Input, order
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
        ({"images": images(10)[:, :, :8]}, "the model takes ['?', 3, 16, 16]"),
        ({"images": images(10).astype(np.complex64)}, "images is complex64, the model wants float32"),
        ({"images": images(10), "labels": np.zeros(9, np.int64)}, "labels have shape (9,)"),
    ],
)
def test_a_dataset_that_does_not_fit_the_model_is_refused(work: Work, arrays: dict, words: str):
    work.write_dataset(**arrays)

    failed(work.optimize(FRAMEWORK, TECHNIQUE), "InvalidDataset", words)


def test_an_input_whose_first_axis_is_no_batch_is_whole_in_each_sample(work: Work):
    state = np.arange(400 * 2 * 4, dtype=np.float32).reshape(400, 2, 1, 4)
    work.write_dataset(x=np.zeros((400, 1), np.float32), state=state, rate=np.full(400, 16000))
    float32, int64 = np.dtype(np.float32), np.dtype(np.int64)
    inputs = [Input("x", float32, (None, 1)), Input("state", float32, (2, None, 4)), Input("rate", int64, ())]

    sample = Dataset(work.dataset, inputs, spec()).calibration[0]

    assert {name: array.shape for name, array in sample.items()} == {"x": (1, 1), "state": (2, 1, 4), "rate": ()}
    assert sample["state"].ravel().tolist() == state[order(400, None, 1)[-32]].ravel().tolist()


def test_a_model_with_a_state_and_a_scalar_is_quantized(work: Work):
    stateful(work.source)
    work.write_dataset(
        images=images(200),
        state=np.random.default_rng(1).random((200, 2, 1, 4), dtype=np.float32),
        rate=np.full(200, 3),
    )
    succeeded(work.optimize(FRAMEWORK, TECHNIQUE))


def test_the_measure_container_has_the_same_order():
    """Its tests read the same file: what is evaluated there must not calibrate here."""
    cases = json.loads((Path(__file__).parents[2] / "src/test/resources/sample-order.json").read_text())
    assert cases
    for case in cases:
        labels = None if case["labels"] is None else np.array(case["labels"])
        assert order(case["count"], labels, case["seed"]).tolist() == case["order"]


def test_calibration_is_the_end_of_the_order_and_never_what_is_evaluated(work: Work):
    numbers = np.arange(400, dtype=np.float32).reshape(400, 1)
    labels = np.arange(400) // 100  # sorted by class, as files of exports often are
    work.write_dataset(x=numbers, labels=labels)
    dataset = Dataset(work.dataset, [Input("x", np.dtype(np.float32), (None, 1))], spec())

    expected = order(400, labels, 1).tolist()
    assert dataset.calibration.arrays["x"].ravel().tolist() == expected[368:]
    assert Counter(labels[expected[368:]]) == {0: 8, 1: 8, 2: 8, 3: 8}
    validation = dataset.validation(168)
    assert validation is not None
    assert validation.arrays["x"].ravel().tolist() == expected[200:368]
    assert validation.labels is not None
    assert validation.labels.tolist() == labels[expected[200:368]].tolist()
    assert dataset.validation(169) is None


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

    most = Dataset(work.dataset, inputs, spec(calibration_samples=200)).calibration
    assert most.arrays["x"].ravel().tolist() == order(400, None, 1).tolist()[200:]
    with pytest.raises(Failure, match="201 reach into the 200 samples that are evaluated; 200 of 400 are left"):
        Dataset(work.dataset, inputs, spec(calibration_samples=201))


def test_texts_that_are_evaluated_calibrate_nothing(tmp_path):
    file = tmp_path / "dataset.jsonl"
    file.write_text("".join(json.dumps({"text": f"text {i}"}) + "\n" for i in range(40)))

    texts = Texts.read(file, spec(samples=4))
    assert (len(texts.evaluation), len(texts.held_out)) == (4, 4)
    assert not {*texts.evaluation} & {*texts.held_out, *texts.calibration}
    with pytest.raises(Failure, match="33 reach into the 8 samples") as failure:
        Texts.read(file, spec(samples=4, calibration_samples=33))
    assert failure.value.reason == "InvalidParameter"


def test_a_small_dataset_is_evaluated_as_far_as_it_goes(tmp_path):
    file = tmp_path / "dataset.jsonl"
    file.write_text("".join(json.dumps({"text": f"text {i}"}) + "\n" for i in range(40)))

    texts = Texts.read(file, spec(samples=100))

    assert (len(texts.evaluation), len(texts.held_out), len(texts.calibration)) == (4, 4, 32)
