"""Strict fake servers of the platforms."""
