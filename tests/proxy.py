"""A way to the PostgreSQL of the tests that can be cut or frozen: the database goes away and comes back."""

import asyncio
from types import TracebackType
from typing import Self

from sqlalchemy import make_url


class Proxy:
    """`async with Proxy(url) as proxy:` passes everything between `proxy.url` and the server of `url` (a socket)."""

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        folder = self._target.query["host"]
        assert isinstance(folder, str)
        self._socket = f"{folder}/.s.PGSQL.{self._target.query.get('port', 5432)}"
        self._port = 0
        self._server: asyncio.Server | None = None
        self._open = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.restore()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """The address of the database through here."""
        database, user = self._target.database, self._target.username or "postgres"
        return f"postgresql://{user}@127.0.0.1:{self._port}/{database}?sslmode=disable&gssencmode=disable"

    async def cut(self) -> None:
        """The server is gone: open connections break, new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        self._open.set()

    async def restore(self) -> None:
        """The server is there again, at the same address."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self._open.set()

    def freeze(self) -> None:
        """Nothing passes any more, and nothing breaks either."""
        self._open.clear()

    def thaw(self) -> None:
        """Everything passes again, what was kept back first."""
        self._open.set()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._socket)
        for end in (writer, back):
            self._writers.add(end)
        ways = [asyncio.create_task(self._pump(reader, back)), asyncio.create_task(self._pump(there, writer))]
        self._tasks.update(ways)
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, back):
            end.transport.abort()
            self._writers.discard(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            return
