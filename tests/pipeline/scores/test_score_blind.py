"""Nothing that detects can read the truth of a simulated world: it is handed to the grader, and to nobody else."""

import ast
from pathlib import Path

import pytest

import backtest
import signals
from pipeline.lake import Lake
from pipeline.scores.score_tables import PERP, SPOT, capture_path
from pipeline.simulator.truth import TRUTH
from signals import SIGNALS
from tests.pipeline.lakes import add, digests
from tests.pipeline.worlds import write_world

_READERS = {
    "open",
    "read_parquet",
    "scan_parquet",
    "read_csv",
    "scan_csv",
    "read_bytes",
    "read_text",
    "glob",
    "iterdir",
}


def modules(package) -> dict[str, ast.Module]:
    (folder,) = package.__path__
    return {path.name: ast.parse(path.read_text()) for path in Path(folder).rglob("*.py")}


def calls(tree: ast.Module) -> set[str]:
    """Names of all functions and methods that are called."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called}


@pytest.mark.parametrize("package", [signals, backtest])
def test_no_module_opens_a_file(package):
    assert {name: found for name, tree in modules(package).items() if (found := calls(tree) & _READERS)} == {}


def test_no_signal_speaks_of_truth_or_of_the_simulator():
    spoken = {
        name: node.value
        for name, tree in modules(signals).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "pipeline.simulator" in node.value
    }
    assert spoken == {}


def test_no_signal_takes_a_table_of_the_truth():
    """Contracts are compared: the signal taker_orders has a name that the truth has too, and other columns."""
    truths = {str(table.schema.names()) for table in TRUTH.values()}
    inputs = {one.table.name: one.table for signal in SIGNALS for one in signal.inputs}
    assert {name for name, table in inputs.items() if str(table.schema.names()) in truths} == set()
    assert inputs.keys() & TRUTH.keys() <= {"taker_orders"}


@pytest.mark.slow
def test_garbage_in_the_place_of_the_truth_changes_nothing(tmp_path):
    write_world(tmp_path, seed=4, minutes=1)
    made = []
    for place in ("true", "garbage"):
        lake = Lake(tmp_path / place)
        for market in (PERP, SPOT):
            add(lake, capture_path(tmp_path, market, 100), market=market)
        made.append(digests(lake))
        for path in (tmp_path / "truth").iterdir():
            path.write_bytes(b"garbage")
    assert made[0] == made[1]
