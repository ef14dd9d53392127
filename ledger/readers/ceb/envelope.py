"""The transport envelopes around a customs message: what the e-port's clients and server nodes send.

`DxpMsg`, the terminal node's, carries the message as base64; `DxpMsgSv`, the transport node's, wraps one of these. Both
are opened here and nothing of them is believed: who sent a message is what its signature shows, not what an envelope
says. Source: specification 202205, 海关跨境终端节点报文定义 and 海关跨境传输节点报文定义.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from ledger.readers.ceb.children import BLANKS, has_text, join
from ledger.readers.ceb.tables.common import SIGNATURE_NAMESPACE
from ledger.readers.ceb.xmltree import MAX_BYTES, Element, parse_xml
from verifier.errors import MalformedError, TooLargeError, UnsupportedError

NAMESPACE = "http://www.chinaport.gov.cn/dxp"
MAX_ENVELOPE = MAX_BYTES * 3 // 2  # a message of 1 MiB in base64, in lines, and what stands around it
MAX_RECEIVERS = 5
_SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_CLOCK = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_DOCUMENTED = {"FileName": (1, 255), "IcCard": (1, 13)}  # of AddInfo; the rest of it is not looked into


@dataclass(frozen=True, slots=True)
class ServerNode:
    """What the transport node adds (SvNo).

    Attributes:
        message_id: MsgId, 1 to 32 characters; node, time and serial number.
        part: SubMsgId, one character, where there are several receivers; else empty.
        sent: SendTime, as it came.
        start: StaNode, 1 to 8 characters.
        end: EndNode, 1 to 8 characters.
    """

    message_id: str
    part: str
    sent: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """An opened envelope.

    Attributes:
        message_id: CopMsgId, 1 to 255 characters; the sender's own number, named again by CEB900.
        sender: SenderId, 1 to 16 characters.
        receivers: ReceiverId, 1 to 5 of 1 to 16 characters.
        created: CreatTime, as it came.
        message_type: MsgType, up to 30 characters, like `CEB311Message`.
        data: what was carried, at most 1 MiB; `read_message` reads it.
        signed: whether an envelope carries a ds:Signature. It is not checked here.
        node: what a transport node added, None without one.
    """

    message_id: str
    sender: str
    receivers: tuple[str, ...]
    created: str
    message_type: str
    data: bytes
    signed: bool
    node: ServerNode | None = None


def parse_envelope(data: bytes) -> Envelope:
    """Return what a transport envelope carries.

    Args:
        data: DxpMsg or DxpMsgSv, UTF-8 XML of at most 1.5 MiB.

    Raises:
        MalformedError: no such envelope, or an element against its definition; TooLargeError if it is too large.
        UnsupportedError: DxpRep, an answer of the exchange, which carries no message.
    """
    root = parse_xml(data, "envelope", most=MAX_ENVELOPE)
    name = etree.QName(root)
    if name.namespace != NAMESPACE:
        raise MalformedError("namespace", came=name.namespace or "none", expected=NAMESPACE)
    if name.localname == "DxpRep":
        raise UnsupportedError("envelope", came="DxpRep", expected="DxpMsg or DxpMsgSv, which carry a message")
    if name.localname == "DxpMsg":
        return _message(root, "DxpMsg")
    if name.localname != "DxpMsgSv":
        raise MalformedError("root element", came=name.localname, expected="DxpMsg or DxpMsgSv")
    _require_version(root, "DxpMsgSv", "ver")
    found = _take(root, "DxpMsgSv", ("SvNo", "DxpMsg"), ("Signature",))
    node = _server_node(found["SvNo"], "DxpMsgSv/SvNo")
    return _message(found["DxpMsg"], "DxpMsgSv/DxpMsg", node, signed="Signature" in found)


def _message(root: Element, path: str, node: ServerNode | None = None, *, signed: bool = False) -> Envelope:
    _require_version(root, path, "ver")
    found = _take(root, path, ("TransInfo", "Data"), ("AddInfo", "Signature"))
    at = join(path, "TransInfo")
    names = ("CopMsgId", "SenderId", "ReceiverIds", "CreatTime", "MsgType")
    info = _take(found["TransInfo"], at, names)
    if "AddInfo" in found:
        _check_additions(found["AddInfo"], join(path, "AddInfo"))
    return Envelope(
        message_id=_text(info["CopMsgId"], join(at, "CopMsgId"), 1, 255),
        sender=_text(info["SenderId"], join(at, "SenderId"), 1, 16),
        receivers=_receivers(info["ReceiverIds"], join(at, "ReceiverIds")),
        created=_clock(info["CreatTime"], join(at, "CreatTime")),
        message_type=_text(info["MsgType"], join(at, "MsgType"), 0, 30),
        data=_data(found["Data"], join(path, "Data")),
        signed=signed or "Signature" in found,
        node=node,
    )


def _server_node(element: Element, path: str) -> ServerNode:
    _require_version(element, path, "Ver")
    names = ("MsgId", "SubMsgId", "SendTime", "EndNode", "StaNode")
    found = _take(element, path, names, spared=("SubMsgId",))
    return ServerNode(
        message_id=_text(found["MsgId"], join(path, "MsgId"), 1, 32),
        part=_text(found["SubMsgId"], join(path, "SubMsgId"), 1, 1) if "SubMsgId" in found else "",
        sent=_clock(found["SendTime"], join(path, "SendTime")),
        start=_text(found["StaNode"], join(path, "StaNode"), 1, 8),
        end=_text(found["EndNode"], join(path, "EndNode"), 1, 8),
    )


def _receivers(element: Element, path: str) -> tuple[str, ...]:
    tag = f"{{{NAMESPACE}}}ReceiverId"
    if has_text(element) or any(child.tag != tag for child in element) or not 1 <= len(element) <= MAX_RECEIVERS:
        raise MalformedError(path, came=f"{len(element)} elements", expected=f"1 to {MAX_RECEIVERS} ReceiverId")
    return tuple(_text(child, f"{path}/ReceiverId[{place}]", 1, 16) for place, child in enumerate(element, 1))


def _data(element: Element, path: str) -> bytes:
    text = re.sub(f"[{BLANKS}]+", "", _text(element, path, 0, MAX_ENVELOPE))
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        data = b""
    if b64encode(data).decode() != text:
        raise MalformedError(path, came=f"{len(text)} characters", expected="base64")
    if len(data) > MAX_BYTES:
        raise TooLargeError(path, came=f"{len(data)} bytes", expected=f"at most {MAX_BYTES}")
    return data


def _check_additions(element: Element, path: str) -> None:
    names = ("FileName", "IcCard", "BizKey", "IsText", "RecMapId")
    for name, child in _take(element, path, names, spared=names).items():
        if name in _DOCUMENTED:
            _text(child, join(path, name), *_DOCUMENTED[name])


def _take(element: Element, path: str, names: Sequence[str], spared: Sequence[str] = ()) -> dict[str, Element]:
    """Return the children by name: each of `names` once and in order, those in `spared` at most once.

    `Signature` may be named in `spared` alone; then it stands last.
    """
    order = [*names, *(name for name in spared if name not in names)]
    if has_text(element):
        raise MalformedError(path, came="text between elements", expected="elements only")
    found: dict[str, Element] = {}
    for child in element:
        qualified = etree.QName(child)
        name = qualified.localname
        if name not in order or qualified.namespace != (SIGNATURE_NAMESPACE if name == "Signature" else NAMESPACE):
            raise MalformedError(path, came=name, expected=", ".join(order))
        if any(order.index(name) <= order.index(each) for each in found):
            raise MalformedError(join(path, name), came="out of order or twice", expected=", ".join(order))
        found[name] = child
    for name in order:
        if name not in found and name not in spared:
            raise MalformedError(join(path, name), came="nothing", expected="this element")
    return found


def _text(element: Element, path: str, least: int, most: int) -> str:
    text = element.text or ""
    if len(element) or element.attrib:
        raise MalformedError(path, came="elements or attributes", expected="a value")
    if not least <= len(text) <= most:
        raise MalformedError(path, came=f"{len(text)} characters", expected=f"{least} to {most} characters")
    return text


def _clock(element: Element, path: str) -> str:
    """Return an xs:dateTime as it came, without blanks around it."""
    text = _text(element, path, 0, 64).strip(BLANKS)
    found = _CLOCK.fullmatch(text)
    try:
        datetime.fromisoformat(found[1] if found else "")
    except ValueError:
        raise MalformedError(path, came=text or "nothing", expected="a time like 2026-03-01T10:00:00") from None
    return text


def _require_version(element: Element, path: str, name: str) -> None:
    if element.get(name) != "1.0":
        raise MalformedError(f"{path}/@{name}", came=element.get(name) or "nothing", expected="1.0")
    if further := sorted(set(map(str, element.attrib)) - {name, "Id", _SCHEMA_LOCATION}):
        raise MalformedError(path, came=f"attribute {further[0]}", expected=f"{name} only")
