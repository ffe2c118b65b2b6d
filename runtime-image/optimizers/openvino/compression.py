"""Weights in int8 or int4, computed in floating point: NNCF's weight compression, which needs no calibration."""

import logging

from ir import constants, rest_precision, save, verify, weights

import nncf
import openvino as ov
from nncf.quantization.advanced_parameters import GroupSizeFallbackMode

from job import Dataset, Failure, Job


def w8(work: Job, model: ov.Model, dataset: Dataset) -> str:
    work.spec.allow("precision")
    return compress(work, model, dataset, {"i8"}, mode=nncf.CompressWeightsMode.INT8_SYM)


def w4(work: Job, model: ov.Model, dataset: Dataset) -> str:
    work.spec.allow("precision", "groupSize", "ratio")
    return compress(
        work,
        model,
        dataset,
        {"i4"},
        mode=nncf.CompressWeightsMode.INT4_SYM,
        group_size=int(work.spec.choice("groupSize", "64", "32", "128", "256")),
        ratio=work.spec.number("ratio", 1, 0, 1),
        advanced_parameters=nncf.AdvancedCompressionParameters(group_size_fallback_mode=GroupSizeFallbackMode.IGNORE),
    )


def compress(work: Job, model: ov.Model, dataset: Dataset, types: set[str], **settings) -> str:
    nncf.set_log_level(logging.WARNING)
    work.versions["nncf"] = nncf.__version__
    precision = rest_precision(work)
    before = sum(constant.get_byte_size() for constant in constants(model))
    compressed = nncf.compress_weights(model, **settings)
    found = {constant.get_element_type().get_type_name() for constant in constants(compressed)}
    if not found & types:
        raise Failure("NoEffect", f"no weights could be stored as {', '.join(types)}; types: {', '.join(sorted(found))}")
    save(work, compressed)
    after = weights(work).stat().st_size
    work.progress(f"weights compressed from {before} to {after} bytes")
    if after > 0.75 * before:
        raise Failure("NoEffect", f"the weights take {after} bytes of {before} before; few of them could be compressed")
    verify(work, dataset, precision)
    return precision
