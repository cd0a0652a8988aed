"""Power: whether the reversion rule, and the judge, would find a pressure of inventory that is known to be there."""
