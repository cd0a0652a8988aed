"""The version of the installed package."""

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """As installed; "0+unknown" when run from a folder that was never installed."""
    try:
        return version("mm-footprint")
    except PackageNotFoundError:
        return "0+unknown"
