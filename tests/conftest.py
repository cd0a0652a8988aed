"""What all tests share: no server of the developer's own has a part in them, and files run side by side."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("no deadline", deadline=None)  # how long a case takes says nothing on a busy machine
settings.load_profile("no deadline")

for _name in ("PREFECT_API_URL", "DASK_SCHEDULER_ADDRESS"):
    os.environ.pop(_name, None)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file is run by one worker, so that what its tests share is made once."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(Path(__file__).parent))))
