"""The combined forecast: all observations of a minute against the next return, or the next volatility."""
