"""The demo market's signals have the digests noted in golden.json; results change on purpose or not at all.

`python -m tests.lookahead.test_lookahead_golden` notes them anew.
"""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from signals import SIGNALS
from tests.lookahead.market import Recording, demo_lines, record, reference_lines

NOTED = Path(__file__).with_name("golden.json")


def golden(recording: Recording) -> dict[str, Any]:
    """Version and digests of the outputs of every signal, by name."""
    found: dict[str, Any] = {}
    for signal in SIGNALS:
        made = [case.whole for case in recording.cases[signal.name]]
        tables = {table.name: pl.concat([frames[table.name] for frames in made]) for table in signal.outputs}
        digests = {name: [frame.height, _digest(frame)] for name, frame in tables.items()}
        found[signal.name] = {"version": signal.version, "rows and digests": digests}
    return found


def _digest(frame: pl.DataFrame) -> str:
    """Of all values in their order; floats to 12 digits, for another machine's exp may differ in the last."""
    rounded = frame.with_columns(pl.selectors.float().round_sig_figs(12))
    return hashlib.sha256(rounded.write_csv(datetime_format="%s%.6f", null_value="null").encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", [signal.name for signal in SIGNALS])
def test_results_change_only_with_the_version(name, recording):
    made = golden(recording("healthy"))
    noted = json.loads(NOTED.read_text()).get(name)
    advice = "note the digests anew: python -m tests.lookahead.test_lookahead_golden"
    assert noted is not None, f"a new signal: {advice}"
    if made[name]["version"] == noted["version"]:
        assert made[name] == noted, (
            f"{name} gives other results under the same version: if that is intended, raise Signal.version "
            f"(partitions made before are stale then) and {advice}; if not, something broke"
        )
    assert made[name] == noted, f"version {made[name]['version']} of {name}: {advice}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        demo = record(folder, demo_lines(folder), reference_lines(folder))
        NOTED.write_text(json.dumps(golden(demo), indent=1) + "\n")
