"""Contracts of the normalised tables: what every source is translated into, and what is kept of how it went.

Times are UTC microseconds. Prices are in quote per base, quantities in base units
unless a name says otherwise. `taker_side` is +1 when the taker bought.
"""
