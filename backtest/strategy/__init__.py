"""Judging a strategy: its trades in numbers with their errors, against placebos, trials and factors."""
