"""Tables and queries, on both engines."""
