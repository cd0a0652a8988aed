"""Stylised facts: what real markets of this kind are known to do, to hold simulated ones against."""
