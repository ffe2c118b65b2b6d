"""What the CPU decides about a variant."""

import platform
from pathlib import Path

from lifecycle import Job


def overflow_fix(work: Job) -> bool:
    """Whether weights take half the int8 range: x86 CPUs without VNNI add int8 products in 16 bits, which overflow.

    The parameter ``overflowFix`` decides for devices that are unlike this node; ``versions`` of the descriptor say what
    was chosen.
    """
    choice = work.parameters["overflowFix"]
    vnni = "vnni" in Path("/proc/cpuinfo").read_text()
    if choice == "auto":
        choice = "enable" if platform.machine() == "x86_64" and not vnni else "disable"
    work.versions["overflow_fix"] = choice
    work.progress(f"overflow fix: {choice} (this CPU has {'' if vnni else 'no '}VNNI)")
    return choice == "enable"
