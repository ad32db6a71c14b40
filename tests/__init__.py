"""Specifications of Concerte, run against real databases, SDKs and browsers."""
