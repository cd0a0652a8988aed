"""A venue that happens to be simulated: exchange core, agents, and the capture a recorder would have made.

It shares no code with what detects in its output. Time is integer microseconds
since 1970 UTC, price integer ticks, size integer lots, side +1 (buy, bid) or -1
(sell, ask).
"""
