"""Where a fault came from, and what is wrong with the database, in words that name nobody: for logs and `/readyz`."""

from sqlalchemy.exc import DBAPIError

_OURS = ("bot", "handlers", "schedules", "storage")


def blame(error: BaseException) -> tuple[str, str]:
    """The class of an error and the innermost place in our code that it came from; nothing that anyone wrote."""
    trace = error.__traceback__
    place = "?"
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.split(".")[0] in _OURS:
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return type(error).__name__, place


# By the beginning of SQLite's names for errors and of PostgreSQL's states.
_TROUBLES = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk cannot be written or read: it is full, or broken",
    "SQLITE_BUSY": "another program holds the database",
    "SQLITE_LOCKED": "another program holds the database",
    "SQLITE_READONLY": "the file of the database may not be written",
    "SQLITE_CANTOPEN": "the file of the database cannot be opened",
    "SQLITE_CORRUPT": "the file of the database is damaged: restore a backup",
    "SQLITE_NOTADB": "the file of the database is damaged: restore a backup",
    "08": "the database cannot be reached",
    "53100": "the disk of the database server is full",
    "53": "the database server has no room for more",
    "57P": "the database server ends or begins",
}


def trouble(error: BaseException) -> str:
    """What keeps the database from working, as a clause; the class of the error where it is not known."""
    if isinstance(error, TimeoutError):
        return "the database does not answer"
    original = getattr(error, "orig", None)
    name = str(getattr(original, "sqlite_errorname", "") or getattr(original, "sqlstate", "") or "")
    for beginning, words in _TROUBLES.items():
        if name.startswith(beginning):
            return words
    if isinstance(error, DBAPIError) and not name and error.connection_invalidated:
        return _TROUBLES["08"]
    if not name and type(original).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout"):
        return _TROUBLES["08"]  # psycopg gives no state to a connection that was never made, or broke
    return type(error).__name__
