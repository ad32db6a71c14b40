"""Engines that share what was compiled: SQLAlchemy compiles each statement once for a pytest worker, not for each test.

An application has one engine for days, thousands of tests have one each; without this a third of their time goes into
compiling the same statements, and into the garbage that this leaves.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.dialects import plugins
from sqlalchemy.engine import CreateEnginePlugin
from sqlalchemy.util import LRUCache

from storage.database import normalise_url
from storage.models import Base

NO_SECRET = "none"
_NAME, _AMONG = "concerte_tests", "sharing_among"
_STATEMENTS = 4000  # that are kept
_known: dict[tuple[str, str], tuple[Dialect, LRUCache[Any, Any]]] = {}


def sharing(url: str, among: str = NO_SECRET) -> str:
    """The same database, for an engine that shares.

    A dialect passes on its secret: engines with one share `among` those that have the same.
    """
    pairs = [("plugin", _NAME), (_AMONG, among)]
    return make_url(url).update_query_pairs(pairs).render_as_string(hide_password=False)


def make_tables(url: str) -> None:
    """All tables, in a database that has none."""
    driver = "sqlite" if url.startswith("sqlite") else "postgresql+psycopg"
    engine = create_engine(normalise_url(url).set(drivername=driver))
    Base.metadata.create_all(engine)
    engine.dispose()


@cache
def _empty_file() -> bytes:
    with tempfile.TemporaryDirectory(prefix="concerte-template-") as folder:
        make_tables(f"sqlite:///{folder}/template.db")
        return (Path(folder) / "template.db").read_bytes()


def new_sqlite(folder: Path) -> str:
    """The URL of a new SQLite database in that folder, with all tables: copying them is quicker than making them."""
    (folder / "concerte.db").write_bytes(_empty_file())
    return f"sqlite:///{folder / 'concerte.db'}"


NewDatabase = Callable[[], AbstractContextManager[str]]


@contextmanager
def a_sqlite() -> Iterator[str]:
    """The URL of a new SQLite database with all tables, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="concerte-test-") as folder:
        yield new_sqlite(Path(folder))


class SharedStatements(CreateEnginePlugin):
    """What is compiled belongs to a dialect. The first that has met its server is given to all later engines."""

    def __init__(self, url: URL, kwargs: dict[str, Any]) -> None:
        self._among = str(url.query[_AMONG])

    def update_url(self, url: URL) -> URL:
        """The address, as its driver understands it."""
        return url.difference_update_query([_AMONG])

    def engine_created(self, engine: Engine) -> None:
        kind = engine.dialect.driver, self._among
        if kind not in _known:
            met = engine.dialect

            @event.listens_for(engine, "connect")
            def meet(_connection: object, _record: object) -> None:
                _known.setdefault(kind, (met, LRUCache(_STATEMENTS)))

            return
        dialect, statements = _known[kind]
        if self._among == NO_SECRET:
            assert not hasattr(dialect, "concerte_sealer"), "an engine with a secret shares with those that have none"
        engine.dialect = dialect
        engine.update_execution_options(compiled_cache=statements)


plugins.register(_NAME, __name__, SharedStatements.__name__)
