"""The application: wiring, command line, settings, inbound gateway, one folder per channel."""
