"""What commands write for the person at the terminal."""

import sys


def say(line: str = "", *, error: bool = False) -> None:
    """One line, written at once; a closed pipe is no fault of ours."""
    stream = sys.stderr if error else sys.stdout
    try:
        print(line, file=stream, flush=True)
    except BrokenPipeError:
        sys.exit(0)
