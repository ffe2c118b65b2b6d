"""One run of Olive: the config is written, ``olive run --config`` is run, and what it left is looked at.

Olive exits with 0 when a pass fails, so success is an output model and nothing else.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from contract import Failure
from dataset import Input, Samples
from lifecycle import Job

DATA = "dc_calibration"  # no name of a file: Olive would take that for a path
# Olive asks for telemetry and model hubs when it is imported.
QUIET = {"CI": "1", "OLIVE_DISABLE_TELEMETRY": "1", "ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}


@dataclass(frozen=True)
class Output:
    """The written model, and the session options that Olive found best, by their ONNX Runtime names."""

    model: Path
    session_options: dict


def run(
    work: Job, folder: Path, source: Path, inputs: list[Input], samples: Samples, passes: list[dict], tune: bool
) -> Output:
    """Runs passes one after the other; with tune every list in their settings is searched for the lowest latency.

    ``folder`` is scratch; ``samples`` are calibration samples for these inputs (array[1, ...] each).
    Raises: Failure ``OptimizationFailed`` with the last error of Olive's log.
    """
    config = folder / "config.json"
    config.write_text(json.dumps(configuration(folder, source, inputs, samples, passes, tune), indent=2))
    names = ", ".join(p["type"] for p in passes)
    work.progress(f"olive run: {names}")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "olive", "run", "--config", config],
        cwd=folder,
        env=os.environ | QUIET | {"OMP_NUM_THREADS": str(work.spec.threads), "HOME": str(folder), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    written = folder / "output" / "model.onnx"
    if done.returncode != 0 or not written.is_file():
        print(done.stdout, flush=True)
        raise Failure("OptimizationFailed", f"Olive left no model of {names}: {reason(done.stdout)}")
    work.progress("Olive is done")
    attributes = json.loads((folder / "output" / "model_config.json").read_text())["config"]
    return Output(written, (attributes.get("inference_settings") or {}).get("session_options") or {})


def configuration(
    folder: Path, source: Path, inputs: list[Input], samples: Samples, passes: list[dict], tune: bool
) -> dict:
    config = {
        "input_model": {"type": "ONNXModel", "model_path": str(source)},
        "systems": {
            "local": {
                "type": "LocalSystem",
                "accelerators": [{"device": "cpu", "execution_providers": ["CPUExecutionProvider"]}],
            }
        },
        "data_configs": [calibration(folder / "calibration", inputs, samples)],
        "passes": {f"pass_{i}": settings for i, settings in enumerate(passes)},
        "host": "local",
        "target": "local",
        "cache_dir": str(folder / "cache"),
        "output_dir": str(folder / "output"),
        "log_severity_level": 1,
    }
    if tune:
        latency = {"name": "latency", "type": "latency", "data_config": DATA, "sub_types": [{"name": "avg", "priority": 1}]}
        config |= {
            "search_strategy": {"execution_order": "joint", "sampler": "sequential"},
            "evaluators": {"latency": {"metrics": [latency]}},
            "evaluator": "latency",
        }
    return config


def calibration(folder: Path, inputs: list[Input], samples: Samples) -> dict:
    """Olive's raw data: a folder for each input, a file for each sample."""
    directories = [str(i) for i in range(len(inputs))]
    for directory, item in zip(directories, inputs, strict=True):
        (folder / directory).mkdir(parents=True)
        for number, sample in enumerate(samples):
            sample[item.name].tofile(folder / directory / f"{number:06}.bin")
    first = samples[0]
    parameters = {
        "data_dir": str(folder),
        "input_names": [i.name for i in inputs],
        "input_types": [str(i.dtype) for i in inputs],
        "input_shapes": [list(first[i.name].shape) for i in inputs],
        "input_dirs": directories,
        "input_suffix": ".bin",
    }
    return {"name": DATA, "type": "RawDataContainer", "load_dataset_config": {"params": parameters}}


def reason(log: str) -> str:
    """The last exception of Olive's log that says more than that a pass failed, else its last error."""
    found = re.findall(r"^[\w.]*(?:Error|Exception|Fail|InvalidArgument|NotImplemented)\b ?:.*", log, re.MULTILINE)
    found = [line for line in found if "OlivePassError" not in line] or found
    found = found or re.findall(r"\[ERROR\] \[[^]]*\] (.*)", log)
    return found[-1].strip() if found else "its log names no error"
