"""The judge at work on a lake: backtests, tearsheets, forecasts, power, and the registry of what was tried."""
