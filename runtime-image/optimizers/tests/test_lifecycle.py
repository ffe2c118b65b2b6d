"""A job from its folder to its end, run through whichever framework is installed."""

from conftest import FRAMEWORK, TECHNIQUE, Work, failed, succeeded


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


def test_the_parameter_calibration_samples_goes_before_the_evaluation_s(work: Work):
    outcome = succeeded(work.optimize(FRAMEWORK, TECHNIQUE, calibrationSamples="16"))

    assert "16 calibration samples" in outcome.output
