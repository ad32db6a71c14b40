"""Announcements: staff write, choose who is meant, see what will happen, confirm, and follow what became of it."""
