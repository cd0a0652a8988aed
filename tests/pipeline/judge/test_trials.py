"""The trial registry: nothing lost beside other writers, and a sentence for a line that is none."""

import json
import subprocess
import sys
from datetime import date

import pytest

from backtest.trial import Trial
from pipeline.errors import FootprintError
from pipeline.judge.trials import REGISTRY, code_digest, cut_short, register, registered

DAYS = {date(2024, 1, day): day / 3 for day in range(1, 29)}
ONE = Trial("reversion", "c", "d", {"z_in": 2.0, "entry": "taker"}, DAYS)


def test_what_is_registered_is_read_again(tmp_path):
    assert registered(tmp_path, "reversion") == []
    register(tmp_path, [ONE, ONE])
    register(tmp_path, [Trial("other", "c", "d", {}, {})])
    assert registered(tmp_path, "reversion") == [ONE, ONE]
    assert len(registered(tmp_path, "other")) == 1


_WRITER = """
import sys
from datetime import date, timedelta
from pathlib import Path
from backtest.trial import Trial
from pipeline.judge.trials import register
days = {date(2024, 1, 1) + timedelta(day): day / 7 for day in range(400)}
for number in range(60):
    register(Path(sys.argv[1]), [Trial("reversion", sys.argv[2], "d", {"number": number}, days)] * 3)
"""


def test_two_processes_at_once_tear_no_line(tmp_path):
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), name]) for name in ("a", "b")]
    assert [writer.wait() for writer in writers] == [0, 0]
    found = registered(tmp_path, "reversion")
    assert len(found) == 360
    for name in ("a", "b"):
        numbers = [trial.config["number"] for trial in found if trial.code == name]
        assert numbers == [number for number in range(60) for _ in range(3)]
    assert {len(trial.returns) for trial in found} == {400}


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"family": "reversion"}',
        "[1, 2]",
        "null",
        '{"family":"f","code":"","data":"","config":{},"returns":{"x":1}}',
    ],
)
def test_a_broken_line_is_named_with_its_number(tmp_path, line):
    register(tmp_path, [ONE])
    with (tmp_path / REGISTRY).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(FootprintError, match="line 2 of the trial registry") as raised:
        registered(tmp_path, "reversion")
    assert raised.value.fault.code == "FP002"
    assert "move the file aside" in str(raised.value)


def _cut_registry(root, kept):
    """A registry of one whole line and the first `kept` bytes of a second."""
    register(root, [ONE, ONE])
    whole = (root / REGISTRY).read_bytes()
    (root / REGISTRY).write_bytes(whole[: len(whole) // 2 + kept])
    return len(whole) // 2


def test_a_line_cut_short_is_set_aside_and_counted_and_poisons_nothing(tmp_path):
    _cut_registry(tmp_path, kept=40)
    assert registered(tmp_path, "reversion") == [ONE]
    assert cut_short(tmp_path) == [2]
    register(tmp_path, [ONE])
    assert registered(tmp_path, "reversion") == [ONE, ONE]
    assert cut_short(tmp_path) == [2]
    assert (tmp_path / REGISTRY).read_text().split("\n")[1].endswith(" (cut short)")


@pytest.mark.parametrize("marked", range(1, len(" (cut short)")))
def test_a_kill_while_the_mark_is_written_poisons_nothing(tmp_path, marked):
    _cut_registry(tmp_path, kept=40)
    with (tmp_path / REGISTRY).open("a") as file:
        file.write(" (cut short)"[:marked])
    register(tmp_path, [ONE])
    assert registered(tmp_path, "reversion") == [ONE, ONE]
    assert cut_short(tmp_path) == [2]


def test_a_whole_last_line_that_lacks_only_its_end_is_a_trial(tmp_path):
    length = _cut_registry(tmp_path, kept=0)
    path = tmp_path / REGISTRY
    path.write_bytes(path.read_bytes()[: length - 1])
    assert registered(tmp_path, "reversion") == [ONE]
    register(tmp_path, [ONE])
    assert registered(tmp_path, "reversion") == [ONE, ONE]
    assert cut_short(tmp_path) == []


def test_a_number_that_is_none_is_not_registered(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        register(tmp_path, [Trial("reversion", "c", "d", {}, {date(2024, 1, 1): float("nan")})])
    assert registered(tmp_path, "reversion") == []


def test_a_line_says_when_and_the_digest_of_the_code_is_one(tmp_path):
    register(tmp_path, [ONE])
    row = json.loads((tmp_path / REGISTRY).read_text())
    assert row["tried_at"].endswith("+00:00")
    assert code_digest() == code_digest()
    assert len(code_digest()) == 16
