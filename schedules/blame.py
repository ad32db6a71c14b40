"""Where a fault came from, in words that name nobody: for the logs."""

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
