"""The entry point: `concerte`, and `python -m bot`."""

import signal


def main() -> None:
    """Read the program, then do what its command says."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where whoever started us wants it ignored
        # Ctrl-C ends it without a word while it is read: nothing has begun yet that a traceback could tell of.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from bot.cli import app

    app()


if __name__ == "__main__":
    main()
