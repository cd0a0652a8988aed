"""Inference: what a number measured on dependent data, after many trials, can be held to. Arrays in, numbers out."""
