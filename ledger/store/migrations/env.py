"""Alembic's door: runs migrations on the connection it is handed (`ledger.store.schema`)."""

from __future__ import annotations

from alembic import context

from ledger.store.tables import Table

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
