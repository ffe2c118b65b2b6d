"""Real processes of the program `edgeai`; a server is asked in binary by a client that shares no code with it."""

import base64
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

LENGTH = "Inference-Header-Content-Length"
TRIAL = "trial-inference "  # TrialInference: "loaded", then "failed: …"


def body(inputs: list[dict]) -> tuple[bytes, int]:
    """A request in the binary tensor extension, and how many of its bytes are JSON."""
    data = [base64.b64decode(tensor["data"]) for tensor in inputs]
    described = [
        {key: tensor[key] for key in ("name", "datatype", "shape")} | {"parameters": {"binary_data_size": len(raw)}}
        for tensor, raw in zip(inputs, data, strict=True)
    ]
    head = json.dumps({"inputs": described, "parameters": {"binary_data_output": True}}).encode()
    return head + b"".join(data), len(head)


def outputs(answer: bytes, json_length: int) -> list[dict]:
    told = json.loads(answer[:json_length])["outputs"]
    found, at = [], json_length
    for output in told:
        size = output["parameters"]["binary_data_size"]
        data = base64.b64encode(answer[at : at + size]).decode()
        found.append({key: output[key] for key in ("name", "datatype", "shape")} | {"data": data})
        at += size
    return found


RUNNING: set[subprocess.Popen] = set()
"""Servers that whoever is ended has to end: unlike a worker, one does not end with its caller."""


class Program:
    """The program `edgeai`, each call a process of its own.

    command: Java up to the main class; log: takes what it tells; limit: seconds until it is ready, and for an answer.
    """

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, limit: float):
        self.command, self.environment, self.log, self.limit = command, os.environ | environment, log, limit

    def trial(self, folder: Path) -> dict:
        """What the inference at the start comes to: outputs (none are shown), refused, died or hung."""
        trial = {"folder": str(folder), "descriptor": json.loads((folder / "edgeai.json").read_text()), "threads": 1}
        command = [*self.command, "trial-inference", json.dumps(trial)]
        try:
            with self.log.open("ab") as log:
                run = subprocess.run(
                    command, stdout=subprocess.PIPE, stderr=log, env=self.environment, timeout=self.limit, check=False
                )
        except subprocess.TimeoutExpired:
            return {"hung": f"no end within {self.limit:g} s"}
        said = [line for line in run.stdout.decode(errors="replace").splitlines() if line.startswith(TRIAL)]
        if len(said) > 1:
            return {"refused": said[1].removeprefix(TRIAL)}
        return {"outputs": []} if run.returncode == 0 else {"died": f"the process died (exit code {run.returncode})"}

    def serve(self, folder: Path) -> dict:
        """What a server says of the folder's inputs: outputs, refused, died or hung."""
        command = [*self.command, "serve", "--unverified", "--models", str(folder)]
        command += ["--name", "m", "--revision", "r", "--port", "0", "-o", "json"]
        said = folder / "serve.out"
        with self.log.open("ab") as log, said.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=log, env=self.environment)
        RUNNING.add(process)
        try:
            deadline = time.monotonic() + self.limit
            while not (ready := said.read_bytes()).endswith(b"\n"):
                if process.poll() is not None:
                    return {"died": f"serve ended before it was ready (exit code {process.returncode})"}
                if time.monotonic() > deadline:
                    return {"hung": f"serve was not ready within {self.limit:g} s"}
                time.sleep(0.05)
            port = json.loads(ready.splitlines()[-1])["port"]
            return _ask(port, json.loads((folder / "inputs.json").read_text()), self.limit)
        finally:
            process.kill()
            process.wait()
            RUNNING.discard(process)
            said.unlink()


def _ask(port: int, inputs: list[dict], limit: float) -> dict:
    sent, length = body(inputs)
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v2/models/m/infer", data=sent)
    request.add_header(LENGTH, str(length))
    request.add_header("Content-Type", "application/octet-stream")
    try:
        with urllib.request.urlopen(request, timeout=limit) as answer:
            return {"outputs": outputs(answer.read(), int(answer.headers[LENGTH]))}
    except urllib.error.HTTPError as e:
        return {"refused": e.read().decode(errors="replace")}
    except TimeoutError:
        return {"hung": f"no answer within {limit:g} s"}
    except OSError as e:
        return {"died": f"the server went away: {e}"}
