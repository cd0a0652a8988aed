"""OKX: its public archive."""
