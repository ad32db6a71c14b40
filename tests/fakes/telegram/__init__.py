"""A small, strict Telegram: the Bot API over real HTTP, for the real client library. Enter by `server.FakeTelegram`."""
