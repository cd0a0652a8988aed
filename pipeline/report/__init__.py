"""The report on a market: what it shows, read from a lake and drawn."""
