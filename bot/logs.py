"""What reaches the logs: our own lines, and of the libraries only that something happened and where.

PTB, slack_sdk, httpx and aiosqlite print bodies, addresses (with the token in them) and parameters at DEBUG, and some
of them at WARNING and above. Their words are never let through, whatever the level of the root logger.
"""

import logging
import re
import sys

LIBRARIES = (
    "aiohttp",
    "aiosqlite",
    "alembic",
    "apscheduler",
    "asyncio",  # prints the exception of a task that nobody awaited
    "httpcore",
    "httpx",
    "markdown_it",
    "psycopg",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "telegram",
)
# A Telegram bot token, with or without the path it stands in; Slack tokens; the ticket of a socket.
_SECRETS = re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}|\bx(?:ox[a-z]|app)-[A-Za-z0-9-]+|(?<=ticket=)[^&\s\"']+")

log = logging.getLogger(__name__)


def redacted(text: str) -> str:
    """The text without tokens."""
    return _SECRETS.sub("…", text)


def library_logger(name: str, level: int = logging.WARNING) -> logging.Logger:
    """A logger to hand to a library: some look at its own level only, and print bodies when it has none."""
    logger = logging.getLogger(name)
    logger.setLevel(level)
    return logger


class _Summary(logging.Handler):
    """Says that a library had a warning or an error: which logger, where in it, the class of the error; no words."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "no exception"
        log.log(record.levelno, "%s: %s, line %d (%s)", record.name, record.funcName, record.lineno, error)


class _Redaction(logging.Filter):
    """Takes tokens out of every record, its arguments and its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if (clean := redacted(message)) != message:
            record.msg, record.args = clean, ()
        if record.exc_info and record.exc_info[0] is not None:
            # What an exception says may be anything: its class and the places it went through are enough.
            record.exc_text = record.exc_info[0].__name__
        return True


def quiet_libraries() -> None:
    """Let no library write its own words to the logs, and no token pass; may be called again."""
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.propagate = False
        library.setLevel(logging.WARNING)
        if not any(isinstance(handler, _Summary) for handler in library.handlers):
            library.addHandler(_Summary(logging.WARNING))
    for handler in logging.getLogger().handlers:
        if not any(isinstance(present, _Redaction) for present in handler.filters):
            handler.addFilter(_Redaction())


def log_to_stderr(level: int = logging.INFO) -> None:
    """Write the logs to stderr, one line each, tokens taken out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    quiet_libraries()
