"""The channels against strict fake servers."""
