"""Scorecards made: simulated markets and recordings scored, the rows explained and written down."""
