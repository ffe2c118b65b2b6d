import sys
import time

import pytest

from worker import Died, Hung, Worker

ECHO = """
import json, os, sys, time
for line in sys.stdin:
    word = json.loads(line)["word"]
    if word == "die": os.kill(os.getpid(), 8)
    if word == "hang": time.sleep(60)
    print("something of a native library", flush=True)
    for _ in range(2): print("\\nconformance " + json.dumps({"said": word}), flush=True)
"""


@pytest.fixture
def worker(tmp_path):
    worker = Worker([sys.executable, "-c", ECHO], {}, tmp_path / "log", limit=3)
    yield worker
    worker.close()


def says(worker, word):
    worker.ask({"word": word})
    return [worker.answer(), worker.answer()]


def test_each_answer_is_read_and_other_lines_are_not(worker):
    assert says(worker, "one") == says(worker, "one") == [{"said": "one"}] * 2


def test_after_a_death_the_next_one_is_answered_by_a_new_process(worker):
    worker.ask({"word": "die"})
    with pytest.raises(Died, match="exit code -8"):
        worker.answer()
    assert says(worker, "two") == [{"said": "two"}] * 2


def test_who_hangs_is_ended_in_time_and_the_rest_goes_on(worker):
    worker.limit = 0.5
    start = time.monotonic()
    worker.ask({"word": "hang"})
    with pytest.raises(Hung):
        worker.answer()
    assert time.monotonic() - start < 3
    worker.limit = 3
    assert says(worker, "three") == [{"said": "three"}] * 2
