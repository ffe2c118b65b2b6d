"""Makes GGUF variants of a language model with llama.cpp's own tools: those of techniques.py.

A Hugging Face checkpoint is converted to ``baseline/model.gguf`` (F16) first.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from contract import Failure
from lifecycle import WORK, Job, main
from techniques import FRAMEWORK

LLAMA_CPP = Path(os.environ.get("EDGEAI_LLAMA_CPP", "/opt/llama.cpp"))
sys.path.insert(0, str(LLAMA_CPP / "gguf-py"))

import gguf

MODEL = "model.gguf"
BASELINE = WORK / "baseline"
TYPES = {
    "f16": "F16",
    "q8-0": "Q8_0",
    "q6-k": "Q6_K",
    "q5-k-m": "Q5_K_M",
    "q4-k-m": "Q4_K_M",
    "q4-0": "Q4_0",
    "iq4-xs": "IQ4_XS",
}
FULL = {"F32", "F16", "BF16"}
CONTEXT = 256  # tokens a piece of calibration text
LAST_LINES = 3  # of a tool that failed, for the message


def optimize() -> None:
    work = Job(FRAMEWORK)
    work.versions["llama.cpp"] = (LLAMA_CPP / "version").read_text().strip()
    technique = work.spec.technique
    importance = work.parameters.get("imatrix", False)  # a type that ignores one has no such parameter
    checkpoint = work.source.checkpoint()
    source = convert(work, checkpoint) if checkpoint else work.source.file(".gguf")
    if technique == "baseline":
        work.variant.rmdir()
        work.progress("baseline done" if checkpoint else "the source is GGUF: it is the baseline as it is")
        return
    model = read(source)
    refuse_quantized(source, model)
    if technique == "f16" and all(t.tensor_type.name == "F16" for t in model.tensors if len(t.shape) > 1):
        raise Failure("NoEffect", "the baseline is F16 already")
    with tempfile.TemporaryDirectory(dir=WORK) as scratch:
        matrix = importance_matrix(work, source, Path(scratch)) if importance else None
        note = quantize(work, source, matrix)
    verify(model, source, work.variant / MODEL)
    work.finish(MODEL, {}, note)


def convert(work: Job, checkpoint: Path) -> Path:
    """The technique ``baseline``: writes the checkpoint as GGUF, which variants are made of and measured against.

    Matrices become F16, vectors F32; returns the file. Raises: Failure ``UnsupportedModel`` for what is not converted.
    """
    shutil.rmtree(BASELINE, ignore_errors=True)
    BASELINE.mkdir()
    target = BASELINE / MODEL
    work.progress("converting the checkpoint to GGUF")
    script = Path(__file__).with_name("convert.py")
    # Neither lazy tensors, which need torch's, nor all of them in memory.
    options = ["--outfile", target, "--outtype", "f16", "--no-lazy", "--use-temp-file", "--model-name", "source"]
    run([sys.executable, "-W", "ignore", script, LLAMA_CPP, checkpoint, *options], "UnsupportedModel")
    work.describe(BASELINE, MODEL, {})
    work.progress(f"converted, {target.stat().st_size} bytes")
    return target


def refuse_quantized(source: Path, model: gguf.GGUFReader) -> None:
    """Raises: Failure ``UnsupportedModel`` when a tensor is not in F32, F16 or BF16."""
    quantized = Counter(t.tensor_type.name for t in model.tensors if t.tensor_type.name not in FULL)
    if quantized:
        found = ", ".join(f"{count} tensors {name}" for name, count in sorted(quantized.items()))
        raise Failure(
            "UnsupportedModel",
            f"{source.name} is quantized already ({found}), and doing it twice adds up the errors; "
            "push it as F16, BF16 or F32 GGUF, or as a Hugging Face checkpoint",
        )


def importance_matrix(work: Job, source: Path, scratch: Path) -> Path:
    """llama-imatrix's file in ``scratch``, computed of the calibration texts in pieces of CONTEXT tokens.

    Raises: as ``Texts.read``; Failure ``InvalidDataset`` for texts of fewer than CONTEXT tokens together.
    """
    texts = work.texts().calibration
    (scratch / "calibration.txt").write_text("\n".join(texts), "utf-8")
    work.progress("computing the importance matrix")
    matrix = scratch / "imatrix.gguf"
    # Names without a folder: the tool writes them into the model.
    arguments = ["-m", source, "-f", "calibration.txt", "-o", matrix.name, "--no-ppl", "-t", work.spec.threads]
    sizes = ["-c", CONTEXT, "-b", CONTEXT, "-ub", CONTEXT]
    needed = f"calibration texts must have {CONTEXT} tokens at least"
    try:
        run([LLAMA_CPP / "llama-imatrix", *arguments, *sizes], "InvalidDataset", cwd=scratch)
    except Failure as e:  # on a busy machine the tool may end before it has printed why
        raise Failure(e.reason, f"{e} ({needed})") from e
    if not matrix.exists():
        raise Failure("InvalidDataset", f"llama-imatrix wrote no importance matrix: {needed}")
    return matrix


def quantize(work: Job, source: Path, matrix: Path | None) -> str | None:
    """All techniques but ``baseline``: llama-quantize writes ``variant/model.gguf`` in the technique's type.

    Takes the GGUF source (F32, F16 or BF16) and an importance matrix or None; returns a sentence on tensors that got
    another type than asked for, None when there are none. Raises: Failure ``OptimizationFailed``.
    """
    fallbacks: Counter[str] = Counter()

    def follow(line: str) -> None:
        if step := re.match(r"\[\s*(\d+)/\s*(\d+)\]", line):
            done, total = int(step[1]), int(step[2])
            if done % max(total // 5, 1) == 0:
                work.progress(f"{done} of {total} tensors")
        elif fallback := re.search(r"falling back to\s+(\w+)", line):
            fallbacks[fallback[1].upper()] += 1

    options = ["--imatrix", matrix.name] if matrix else []
    arguments = [source, work.variant / MODEL, TYPES[work.spec.technique], work.spec.threads]
    folder = matrix.parent if matrix else WORK
    run([LLAMA_CPP / "llama-quantize", *options, *arguments], "OptimizationFailed", follow, folder)
    if not fallbacks:
        return None
    kinds = ", ".join(f"{count} in {kind}" for kind, count in sorted(fallbacks.items()))
    note = f"tensors whose rows do not fit the type's blocks, stored wider: {kinds}"
    work.progress(note)
    return note


def verify(before: gguf.GGUFReader, source: Path, variant: Path) -> None:
    """The variant is a readable model with the same tensors, and smaller.

    Raises: Failure ``UnsupportedModel``, ``OptimizationFailed``, ``NoEffect``.
    """
    after = read(variant)
    if {t.name for t in before.tensors} != {t.name for t in after.tensors}:
        raise Failure("OptimizationFailed", "the variant has other tensors than its source")
    if variant.stat().st_size >= source.stat().st_size:
        raise Failure("NoEffect", f"the variant is no smaller than its source of {source.stat().st_size} bytes")


def read(path: Path) -> gguf.GGUFReader:
    """Raises: Failure ``UnsupportedModel``."""
    try:
        return gguf.GGUFReader(path)
    except Exception as e:  # the reader checks little: a broken file fails in many ways
        raise Failure("UnsupportedModel", f"{path.name} is not a readable GGUF file: {type(e).__name__}: {e}") from e


def run(command: list, reason: str, follow: Callable[[str], None] = lambda line: None, cwd: Path = WORK) -> None:
    """Runs a tool and hands each line of its output over; its last lines are the message when it fails.

    Raises: Failure with that reason.
    """
    last: list[str] = []
    with subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cwd, errors="replace",
        text=True,
    ) as process:
        for line in filter(None, map(str.strip, process.stdout or ())):
            follow(line)
            last = [*last, line][-LAST_LINES:]
    if process.returncode:
        raise Failure(reason, f"{Path(str(command[0])).name} ended with {process.returncode}: {' / '.join(last)}")


if __name__ == "__main__":
    main(optimize)
