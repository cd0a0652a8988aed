"""What all tests share: no server of the developer's own has a part in them, and files run side by side."""

import os
from pathlib import Path

import pytest

for _name in ("PREFECT_API_URL", "DASK_SCHEDULER_ADDRESS"):
    os.environ.pop(_name, None)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file is run by one worker, so that what its tests share is made once; and there is one Prefect harness."""
    for item in items:
        group = "flows" if "flows" in item.path.parts else str(item.path.relative_to(Path(__file__).parent))
        item.add_marker(pytest.mark.xdist_group(group))
