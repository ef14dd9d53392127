"""The log: checkpoints, tiles, consistency, charter, batches. What witnesses and auditors read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import WithJsonSchema
from starlette.responses import Response

from api.batches import batch_answer, batch_answers
from api.dependencies import TheAccess, TheLedger, TheMoment, require_entries
from api.openapi import problems, returns
from api.own_proofs import own_proofs
from api.parameters import End, Leaf, Newer, Size, strict_query
from api.reads import published_checkpoint
from ledger.ledger import Ledger
from verifier.ledgerformat.batch_answers import MEDIA_TYPE as BATCHES
from verifier.primitives.base64strict import format_base64
from verifier.primitives.tiles import WIDTH, Tile, parse_tile_path
from verifier.proof.charterfile import MEDIA_TYPE as CHARTER

router = APIRouter(dependencies=[Depends(strict_query), Depends(own_proofs)])
TEXT, TILE = "text/plain; charset=utf-8", "application/octet-stream"
BATCH = "application/vnd.suyuan.batch-answer+cbor"
_SHORT = {"Cache-Control": "public, max-age=1"}
_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_A_WHILE = {"Cache-Control": "public, max-age=300"}
_NUMBER = r"(x[0-9]{3}/){0,5}[0-9]{3}(\.p/[1-9][0-9]{0,2})?"
Level = Annotated[
    str, Path(description="level, 0 to 63"), WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,2}$"})
]
TileNumber = Annotated[
    str,
    Path(description="C2SP tlog-tiles: <N>[.p/<W>]"),
    WithJsonSchema({"type": "string", "pattern": f"^{_NUMBER}$"}),
]


@router.get("/checkpoint", responses={**returns(200, "the published note", TEXT), **problems(400, 404)})
def get_checkpoint(ledger: TheLedger) -> Response:
    """Return the published checkpoint (C2SP tlog-tiles)."""
    return Response(published_checkpoint(ledger), media_type=TEXT, headers=_SHORT)


@router.get("/checkpoints/quorum", responses={**returns(200, "a signed note", TEXT), **problems(400, 503)})
def get_quorum_checkpoint(ledger: TheLedger) -> Response:
    """Return the newest checkpoint that its witnesses' quorum cosigned."""
    return Response(ledger.prover.checkpoint(quorum=True), media_type=TEXT, headers=_SHORT)


@router.get("/checkpoints/{size}", responses={**returns(200, "a signed note", TEXT), **problems(400, 404)})
def get_checkpoint_of_size(size: Size, ledger: TheLedger) -> Response:
    """Return a block's checkpoint, with the cosignatures known so far."""
    return Response(ledger.prover.checkpoint(size), media_type=TEXT, headers=_SHORT)


@router.get(
    "/tile/entries/{path:path}",
    dependencies=[Depends(require_entries)],
    responses={**returns(200, "an entry bundle", TILE), **problems(400, 403, 404)},
)
def get_entries(path: TileNumber, ledger: TheLedger) -> Response:
    """Return an entry bundle. Reserved."""
    return read_tile(ledger, parse_tile_path(f"tile/entries/{path}"))


@router.get(
    "/tile/{level}/{path:path}", responses={**returns(200, "hashes, 32 bytes each", TILE), **problems(400, 404)}
)
def get_tile(level: Level, path: TileNumber, ledger: TheLedger) -> Response:
    """Return a hash tile."""
    return read_tile(ledger, parse_tile_path(f"tile/{level}/{path}"))


@router.get(
    "/consistency/{size}/{newer}", responses={**returns(200, "base64 hashes, a line each", TEXT), **problems(400, 404)}
)
def get_consistency(size: Size, newer: Newer, ledger: TheLedger) -> Response:
    """Return the path that shows that a newer log extends an older one (RFC 9162 §2.1.4)."""
    lines = (f"{format_base64(each)}\n" for each in ledger.prover.consistency(size, newer))
    return Response("".join(lines), media_type=TEXT, headers=_EVER)


@router.get("/charter", responses={**returns(200, "the charter file", CHARTER), **problems(400, 404)})
def get_charter(ledger: TheLedger) -> Response:
    """Return every charter and approval."""
    return Response(ledger.prover.charter_file(), media_type=CHARTER, headers=_SHORT)


@router.get(
    "/batches/{leaf}",
    responses={**returns(200, "heads and the state of each body", BATCH), **problems(400, 403, 404)},
)
def get_batch(leaf: Leaf, ledger: TheLedger, access: TheAccess, moment: TheMoment) -> Response:
    """Return the heads of a statement, and the bodies that whoever asks may read. Reserved."""
    return Response(batch_answer(ledger, leaf, access, moment), media_type=BATCH)


@router.get(
    "/batches/{leaf}/{end}",
    responses={**returns(200, "the batches of many statements", BATCHES), **problems(400, 403, 404)},
)
def get_batches(leaf: Leaf, end: End, ledger: TheLedger, access: TheAccess, moment: TheMoment) -> Response:
    """Return the batches from a leaf to before another, as many as go into one answer. Reserved."""
    return Response(batch_answers(ledger, leaf, end, access, moment), media_type=BATCHES)


def read_tile(ledger: Ledger, tile: Tile) -> Response:
    """Return a tile or bundle, read from where it lies.

    Raises:
        UnknownError: there is none.
    """
    content = ledger.tiles.read(tile)
    return full_tile(content) if tile.width == WIDTH else Response(content, media_type=TILE, headers=_A_WHILE)


def full_tile(content: bytes) -> Response:
    """Return a full tile or bundle, which never changes."""
    return Response(content, media_type=TILE, headers=_EVER)
