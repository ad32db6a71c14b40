"""A process that has imported Concerte and waits: each run of the command line in the tests is a fork of it.

To import everything takes a second of the processor, which a hundred runs would pay each. A fork is a process like any
other, with its own memory, sockets and end; what it runs is `python -m bot` from its first line. The bench starts real
ones, and so do the tests of a command's beginning and end.

`python -m tests.warm SOCKET`: one connection for each run, whose first packet is the arguments, the environment and the
folder as JSON with the descriptors of standard input and output; the answers are its number and, in the end, its code.
It ends when its standard input does.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Mapping

PACKET = 65_536  # bytes at most
_IMPORTED = (
    "bot.cli",
    "bot.running",
    "bot.rehearsal",
    "bot.asking",
    "bot.checking",
    "bot.exporting",
    "bot.importing",
    "bot.slack.channel",
    "bot.telegram.channel",
    "bot.web.server",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
)


def main(path: str) -> None:
    """Serve until our standard input ends; in a fork, be the command that was asked for."""
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # a fork that looks for garbage among all this would copy it
    assert threading.active_count() == 1, "only a process of one thread can be forked"
    if asked := _serve(path):
        arguments, env, folder = asked
        os.environ.clear()
        os.environ.update(env)
        os.chdir(folder)
        sys.argv = ["concerte", *arguments]
        runpy.run_module("bot", run_name="__main__", alter_sys=True)


def _serve(path: str) -> tuple[list[str], Mapping[str, str], str] | None:
    """Fork for each who asks. Returns twice: what was asked in each fork, None here in the end."""
    living: dict[int, socket.socket] = {}
    awake, waker = socket.socketpair()
    waker.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener, selectors.DefaultSelector() as ready:
        listener.bind(path)
        listener.listen(64)
        for watched in (listener, awake, 0):
            ready.register(watched, selectors.EVENT_READ)
        os.write(1, b"ready\n")
        while True:
            for key, _ in ready.select():
                if key.fileobj == 0:
                    return None
                if key.fileobj is awake:
                    awake.recv(4096)
                    _tell_the_ends(living)
                    continue
                asker, _ = listener.accept()
                request, (given, taken), *_ = socket.recv_fds(asker, PACKET, 2)
                if (pid := os.fork()) == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for mine in (asker, awake, waker, *living.values()):
                        mine.close()
                    for ours, standard in ((given, 0), (taken, 1), (taken, 2)):
                        os.dup2(ours, standard)
                    os.close(given)
                    os.close(taken)
                    arguments, env, folder = json.loads(request)
                    return arguments, env, folder
                os.close(given)
                os.close(taken)
                living[pid] = asker
                asker.send(str(pid).encode())


def _tell_the_ends(living: dict[int, socket.socket]) -> None:
    while living:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with living.pop(pid) as asker, contextlib.suppress(OSError):  # who asked may be gone
            asker.send(str(os.waitstatus_to_exitcode(status)).encode())


if __name__ == "__main__":
    main(sys.argv[1])
