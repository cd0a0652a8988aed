"""One recursion per module, on 1-D NumPy arrays: no frames, no dicts, no clock."""
