"""Measurements of the book and of the whole path; never imported by the product."""
