"""The browser, for all tests of the report."""

from tests.browser import browser

__all__ = ["browser"]
