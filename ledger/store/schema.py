"""Bringing a database to the newest tables (Alembic), on any engine."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ledger.errors import SetupError

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """Bring the database to the newest tables; on a new one, create them."""
    command.upgrade(_config(connection), "head")


def require_newest(connection: Connection) -> None:
    """Return if the database has the tables of this version.

    Raises:
        SetupError: it has others.
    """
    newest = ScriptDirectory.from_config(_config(connection)).get_current_head()
    present = MigrationContext.configure(connection).get_current_revision()
    if present != newest:
        todo = "Run `suyuan init`." if present is None else "Run `suyuan migrate`."
        raise SetupError("database", came=f"tables of revision {present}", expected=f"revision {newest}", todo=todo)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config
