"""Writes docs/results.md from the runs on standard input (kubectl get or -A -o json)."""

import json
import sys


def percent(value, digits=1):
    return "" if value is None else f"{100 * float(value):.{digits}f} %"


def interval(estimate, text):
    return "" if estimate is None else f"{text(estimate['value'])} [{text(estimate['lower'])}, {text(estimate['upper'])}]"


def quality(trial):
    """The task metric kept, else likeness to the baseline, with its interval and samples."""
    comparison = trial.get("comparison") or {}
    kept = comparison.get("accuracyRetention")
    found = kept or comparison.get("fidelity")
    if found is None:
        return ""
    return f"{interval(found, lambda v: percent(v))} ({found['samples']}{'' if kept else ', likeness'})"


def divergence(trial):
    language = (trial.get("comparison") or {}).get("language")
    return "" if not language else interval(language["klDivergence"], lambda v: f"{float(v):.4f}")


def speedup(trial):
    comparison = trial.get("comparison") or {}
    if not comparison:
        return ""
    found = comparison.get("speedup")
    return interval(found, lambda v: f"{float(v):.2f}x") if found else "not measured"


def footprint(measurement):
    peak, engine = measurement.get("peakMemoryBytes"), measurement.get("engineMemoryBytes")
    return "not measured" if peak is None else f"{max(0, peak - engine) / 1e6:.1f} MB"


def verdict(trial):
    if trial["phase"] == "Accepted":
        return "passes"
    return f"{trial['phase'].lower()}: {trial.get('reason', '')} {trial.get('message', '')}".replace("|", "/").strip()


def row(*cells):
    return "| " + " | ".join(str(c) for c in cells) + " |"


def table(run):
    status = run["status"]
    front = status.get("paretoFront", [])
    chosen = (status.get("selected") or {}).get("trial")
    yield row("", "variant", "kept", "KL, nats", "speed-up", "footprint", "size", "verdict")
    yield row(*["---"] * 8)
    base = status.get("baseline")
    if base:
        yield row("", "baseline, " + base["engine"], "", "", "", footprint(base), f"{base['sizeBytes'] / 1e6:.2f} MB", "")
    for trial in status.get("trials", []):
        measured = trial.get("measurement") or {}
        mark = "**chosen**" if trial["name"] == chosen else "front" if trial["name"] in front else ""
        size = f"{measured['sizeBytes'] / 1e6:.2f} MB" if measured else ""
        name = trial["name"] + (" (screened only)" if trial.get("depth") == "Screening" else "")
        yield row(
            mark, name, quality(trial), divergence(trial), speedup(trial), footprint(measured) if measured else "", size,
            verdict(trial),
        )


def section(run):
    status, spec = run["status"], run["spec"]
    metadata = run["metadata"]
    model = metadata.get("labels", {}).get("edgeai.dev/model", metadata["name"])
    yield f"## {model} on {status.get('accelerator', spec['accelerator'])}"
    assessment = status.get("assessment") or {}
    if assessment:
        yield (
            f"{assessment['format']}, {assessment['architecture']}, {assessment['parameters']:,} weights of"
            f" {assessment['precision']}, {assessment['sizeBytes'] / 1e6:.1f} MB. Task {spec['task']}."
        )
        yield ""
    yield from table(run)
    yield ""
    selected = status.get("selected")
    conditions = [c for c in status.get("conditions", []) if c["type"] in ("Ready", "Stalled") and c["status"] == "True"]
    yield f"Chosen: {selected['reason']}." if selected else f"None chosen: {conditions[0]['message'] if conditions else status.get('phase')}"
    yield ""


def main():
    runs = [r for r in json.load(sys.stdin)["items"] if r.get("status", {}).get("phase") in ("Succeeded", "Failed")]
    runs.sort(key=lambda r: (r["metadata"].get("labels", {}).get("edgeai.dev/model", ""), r["spec"]["accelerator"]))
    print("# What the frameworks do to real models")
    print()
    print(
        "Written by `e2e/results` from the status of the runs of `examples/` on the embedded cluster. Intervals are 95 %;"
        " in brackets behind what is kept stands the number of samples (tokens of a language model). What each number means:"
        " [measurement](measurement.md)."
    )
    print()
    for run in runs:
        print("\n".join(section(run)))


main()
