"""The browser: a channel of its own, whose platform is this database."""
