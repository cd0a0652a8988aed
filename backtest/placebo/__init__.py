"""Placebos: the reversion rule with what it claims taken out, so that whatever still pays is something else."""
