"""Numbers to handles, in bulk, for those who may read them."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.dependencies import TheAccess, TheIntake, TheLedger, TheMoment
from api.openapi import body, problems, returns
from api.parameters import strict_query
from api.reading import require_media_type
from api.resolving import MOST, Resolving
from ledger.handles.openings import Key
from verifier.errors import MalformedError, TooLargeError
from verifier.primitives.strict_json import parse_json

router = APIRouter(dependencies=[Depends(strict_query)])
_MOST_BODY = 512 * 1024  # bytes
_MEMBERS = {"form", "code", "number"}
_LONGEST = 128  # characters


@router.post(
    "/handles/resolve",
    openapi_extra=body(JSON),
    responses={**returns(200, "the opening events of each number", JSON), **problems(400, 401, 413, 415, 503)},
)
async def resolve_handles(
    request: Request, ledger: TheLedger, access: TheAccess, moment: TheMoment, intake: TheIntake
) -> Response:
    """Return, number by number, the events that opened its handle, as far as the asker may read the number."""
    require_media_type(request, JSON)
    resolving = Resolving(ledger, request.app.state.handles, access, moment)
    resolving.require_signed()
    async with intake.bodies.read(request, _MOST_BODY) as data:
        keys = parse_numbers(data)
        answer = await to_thread.run_sync(resolving.resolve, keys)
    return answer_json(answer)


def parse_numbers(data: bytes) -> list[Key]:
    """Return the keys of a request.

    Raises:
        MalformedError: another shape, its field named.
        TooLargeError: more than a thousand.
    """
    value = parse_json(data, "body")
    if not isinstance(value, dict) or value.keys() != {"numbers"} or not isinstance(value["numbers"], list):
        raise MalformedError("body", came="another shape", expected='{"numbers": […]}')
    if len(value["numbers"]) > MOST:
        raise TooLargeError("numbers", came=f"{len(value['numbers'])}", expected=f"at most {MOST}")
    return [_key(each, f"numbers[{place}]") for place, each in enumerate(value["numbers"])]


def _key(value: Any, what: str) -> Key:
    if not isinstance(value, dict) or value.keys() != _MEMBERS:
        raise MalformedError(what, came="another shape", expected="exactly form, code and number")
    for name in _MEMBERS:
        text = value[name]
        if not isinstance(text, str) or len(text) > _LONGEST or (name != "code" and not text):
            raise MalformedError(f"{what}.{name}", came=type(text).__name__, expected=f"a text of 1 to {_LONGEST}")
    return Key(value["form"], value["code"], value["number"])
