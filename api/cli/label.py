"""`label`: printable sheets of QR codes, each with the link of one subject; of hidden codes, sheets of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeAlias

from api.labels.hidden import hidden_label, parse_codes
from api.labels.pdf import format_pdf
from api.labels.sheet import PAPERS, Label, Page, lay_out
from api.labels.svg import format_svg
from api.labels.symbol import encode_link
from api.labels.words import link_of, readable
from ledger.cli.new_files import write_new
from ledger.cli.options import AsJson, Lang, Quiet, argument, option
from ledger.cli.speaking import Voice, door
from ledger.clock import milliseconds
from ledger.errors import SetupError
from ledger.signing.keyfile import read_private, write_private
from verifier.errors import MalformedError

Write: TypeAlias = Callable[[Path, bytes], Path]
_MOST = 100_000  # labels of one run


@door
def label(  # noqa: PLR0913 - a command's options
    subjects: Annotated[list[str] | None, argument("help.label.subjects", "URI")] = None,
    *,
    link: Annotated[str, option("--link", text="help.label.link", metavar="URL")],
    out: Annotated[Path, option("--out", text="help.label.out", metavar="FILE")],
    file: Annotated[Path | None, option("--file", text="help.label.file", metavar="FILE")] = None,
    hidden: Annotated[Path | None, option("--hidden", text="help.label.hidden", metavar="FILE")] = None,
    paper: Annotated[str, option("--paper", text="help.label.paper", metavar="|".join(PAPERS))] = "a4",
    module: Annotated[float, option("--module", text="help.label.module", metavar="MM")] = 0.5,
    margin: Annotated[float, option("--margin", text="help.label.margin", metavar="MM", min=0, max=100)] = 10.0,
    gap: Annotated[float, option("--gap", text="help.label.gap", metavar="MM", min=0, max=100)] = 2.0,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write the sheets."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    drawn = parse_codes(read_private(hidden), str(hidden)) if hidden else []
    named = [*(subjects or []), *(read_names(file) if file else []), *(each.item for each in drawn)]
    if not 0 < len(named) <= _MOST:
        raise MalformedError("URI", came=f"{len(named)} subjects", expected=f"1 to {_MOST}, named here or in --file")
    links = [link_of(each, link) for each in named]
    labels = [Label(encode_link(link), readable(each)) for each, link in zip(named, links, strict=True)]
    pages = lay_out(labels, paper=paper, module=module, margin=margin, gap=gap)
    places = write_sheets(out, pages)
    if drawn:
        under = [hidden_label(each, link) for each in drawn]
        pages = lay_out(under, paper=paper, module=module, margin=margin, gap=gap)
        places += write_sheets(out.with_stem(f"{out.stem}-hidden"), pages, write=_write_private)
    answer = {"files": [str(each) for each in places], "pages": len(pages), "links": links}
    told = voice.say("label.written", count=len(labels), pages=len(pages))
    voice.data(answer, [told, *(str(each) for each in places)])


def write_sheets(out: Path, pages: list[Page], *, write: Write = write_new) -> list[Path]:
    """Write sheets as the suffix says: one PDF, or an SVG a page, numbered where there are several.

    Raises:
        MalformedError: another suffix.
        SetupError: a file is there already, or cannot be written.
    """
    if out.suffix == ".pdf":
        made = datetime.fromtimestamp(milliseconds() / 1000, UTC)
        return [write(out, format_pdf(pages, made))]
    if out.suffix != ".svg":
        raise MalformedError("--out", came=out.name, expected="a name that ends in .svg or .pdf")
    if len(pages) == 1:
        return [write(out, format_svg(pages[0]))]
    names = [out.with_name(f"{out.stem}-{place:03}.svg") for place in range(1, len(pages) + 1)]
    return [write(name, format_svg(page)) for name, page in zip(names, pages, strict=True)]


def _write_private(out: Path, data: bytes) -> Path:
    """Write what only its owner may read: whoever has the codes can activate them."""
    write_private(out, data)
    return out


def read_names(file: Path) -> list[str]:
    """Return the subjects of a file, a line each; empty lines are passed over.

    Raises:
        MalformedError: bytes that are not ASCII.
        SetupError: a file that cannot be read.
    """
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise MalformedError(str(file), came=f"byte {error.start} that is not ASCII", expected="a URI a line") from None
    except OSError as error:
        raise SetupError(str(file), came=error.strerror, expected="a file that can be read") from error
    return [line.strip() for line in lines if line.strip()]
