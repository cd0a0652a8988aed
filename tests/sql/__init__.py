"""Tests of what analysts read: views, checks and worked queries."""
