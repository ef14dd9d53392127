"""What a drill does to the node that leads the database, and what that node says to a write once it goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from ledger.errors import SetupError
from ledger.store.postgres.connection import connect
from ledger.store.postgres.severing import within
from tests.drill.patroni import Node

_WRITE = "UPDATE lease SET until = until WHERE one = 1"
_SILENCE = 20.0  # seconds in which a commit that waits for a replica is not acknowledged


@dataclass(frozen=True, slots=True)
class Harm:
    """One kind of harm.

    Attributes:
        told: what it is.
        do: done to the node that leads.
        undo: done once another one leads.
        outlived: whether submissions are acknowledged meanwhile; two nodes lead where they are not.
        wakes: whether it goes on as if it led.
    """

    told: str
    do: Callable[[Node], None]
    undo: Callable[[Node], None]
    outlived: bool = True
    wakes: bool = True


def _split(node: Node) -> None:
    """Let nobody on it notice that it is cut off: it goes on leading, beside the one that is elected."""
    node.freeze(patroni_alone=True)
    node.part()


def _unite(node: Node) -> None:
    node.mend()
    node.thaw()


KINDS = {
    "kill": Harm("SIGKILL for Patroni and PostgreSQL, started again", Node.kill, Node.start, wakes=False),
    "freeze": Harm("SIGSTOP for Patroni and PostgreSQL, SIGCONT once another node leads", Node.freeze, Node.thaw),
    "partition": Harm("cut off from etcd and the other nodes, not from clients", Node.part, Node.mend, wakes=False),
    "split": Harm("likewise, and Patroni frozen, so that two nodes lead", _split, _unite, outlived=False),
}


def refusal_of(dsn: str) -> str:
    """Return what a node tells a write, other than that it is acknowledged.

    Raises:
        AssertionError: it was acknowledged.
    """
    try:
        connection = connect(dsn)
    except SetupError as error:
        return error.came
    warnings: list[str] = []
    connection.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
    try:
        with within(connection, _SILENCE):
            connection.execute(_WRITE)
    except psycopg.Error as error:
        return " ".join(str(error).split())
    finally:
        with suppress(psycopg.Error):
            connection.close()
    assert warnings, "the node that led before took a write"
    return warnings[0]
