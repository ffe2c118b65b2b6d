"""Weights in int8 or int4, computed in floating point: NNCF's weight compression, which needs no calibration."""

import logging

from ir import constants, rest_precision, save, verify, weights

import nncf
import openvino as ov
from nncf.quantization.advanced_parameters import GroupSizeFallbackMode

from contract import Failure
from dataset import Dataset
from lifecycle import Job


def w8(work: Job, model: ov.Model, dataset: Dataset) -> str:
    """Weights become int8, symmetric, with a scale a channel. Returns the parameter ``precision``.

    Raises: as ``compress``.
    """
    return compress(work, model, dataset, {"i8"}, mode=nncf.CompressWeightsMode.INT8_SYM)


def w4(work: Job, model: ov.Model, dataset: Dataset) -> str:
    """Weights of matrix products become int4, symmetric, with a scale for each ``groupSize`` of a row's weights: ``ratio``
    of them, the others and layers that the group size does not divide int8. Returns the parameter ``precision``.

    Raises: as ``compress``.
    """
    return compress(
        work,
        model,
        dataset,
        {"i4"},
        mode=nncf.CompressWeightsMode.INT4_SYM,
        group_size=work.parameters["groupSize"],
        ratio=work.parameters["ratio"],
        advanced_parameters=nncf.AdvancedCompressionParameters(group_size_fallback_mode=GroupSizeFallbackMode.IGNORE),
    )


def compress(work: Job, model: ov.Model, dataset: Dataset, types: set[str], **settings) -> str:
    """Compresses with NNCF's settings and returns the parameter ``precision``.

    ``types`` are OpenVINO's element types (i8, i4) of which one must be among the constants afterwards.
    Raises: Failure ``NoEffect`` when none is, or when more than three quarters of the bytes are left, and
    ``UnsupportedHardware`` for bf16 that the CPU lacks.
    """
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
