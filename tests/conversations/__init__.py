"""Conversations that read like transcripts."""
