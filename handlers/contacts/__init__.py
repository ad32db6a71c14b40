"""Whom to ask: the public contacts, listed and found by name, organisation or responsibility."""
