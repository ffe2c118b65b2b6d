"""Unpacks the sentence-embedding model MiniLM and makes a labelled dataset of text for it.

Usage: prepare.py <langchain4j's MiniLM jar> <vaderSentiment source distribution> <output folder>

``<output>/v1`` holds the model in float32 (``model.onnx``: ``input_ids``, ``attention_mask`` and ``token_type_ids`` int64
[N,tokens], output float32[N,tokens,384], mean pooling) and its ``tokenizer.json``. ``<output>/reviews.jsonl`` holds
snippets of film reviews that people rated as clearly good (label 1) or bad (0), as many of each (Hutto and Gilbert,
ICWSM 2014, MIT), and calibration lines without labels. ``<output>/models.json`` says what was made.
"""

import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np

MODEL, TOKENIZER = "all-minilm-l6-v2.onnx", "all-minilm-l6-v2-tokenizer.json"
RATINGS = "hutto_ICWSM_2014"
STRONG = 1.5  # of a valence from -4 to 4: raters agreed
EVALUATION, CALIBRATION = 1000, 128


def snippets(package: Path) -> list[tuple[float, str]]:
    """Mean valence and text of each snippet."""
    with tarfile.open(package) as outer:
        member = next(m for m in outer.getmembers() if m.name.endswith(f"{RATINGS}.tar.gz"))
        with tarfile.open(fileobj=io.BytesIO(outer.extractfile(member).read())) as inner:
            lines = inner.extractfile(f"{RATINGS}/movieReviewSnippets_GroundTruth.txt").read().decode().splitlines()
    rows = (line.split("\t", 2) for line in lines)
    return [(float(valence), text.strip()) for _, valence, text in rows]


def main() -> None:
    jar, package, output = map(Path, sys.argv[1:])
    (output / "v1").mkdir(parents=True)
    with zipfile.ZipFile(jar) as archive:
        (output / "v1" / "model.onnx").write_bytes(archive.read(MODEL))
        (output / "v1" / "tokenizer.json").write_bytes(archive.read(TOKENIZER))
    random = np.random.default_rng(0)
    rated = snippets(package)
    good = [text for valence, text in rated if valence >= STRONG]
    bad = [text for valence, text in rated if valence <= -STRONG]
    labelled = []
    calibration = []
    for label, texts in ((0, bad), (1, good)):
        order = random.permutation(len(texts))
        half, rest = EVALUATION // 2, CALIBRATION // 2
        labelled += [{"text": texts[i], "label": label} for i in order[:half]]
        calibration += [{"text": texts[i], "split": "calibration"} for i in order[half : half + rest]]
    lines = [labelled[i] for i in random.permutation(len(labelled))] + calibration
    (output / "reviews.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = {"bytes": (output / "v1" / "model.onnx").stat().st_size, "texts": len(labelled), "calibration": len(calibration)}
    print(report)
    (output / "models.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
