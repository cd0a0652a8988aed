"""Trading: what a decision would have been filled at, what that costs, and what it comes to. Linear contracts."""
