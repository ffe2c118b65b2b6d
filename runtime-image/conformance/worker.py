"""A process that answers a line of JSON with lines of JSON, and may die or hang at any of them."""

import json
import os
import selectors
import subprocess
import time
from pathlib import Path

MARK = b"conformance "  # native libraries print too


class Died(Exception):
    """The process ended before it had answered."""


class Hung(Exception):
    """The process did not answer in time, and was ended."""


class Worker:
    """One process at a time; a new one is started after one that died or hung.

    command: its command line; log: takes its stderr; limit: seconds for each answer.
    """

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, limit: float):
        self.command, self.environment, self.log, self.limit = command, environment, log, limit
        self.process: subprocess.Popen | None = None
        self.pending = b""

    def ask(self, request: dict) -> None:
        if self.process is None or self.process.poll() is not None:
            self.close()
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    self.command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=os.environ | self.environment,
                )
            self.pending = b""
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer will be missing

    def answer(self) -> dict:
        """The next one. Raises Died (with the exit code in its words) or Hung."""
        deadline = time.monotonic() + self.limit
        while True:
            line = self._line(deadline)
            if line.startswith(MARK):
                return json.loads(line[len(MARK) :])

    def _line(self, deadline: float) -> bytes:
        output = self.process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while b"\n" not in self.pending:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self.close()
                    raise Hung(f"no answer within {self.limit:g} s")
                read = os.read(output.fileno(), 1 << 16)
                if not read:
                    code = self.process.wait()
                    self.close()
                    raise Died(f"the process died (exit code {code})")
                self.pending += read
        line, _, self.pending = self.pending.partition(b"\n")
        return line

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None
