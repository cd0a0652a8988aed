"""A developer's own Prefect server and Dask scheduler have no part in the tests."""

import os

for _name in ("PREFECT_API_URL", "DASK_SCHEDULER_ADDRESS"):
    os.environ.pop(_name, None)
