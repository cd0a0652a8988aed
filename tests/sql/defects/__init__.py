"""Defects by the check that must find them."""

from tests.sql.defects import book, lake, makers, regimes, tape

DEFECTS: dict[str, list[str]] = lake.DEFECTS | book.DEFECTS | tape.DEFECTS | makers.DEFECTS | regimes.DEFECTS
