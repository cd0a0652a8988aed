"""A Prefect server on the loopback that ends with the process it was started for.

python -m pipeline.prefect_server PORT PARENT
"""

import sys

from pipeline.pool import die_with_parent
from pipeline.prefect_api import settle_prefect


def serve(port: int, parent: int) -> None:
    """Serve API, UI and schedules until terminated, or until `parent` has gone in whatever way."""
    die_with_parent(parent)
    settle_prefect()
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(final=True), host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    serve(*map(int, sys.argv[1:3]))
