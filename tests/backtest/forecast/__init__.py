"""Claims about the combined forecast."""
