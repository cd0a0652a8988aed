"""What all tests share: no server of the developer's own has a part in them, and files run side by side."""

import os

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)  # how long a case takes says nothing on a busy machine
settings.load_profile("no deadline")

for _name in ("PREFECT_API_URL", "DASK_SCHEDULER_ADDRESS"):
    os.environ.pop(_name, None)
