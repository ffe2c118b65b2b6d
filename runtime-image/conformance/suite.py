r"""The ONNX backend suite through ours and through Python's same runtimes (docs/conformance.md).

    runtime-image/conformance/run [--only 'node/test_add*'] [--jobs 2] [--work FOLDER]

Each model with its first set of inputs is run by onnxruntime and openvino from PyPI, and by this project: its assessment,
its engines, its server over binary requests, the inference with ones that a server tries before it starts where a model
takes whole numbers, and, for a part, a `serve` of its own. A model that ends or stops a process is noted by name, and the rest goes on in a new one. What is done is kept in
--work: a run that was ended goes on where it was; --again judges anew and keeps only what Python said. Ends with 1 where
a verdict is bad and allowed.txt does not say why.
"""

import argparse
import fnmatch
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from judge import GOOD, judge
from program import RUNNING, Program
from worker import Died, Hung, Worker

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = Path(os.environ.get("EDGEAI_CACHE", Path.home() / ".cache" / "edgeai"))
SUBJECTS = {
    "onnxruntime": ("OnnxRuntime", "model.onnx", {}, ["assess", "engine", "rest"]),
    "openvino": ("OpenVINO", "model.onnx", {"INFERENCE_PRECISION_HINT": "f32"}, ["engine", "rest"]),
    "ir": ("OpenVINO", "model.xml", {"INFERENCE_PRECISION_HINT": "f32"}, ["assess", "engine"]),
}
"""Engine, file, options and stages. An IR is one model more for the engine, and no other kind of request."""

KEYS = ("model", "subject", "stage", "verdict")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="*", metavar="GLOB", help="models, as kind/name (default: all)")
    parser.add_argument("--work", type=Path, default=CACHE / "conformance", help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, help="models at once (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=60, help="seconds for each answer (default: %(default)s)")
    parser.add_argument("--serve-every", type=int, default=40, metavar="N", help="of how many one gets a `serve` of its"
                        " own, beside those whose start died or hung (default: %(default)s; 0: none)")  # fmt: skip
    parser.add_argument("--again", action="store_true", help="forget the verdicts, keep what Python said")
    parser.add_argument("--built", action="store_true", help="take the program as it was compiled last")
    return parser.parse_args()


def check_versions() -> None:
    import onnxruntime
    import openvino

    pom = (ROOT / "pom.xml").read_text()
    for name, ours in (("onnxruntime", onnxruntime.__version__), ("openvino", openvino.__version__.split("-")[0])):
        wanted = re.search(f"<{name}.version>(.*)</{name}.version>", pom)[1]
        if ours != wanted:
            sys.exit(f"requirements.txt has {name} {ours}, but pom.xml {wanted}: they must be the same")


def build() -> None:
    command = ["mvn", "-B", "-q", "-pl", "runtime-image", "-am", "test-compile", "dependency:build-classpath"]
    command += ["-Dmdep.outputFile=target/bench-classpath", "-Dmdep.includeScope=test"]
    subprocess.run(command, cwd=ROOT, check=True)


def java() -> tuple[list[str], dict[str, str]]:
    """The command line up to the class, and the environment."""
    import openvino

    target = ROOT / "runtime-image" / "target"
    classes = f"{target}/test-classes:{target}/classes:{(target / 'bench-classpath').read_text().strip()}"
    command = [f"{os.environ['JAVA_HOME']}/bin/java", "-XX:+UseSerialGC", "-Xmx1g", "-XX:-CreateCoredumpOnCrash"]
    command += ["-XX:+SuppressFatalErrorMessage", "--enable-native-access=ALL-UNNAMED"]
    command += ["--sun-misc-unsafe-memory-access=allow", "-cp", classes]
    libraries = str(Path(openvino.__file__).parent / "libs")
    return command, {"OPENVINO_LIB_DIR": libraries, "ORT_DISABLE_TELEMETRY": "1"}


def prepare(models: Path, only: str) -> list[str]:
    """Writes the models and their inputs, and gives their names."""
    import numpy as np
    import onnx

    from cases import node_cases, stored_cases

    names = []
    for cases in (stored_cases, node_cases):
        for name, model, inputs in cases(only):
            names.append(name)
            folder = models / name
            if (folder / "inputs.npz").exists():
                continue
            for subject, (engine, file, engine_options, _) in SUBJECTS.items():
                (folder / subject).mkdir(parents=True, exist_ok=True)
                descriptor = {"engine": engine, "model": file, "options": engine_options}
                (folder / subject / "edgeai.json").write_text(json.dumps(descriptor))
                if file.endswith(".onnx"):
                    onnx.save(model, folder / subject / file)
            np.savez(folder / "inputs.npz", **{str(i): v for i, v in enumerate(inputs) if v is not None})
    return names


class Results:
    """The verdicts, each kept in a file as soon as it is known."""

    def __init__(self, file: Path, again: bool):
        self.file, self.lock = file, threading.Lock()
        self.known: dict[tuple[str, str, str], dict] = {}
        if again:
            file.unlink(missing_ok=True)
        for line in file.read_text().splitlines() if file.exists() else []:
            result = json.loads(line)
            self.known[result["model"], result["subject"], result["stage"]] = result

    def add(self, model: str, subject: str, stage: str, verdict: str, detail: str) -> None:
        result = {"model": model, "subject": subject, "stage": stage, "verdict": verdict, "detail": detail[:600]}
        with self.lock, self.file.open("a") as out:
            self.known[model, subject, stage] = result
            out.write(json.dumps(result) + "\n")


def takes_whole_numbers(reference: dict) -> bool:
    return any(not port["type"].startswith("float") for port in reference["inputs"])


class Runner:
    """Takes models through every stage, with processes of its own."""

    def __init__(self, arguments: argparse.Namespace, results: Results, number: int):
        self.arguments, self.results = arguments, results
        command, environment = java()
        self.log = arguments.work / f"log-{number}"
        reference = [sys.executable, str(HERE / "reference.py")]
        self.python = Worker(reference, {"ORT_DISABLE_TELEMETRY": "1"}, self.log, arguments.limit)
        self.ours = Worker([*command, "dev.edgeai.runtime.bench.Conformance"], environment, self.log, arguments.limit)
        self.program = Program([*command, "dev.edgeai.runtime.cli.EdgeAi"], environment, self.log, arguments.limit)

    def run(self, name: str, sampled: bool) -> None:
        for subject, (*_, stages) in SUBJECTS.items():
            folder = self.arguments.work / "models" / name / subject
            left = [stage for stage in stages if (name, subject, stage) not in self.results.known]
            if left:
                self.stages(name, subject, folder, left)
            if "rest" in stages and "answers" in (reference := self.reference(subject, folder)):
                self.start(name, subject, folder, reference, sampled)

    def start(self, name: str, subject: str, folder: Path, reference: dict, sampled: bool) -> None:
        """As a server starts: a guess of whole numbers is tried in a process of its own."""
        if (name, subject, "start") not in self.results.known and takes_whole_numbers(reference):
            answer = self.program.trial(folder)
            self.results.add(name, subject, "start", *judge("start", reference, answer))
        fatal = self.results.known.get((name, subject, "start"), {}).get("verdict") in ("died", "hung")
        if (sampled or fatal and self.arguments.serve_every) and (name, subject, "serve") not in self.results.known:
            self.results.add(name, subject, "serve", *judge("serve", reference, self.program.serve(folder)))

    def stages(self, name: str, subject: str, folder: Path, left: list[str]) -> None:
        reference = self.reference(subject, folder)
        while left:
            if not (folder / SUBJECTS[subject][1]).exists():
                for stage in left:
                    self.results.add(name, subject, stage, "neither", "Python makes no IR of it")
                return
            self.ours.ask({"folder": str(folder), "stages": left})
            while left:
                stage, left = left[0], left[1:]
                try:
                    answer = self.ours.answer()
                except Died as e:
                    answer = {"died": str(e)}
                except Hung as e:
                    answer = {"hung": str(e)}
                self.results.add(name, subject, stage, *judge(stage, reference, answer))
                if "died" in answer or "hung" in answer:
                    break

    def reference(self, subject: str, folder: Path) -> dict:
        kept = folder / "reference.json"
        if not kept.exists():
            self.python.ask({"subject": subject, "folder": str(folder)})
            try:
                reference = self.python.answer()
            except (Died, Hung) as e:
                reference = {"refused": f"in Python {e}"}
            kept.write_text(json.dumps(reference))
        return json.loads(kept.read_text())

    def close(self) -> None:
        self.python.close()
        self.ours.close()


def run_all(arguments: argparse.Namespace, names: list[str], results: Results) -> None:
    todo: queue.SimpleQueue = queue.SimpleQueue()
    for number, name in enumerate(names):
        todo.put((number, name))

    def work(number: int) -> None:
        runner = Runner(arguments, results, number)
        try:
            while True:
                at, name = todo.get_nowait()
                runner.run(name, bool(arguments.serve_every) and at % arguments.serve_every == 0)
                if at % 50 == 0:
                    print(f"{at} of {len(names)}: {name}", file=sys.stderr, flush=True)
        except queue.Empty:
            pass
        finally:
            runner.close()

    with ThreadPoolExecutor(arguments.jobs) as pool:
        for done in [pool.submit(work, number) for number in range(arguments.jobs)]:
            done.result()  # a fault of the suite itself ends it


def allowances() -> list[list[str]]:
    lines = (HERE / "allowed.txt").read_text().splitlines()
    return [[part.strip() for part in line.split("|")] for line in lines if line and not line.startswith("#")]


def allowed(result: dict, rules: list[list[str]]) -> bool:
    return any(all(fnmatch.fnmatchcase(result[key], rule[i]) for i, key in enumerate(KEYS)) for rule in rules)


def tell(results: list[dict]) -> int:
    """Prints the table and what is bad, and gives how many of these have no reason."""
    rules = allowances()
    counts = Counter((r["subject"], r["stage"], r["verdict"]) for r in results)
    verdicts = sorted({verdict for _, _, verdict in counts}, key=lambda v: (v not in GOOD, v))
    print("| subject | stage | models | " + " | ".join(verdicts) + " |")
    print("|---" * (3 + len(verdicts)) + "|")
    for subject, stage in dict.fromkeys((r["subject"], r["stage"]) for r in results):
        row = [counts[subject, stage, verdict] for verdict in verdicts]
        print(f"| {subject} | {stage} | {sum(row)} | " + " | ".join(str(n) if n else "" for n in row) + " |")
    named = [r for r in results if r["verdict"] == "refused by name" and r["stage"] == "engine"]
    for (subject, sentence), count in sorted(Counter((r["subject"], r["detail"]) for r in named).items()):
        print(f"refused by name: {subject}, {sentence}: {count}")
    unexplained = 0
    for r in results:
        if r["verdict"] not in GOOD:
            known = allowed(r, rules)
            unexplained += not known
            print("allowed:" if known else "BAD:", *(r[key] for key in KEYS), r["detail"])
    return unexplained


def end(*_: object) -> None:
    for process in list(RUNNING):
        process.kill()
    os._exit(1)  # the threads would go on


def main() -> None:
    arguments = options()
    for wish in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wish, end)
    check_versions()
    if not arguments.built:
        build()
    arguments.work.mkdir(parents=True, exist_ok=True)
    names = prepare(arguments.work / "models", arguments.only)
    results = Results(arguments.work / "verdicts.jsonl", arguments.again)
    run_all(arguments, names, results)
    chosen = set(names)
    sys.exit(1 if tell([r for r in results.known.values() if r["model"] in chosen]) else 0)


if __name__ == "__main__":
    main()
