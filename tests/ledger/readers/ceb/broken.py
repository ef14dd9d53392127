"""Every single way to break a message: what the reader and the official definitions must agree on."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from ledger.readers.ceb.fields import Field, MessageTable
from ledger.readers.ceb.tables.common import EXTEND, SUBSCRIBE
from ledger.readers.ceb.xmltree import MAX_BYTES
from tests.ledger.readers.ceb.made import CLOCKS, SHAPES, SIGNATURE, tag

Change = Callable[[etree._Element], object]


@dataclass(frozen=True)
class Broken:
    """One way to break a message.

    Attributes:
        name: what was done, for people.
        path: what the reader must name.
        change: does it to a full message.
        by_definition: whether the definitions forbid it too; else only the text beside them does.
    """

    name: str
    path: str
    change: Change
    by_definition: bool = True

    def of(self, root: etree._Element) -> bytes:
        """Return the message, broken."""
        copy = deepcopy(root)
        self.change(copy)
        return etree.tostring(copy, encoding="UTF-8", xml_declaration=True)


def ways_to_break(table: MessageTable) -> Iterator[Broken]:
    """Return every way to break a full message of a table."""
    node = f"{table.node}[1]"
    holder = f"{node}/{table.head}" if table.head else node
    yield from _fields(table, holder, table.fields)
    if table.line:
        yield from _fields(table, f"{node}/{table.line}[1]", table.line_fields)
    if table.envelope.names:
        yield from _fields(table, "BaseTransfer", table.envelope.transfer)
        yield from _fields(table, "BaseSubscribe[2]", SUBSCRIBE)
        yield from _fields(table, "ExtendMessage", EXTEND)
    yield from _structure(table, node)


def at(root: etree._Element, path: str) -> etree._Element:
    """Return the element at a path as the reader spells it."""
    for step in path.split("/") if path else []:
        name, _, place = step.rstrip("]").partition("[")
        root = root.findall(tag(name))[int(place or 1) - 1]
    return root


def setting(path: str, text: str) -> Change:
    return lambda root: setattr(at(root, path), "text", text)


def removing(path: str) -> Change:
    return lambda root: at(root, path).getparent().remove(at(root, path))


def removing_all(path: str, name: str) -> Change:
    return lambda root: [each.getparent().remove(each) for each in at(root, path).findall(tag(name))]


def repeating(path: str, times: int = 1) -> Change:
    def change(root: etree._Element) -> None:
        for _ in range(times):
            at(root, path).addnext(deepcopy(at(root, path)))

    return change


def swapping(path: str) -> Change:
    """Put an element behind the next one."""
    return lambda root: at(root, path).getnext().addnext(at(root, path))


def adding(path: str, name: str) -> Change:
    return lambda root: etree.SubElement(at(root, path), name)


def marking(path: str) -> Change:
    return lambda root: at(root, path).set("kind", "1")


def _fields(table: MessageTable, holder: str, fields: Sequence[Field]) -> Iterator[Broken]:
    fields = [field for field in fields if not field.surplus]
    for field in fields:
        path = f"{holder}/{field.name}"
        if not field.optional:
            yield Broken("missing", path, removing(path))
        yield Broken("twice", path, repeating(path))
        yield Broken("attribute", path, marking(path))
        if field is not fields[-1]:
            yield Broken("out of order", path, swapping(path))
        if field.kind == "any":
            yield Broken("text", path, setting(path, "words"))
            yield Broken("two elements", path, adding(path, "a"))
        else:
            yield Broken("element inside", path, adding(path, tag("a")))
            yield from _values(table, path, field)
    yield Broken("unknown element", holder, adding(holder, tag("extra")))
    yield Broken("foreign element", holder, adding(holder, "{urn:own}x"))
    yield Broken("text between", holder, setting(holder, "words"))
    yield Broken("attribute of the whole", holder, marking(holder))


# The definitions give these a value where they are empty. The reader does not: what was not written was not stated.
GIVEN = {
    *((f"CEB{code}", "appStatus", False) for code in (303, 403, 505, 507, 701)),
    *((f"CEB{code}", "currency", False) for code in (311, 411, 511, 621)),
    *((f"CEB{code}", "currency", True) for code in (311, 621)),
    *(("CEB603", flag, False) for flag in ("fFlag", "iFlag")),
    ("CEB303", "freight", False),
}
FIXED = {"currency", "fFlag", "iFlag"}  # of these, no other value either


def _values(table: MessageTable, path: str, field: Field) -> Iterator[Broken]:
    inside = path.startswith(table.node) and (table.code, field.name, "List[" in path) in GIVEN
    fixed = inside and field.name in FIXED
    texts = [*_of_another_type(field), *_of_another_length(field)]
    if field.codes:
        texts.append(("~" * max(field.shortest, 1) if field.kind == "text" else "2", fixed))
    if field.shape:
        texts.append(("a" * max(field.shortest, 1), False))
    if field.kind != "text" or field.shortest:
        texts.append(("", not inside))
    for text, by_definition in texts:
        yield Broken(f"value {text[:24]!r}", path, setting(path, text), by_definition=by_definition)


def _of_another_type(field: Field) -> list[tuple[str, bool]]:
    if field.kind == "number":
        return [(text, True) for text in ("x", "1e3", "1,5", "1.123456", f"1{20 * '2'}", "123456789012345.12345")]
    if field.kind == "whole":
        many = "9" * (field.longest + 1 if field.longest else 13)
        return [(text, True) for text in ("x", "1.5", "1.0", many, f"-{many}")]
    if field.kind in CLOCKS:
        length = CLOCKS[field.kind]
        return [("2026", True), (f"2026{'1' * length}", True), ("20261330000000000"[:length], False)]
    return []


def _of_another_length(field: Field) -> list[tuple[str, bool]]:
    letter, texts = SHAPES.get(field.shape, "A")[0], []
    if field.kind == "text" and field.longest < MAX_BYTES:
        texts.append((letter * (field.longest + 1), True))
    if field.kind == "text" and field.shortest > 1:
        texts.append((letter * (field.shortest - 1), True))
    return texts


def _structure(table: MessageTable, node: str) -> Iterator[Broken]:
    names = table.envelope.names
    yield Broken("no document", table.node, removing_all("", table.node))
    if table.most_documents <= 100:
        yield Broken("too many documents", table.node, repeating(node, table.most_documents))
    for name in names:
        most = 5 if name == "BaseSubscribe" else 1
        yield Broken("too many", name, repeating(name, most))
        yield Broken("in front", table.node, lambda root, name=name: root.insert(0, at(root, name)))
    for name in ["BaseTransfer", *(["Signature"] if table.envelope.signed else [])] if names else []:
        yield Broken("missing", name, removing(name))
    if table.head:
        path = f"{node}/{table.head}"
        yield Broken("missing", path, removing(path))
        yield Broken("twice", path, repeating(path))
        yield Broken("unknown element", node, adding(node, tag("extra")))
    if table.line:
        yield from _lines(table, f"{node}/{table.line}")
    for name in ("guid", "version"):
        yield Broken("attribute missing", f"@{name}", lambda root, name=name: root.attrib.pop(name))
    yield Broken("guid too short", "@guid", lambda root: root.set("guid", "A" * 35))
    yield Broken("guid in lower case", "@guid", lambda root: root.set("guid", "a" * 36), by_definition=False)
    yield Broken("version too long", "@version", lambda root: root.set("version", "1" * 11))
    yield Broken("other version", "@version", lambda root: root.set("version", "2.0"), by_definition=False)
    yield Broken("further attribute", "message", marking(""))
    yield Broken("text between", "message", setting("", "words"))
    if not names:
        yield Broken("signature", "message", lambda root: root.append(deepcopy(SIGNATURE)))


def _lines(table: MessageTable, path: str) -> Iterator[Broken]:
    if table.fewest_lines:
        yield Broken("no line", path, removing_all(path.rpartition("/")[0], table.line))
    if table.most_lines <= 100:
        yield Broken("too many lines", path, repeating(f"{path}[1]", table.most_lines))
    if table.numbering != "free":
        yield Broken("line twice", f"{path}[2]/gnum", setting(f"{path}[2]/gnum", "1"), by_definition=False)
        yield Broken("line 0", f"{path}[1]/gnum", setting(f"{path}[1]/gnum", "0"), by_definition=False)
    if table.numbering == "from-one":
        yield Broken("gap in lines", f"{path}[2]/gnum", setting(f"{path}[2]/gnum", "3"), by_definition=False)
