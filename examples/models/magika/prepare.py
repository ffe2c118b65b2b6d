"""Makes a dataset for the file-type classifier Magika out of files of this machine.

Usage: prepare.py <magika wheel> <output folder> <folder to look for files in>...

``<output>/v1/model.onnx`` is the model as published: input ``bytes`` int32[N,2048], output float32[N,214].
``<output>/test.npz`` holds files as the model sees them and their types, taken from their file names, so a few are
wrong. ``<output>/models.json`` says how often the model agrees.
"""

import json
import os
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime

FOLDER = "magika/models/standard_v3_3"
TYPES = {  # file name ending to label; those that several languages share are left out (.h, .pl)
    ".c": "c",
    ".cpp": "cpp",
    ".css": "css",
    ".gif": "gif",
    ".go": "go",
    ".gz": "gzip",
    ".html": "html",
    ".java": "java",
    ".jpg": "jpeg",
    ".js": "javascript",
    ".json": "json",
    ".md": "markdown",
    ".pdf": "pdf",
    ".php": "php",
    ".png": "png",
    ".py": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".rst": "rst",
    ".sh": "shell",
    ".svg": "svg",
    ".tcl": "tcl",
    ".ttf": "ttf",
    ".whl": "zip",
    ".xml": "xml",
    ".yaml": "yaml",
    ".yml": "yaml",
}
OF_A_TYPE = 40  # at most, so that no type decides the accuracy
MIN_BYTES, MAX_BYTES = 64, 4 << 20


def features(content: bytes, config: dict) -> np.ndarray:
    """The first and last bytes without the whitespace around them, as Magika's own reader takes them."""
    block, padding = config["block_size"], config["padding_token"]
    size = config["beg_size"]
    start = content[:block].lstrip() if len(content) > block else content.strip()
    end = content[-block:].rstrip() if len(content) > block else content.strip()
    start, end = start[:size], end[-size:]
    values = np.full(2 * size, padding, np.int32)
    values[: len(start)] = np.frombuffer(start, np.uint8)
    values[2 * size - len(end) :] = np.frombuffer(end, np.uint8)
    return values


def files(folders: list[str], known: set[str]) -> dict[str, list[bytes]]:
    """Contents by label, no two of them the same, drawn at random from all folders."""
    paths: dict[str, list[Path]] = {}
    for folder in folders:
        for root, _, names in os.walk(folder):
            for path in (Path(root, name) for name in names):
                label = TYPES.get(path.suffix)
                if label in known and not path.is_symlink() and path.is_file() and os.access(path, os.R_OK):
                    paths.setdefault(label, []).append(path)
    random = np.random.default_rng(0)
    found: dict[str, list[bytes]] = {}
    for label, all_of_it in sorted(paths.items()):
        contents: dict[bytes, None] = {}
        for path in random.permutation(sorted(all_of_it)):
            if len(contents) < OF_A_TYPE and MIN_BYTES <= path.stat().st_size <= MAX_BYTES:
                contents[path.read_bytes()] = None
        found[label] = list(contents)
    return found


def main() -> None:
    wheel, output, *folders = sys.argv[1:]
    output = Path(output)
    with zipfile.ZipFile(wheel) as package:
        config = json.loads(package.read(f"{FOLDER}/config.min.json"))
        (output / "v1").mkdir(parents=True)
        (output / "v1" / "model.onnx").write_bytes(package.read(f"{FOLDER}/model.onnx"))
    labels = config["target_labels_space"]
    found = files(folders, set(labels))
    pairs = [(features(content, config), labels.index(label)) for label, all in found.items() for content in all]
    order = np.random.default_rng(0).permutation(len(pairs))
    samples = np.stack([pairs[i][0] for i in order])
    classes = np.array([pairs[i][1] for i in order], np.int64)
    np.savez_compressed(output / "test.npz", bytes=samples, labels=classes)
    session = onnxruntime.InferenceSession(output / "v1" / "model.onnx", providers=["CPUExecutionProvider"])
    scores = np.concatenate([session.run(None, {"bytes": samples[i : i + 64]})[0] for i in range(0, len(samples), 64)])
    right = scores.argmax(1) == classes
    report = {
        "files": len(samples),
        "accuracy": round(float(right.mean()), 4),
        "types": {
            label: [len(all), round(float(right[classes == labels.index(label)].mean()), 3)]
            for label, all in found.items()
        },
    }
    print(report)
    (output / "models.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
