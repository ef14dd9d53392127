"""Generated messages, and small changes to them: each makes one defect."""

import re
from functools import cache

from fixtures.messages import parcel_messages

NAMESPACE = "http://www.chinaport.gov.cn/ceb"
CODES = ("CEB311", "CEB411", "CEB511", "CEB513", "CEB621", "CEB625")
ITEM = "https://id.gs1.org/01/09520000000110/21/EXAMPLE1"


@cache
def messages(seed: int = 1) -> dict[str, bytes]:
    return parcel_messages(seed)


def replace(data: bytes, old: str, new: str, times: int = 1) -> bytes:
    """Return the message with a text replaced; the text must be there."""
    assert old.encode() in data, old
    return data.replace(old.encode(), new.encode(), times)


def put(data: bytes, element: str, value: str, place: int = 0) -> bytes:
    """Return the message with another value in its element of this name; `place` counts from 0."""
    found = list(re.finditer(rf"<ceb:{element}>([^<]*)</ceb:{element}>", data.decode()))[place]
    text = data.decode()
    return (text[: found.start(1)] + value + text[found.end(1) :]).encode()


def drop(data: bytes, element: str) -> bytes:
    """Return the message without its first element of this name, whatever it holds."""
    changed = re.sub(rf"\s*<(ceb|ds):{element}[ >].*?</\1:{element}>", "", data.decode(), count=1, flags=re.DOTALL)
    assert changed.encode() != data, element
    return changed.encode()


def part(data: bytes, element: str) -> str:
    """Return the first element of this name, as it stands."""
    found = re.search(rf"<(ceb|ds):{element}[ >].*?</\1:{element}>", data.decode(), flags=re.DOTALL)
    assert found, element
    return found[0]


def behind(data: bytes, element: str, added: str) -> bytes:
    """Return the message with something added behind its first element of this name."""
    return replace(data, part(data, element), part(data, element) + added)


def before(data: bytes, element: str, added: str) -> bytes:
    """Return the message with something added before its first element of this name."""
    return replace(data, part(data, element), added + part(data, element))


def joined(*several: bytes, node: str) -> bytes:
    """Return one message with the business documents of several."""
    first, *others = several
    return behind(first, node, "".join(part(other, node) for other in others))
