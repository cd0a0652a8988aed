"""What the README shows is what the program does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A lake made by the demo in a folder of its own, and what the demo printed."""
    folder = tmp_path_factory.mktemp("readme")
    return folder, footprint("demo", folder=folder)


def footprint(*arguments: str, folder: Path) -> str:
    program = [sys.executable, "-c", "from pipeline.cli import main; main()", *arguments]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=True, timeout=120).stdout


def test_shown_rows_are_printed_by_the_demo(demo):
    _, printed = demo
    shown = [line for line in README.splitlines() if line.startswith("  2024-01-02")]
    assert len(shown) == 6
    for line in shown:
        assert line in printed.splitlines()


def test_queries_of_the_readme_run(demo):
    folder, _ = demo
    queries = re.findall(r'footprint sql "([^"]+)"', README)
    assert queries
    for query in queries:
        assert footprint("sql", query, "--lake", "data/demo", folder=folder).count("\n") >= 2


def test_picture_of_the_readme_is_drawn_from_the_demo(demo, tmp_path):
    folder, _ = demo
    script = ROOT / "examples" / "draw_flow.py"
    subprocess.run([sys.executable, str(script), "data/demo", str(tmp_path / "demo.svg")], cwd=folder, check=True)
    assert (tmp_path / "demo.svg").read_text() == (ROOT / "docs" / "images" / "demo.svg").read_text()


def test_links_of_the_readme_lead_somewhere():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_example_configuration_is_valid():
    from pipeline.config import load_config

    config = load_config(ROOT / "examples" / "footprint.toml")
    assert [str(market) for market in config.markets] == ["binance-usdm/BTCUSDT", "binance-coinm/BTCUSD_PERP"]
