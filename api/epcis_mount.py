"""Where logistics hang on the app: custody, the addresses of EPCIS, its named queries."""

from __future__ import annotations

from fastapi import FastAPI

from api.routes import custody, epcis, epcis_queries
from ledger.epcis.queries import NamedQueries
from ledger.ledger import Ledger


def include_epcis(app: FastAPI) -> None:
    """Add the addresses; those of named queries first, which would be taken for resources otherwise."""
    app.include_router(custody.router)
    app.include_router(epcis_queries.router)
    app.include_router(epcis.router)


def equip_epcis(app: FastAPI, ledger: Ledger) -> None:
    """Give the app what these addresses ask for beside the projection."""
    app.state.epcis_queries = NamedQueries(ledger.store.queries())
