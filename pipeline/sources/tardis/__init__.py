"""Tardis.dev: its CSV data sets."""
