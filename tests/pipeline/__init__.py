"""Tests of the outside world: sources, lake, plan, drivers, catalogue, command line."""
