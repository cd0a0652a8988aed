"""The outside world: sources, lake, plan, drivers, warehouse, export, command line."""
