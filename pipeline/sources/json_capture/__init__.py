"""Captures of many venues as JSON lines."""
