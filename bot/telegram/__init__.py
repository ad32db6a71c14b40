"""Telegram: long polling in, the Bot API out."""
