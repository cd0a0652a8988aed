"""Who trades in the simulated market: one agent per file, all by the protocol `clock.Agent`."""
