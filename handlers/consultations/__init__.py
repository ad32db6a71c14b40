"""Consultations and polls: asked, answered by one voice each, counted, followed."""
