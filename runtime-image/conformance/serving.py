"""A real `serve` process, asked in binary by a client that shares no code with it."""

import base64
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

LENGTH = "Inference-Header-Content-Length"


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


def serve(java: list[str], environment: dict[str, str], folder: Path, log: Path, limit: float) -> dict:
    """What a server of its own says of the folder's inputs: outputs, refused, died or hung."""
    command = [*java, "dev.edgeai.runtime.cli.EdgeAi", "serve", "--unverified", "--models", str(folder)]
    command += ["--name", "m", "--revision", "r", "--port", "0", "--settle", "0", "-o", "json"]
    said = folder / "serve.out"
    with log.open("ab") as errors, said.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=errors, env=os.environ | environment)
    try:
        deadline = time.monotonic() + limit
        while not (ready := said.read_bytes()).endswith(b"\n"):
            if process.poll() is not None:
                return {"died": f"serve ended before it was ready (exit code {process.returncode})"}
            if time.monotonic() > deadline:
                return {"hung": f"serve was not ready within {limit:g} s"}
            time.sleep(0.05)
        port = json.loads(ready.splitlines()[-1])["port"]
        return _ask(port, json.loads((folder / "inputs.json").read_text()), limit)
    finally:
        process.kill()
        process.wait()
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
