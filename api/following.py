"""The projections that the server keeps: each in a file beside the ledger, each in a thread of its own."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from ledger.endorsing.projection import Projection
from ledger.epcis.projection import EpcisProjection
from ledger.following.follower import Follower
from ledger.handles.projection import HandleProjection
from ledger.ledger import Ledger
from ledger.standing.projection import StandingProjection

# Where routes find it in `app.state`, the name of its file, and what makes it.
_PROJECTIONS = {
    "projection": ("endorsing.db", Projection),
    "handles": ("handles.db", HandleProjection),
    "epcis": ("epcis.db", EpcisProjection),
    "standing": ("standing.db", StandingProjection),
}


def follow(app: FastAPI, ledger: Ledger) -> None:
    """Give the app its projections, each following the ledger until `stop_following`."""
    for state, (file, make) in _PROJECTIONS.items():
        projection = make(ledger.store.beside(file), ledger.sources, origin=ledger.origin)
        setattr(app.state, state, projection)
        projection.start()


def followers_of(app: FastAPI) -> dict[str, Follower]:
    """Return the projections that the app follows, by the name of their files."""
    return {Path(file).stem: getattr(app.state, state) for state, (file, _) in _PROJECTIONS.items()}


def stop_following(app: FastAPI) -> None:
    """Close them, before the ledger closes; their files stay."""
    for each in projections_of(app):
        each.close()


def projections_of(app: FastAPI) -> list[Follower]:
    """Return the app's projections."""
    return [getattr(app.state, state) for state in _PROJECTIONS]
