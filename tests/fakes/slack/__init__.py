"""A small, strict Slack: Web API, Socket Mode and HTTP events on the loopback address. Start at `server.FakeSlack`."""
