"""The wheel carries all it needs: installed elsewhere, the demo runs from any folder."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, _ROOT, at=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of programs of an environment with the wheel; its dependencies are borrowed from this one, not fetched."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    folder = home / "bin"
    (site,) = home.glob("lib/python*/site-packages")
    _run(
        sys.executable, "-m", "pip", "--python", folder / "python", "install", "--no-deps", "--no-index", wheel, at=home
    )
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def _run(*command: object, at: Path) -> str:
    """Run a program in a folder, without what the tests' environment would add; its stdout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, cwd=at, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_code_and_sql_and_nothing_of_the_tests(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {path.name for path in map(_ROOT.joinpath, ("signals", "backtest", "pipeline", "sql"))}
    texts = [*(_ROOT / "sql").rglob("*.sql"), *(_ROOT / "pipeline").rglob("*.sql"), *(_ROOT / "pipeline").rglob("*.js")]
    shipped = {path.relative_to(_ROOT).as_posix() for path in texts}
    assert shipped <= set(names)


def test_the_demo_runs_from_a_foreign_folder(installed: Path, tmp_path: Path):
    where = _run(installed / "python", "-c", "import pipeline, signals; print(pipeline.__file__)", at=tmp_path)
    assert where.startswith(str(installed.parent))
    said = _run(installed / "footprint", "demo", at=tmp_path)
    assert "Tables made from simulated markets" in said
    assert (tmp_path / "data" / "demo" / "footprint.duckdb").exists()
    rows = _run(installed / "footprint", "sql", "@tables", "--lake", "data/demo", at=tmp_path)
    markets = [row.split(",")[0] for row in rows.splitlines()[1:]]
    assert markets == ['"binance-spot"', '"binance-usdm"']
