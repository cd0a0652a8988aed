"""The pattern of several paths fits each of them, in a shell."""

import subprocess

import pytest

from pipeline.fetch.next_command import pattern


@pytest.mark.parametrize(
    ("paths", "folded"),
    [
        (["a/b-1.zip"], "a/b-1.zip"),
        (["a/b-01.zip", "a/b-02.zip"], "a/b-0*.zip"),
        (["r/2024/05/31/X.gz", "r/2024/06/01/X.gz"], "r/2024/0*/*1/X.gz"),
        (["r/a.gz", "r/aa.gz"], "r/a*.gz"),
        (["it is/1.z", "it is/2.z"], "'it is'/*.z"),
        (["/r/@1.z", "/r/@2.z"], "/r/@*.z"),
    ],
)
def test_a_pattern_fits_all_paths(tmp_path, paths, folded):
    assert pattern(paths) == folded
    for path in paths:
        target = tmp_path / path.removeprefix("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    done = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {folded.removeprefix('/')}"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.split("\n")[:-1] == [path.removeprefix("/") for path in paths]
