"""Stores of every engine, empty, and blocks to write into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.store.interface import Store
from ledger.store.postgres.store import PostgresStore
from ledger.store.sqlite.connection import create
from ledger.store.sqlite.store import SqliteStore
from tests.postgres import server


def _keep(folder: Path) -> None:
    """Leave a folder to whoever made it."""


@dataclass
class Engine:
    """An engine: how to make a new store in a folder, and how to open it again."""

    name: str
    create: Callable[[Path], None]
    open: Callable[..., Store]
    close: Callable[[Path], None] = _keep


_NAMED = "database"  # the file that says which database of the server a folder's store is


def _create_on_server(folder: Path) -> None:
    (folder / _NAMED).write_text(server().database())


def _open_on_server(folder: Path, **how: Any) -> Store:
    return PostgresStore((folder / _NAMED).read_text(), folder, **how)


def _drop_on_server(folder: Path) -> None:
    server().drop((folder / _NAMED).read_text())


ENGINES = [
    Engine(
        "sqlite",
        lambda folder: create(folder / "ledger.db"),
        lambda folder, **how: SqliteStore(folder / "ledger.db", **how),
    ),
    Engine("postgres", _create_on_server, _open_on_server, _drop_on_server),
]


class Opened:
    """An engine's store in a folder, and whatever was opened of it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self._folder, self._open = engine, folder, []
        engine.create(folder)
        self.store = self.open()

    def open(self, **how: Any) -> Store:
        store = self.engine.open(self._folder, **how)
        self._open.append(store)
        return store

    def close(self) -> None:
        while self._open:
            self._open.pop().close()

    def reopen(self) -> Store:
        self.close()
        self.store = self.open()
        return self.store


@pytest.fixture(params=ENGINES, ids=lambda each: each.name)
def opened(request, tmp_path) -> Iterator[Opened]:
    opened = Opened(request.param, tmp_path)
    yield opened
    opened.close()
    request.param.close(tmp_path)


@pytest.fixture
def store(opened) -> Store:
    return opened.store
