"""Deribit: names of options, summaries of their books, replies of its interface."""
