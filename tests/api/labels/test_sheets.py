"""Sheets of labels: what a reader of codes sees in them is each subject's link, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

import api.cli  # noqa: F401 - adds its commands
from api.digital_link import subject_of_path
from api.labels.sheet import LINE, PAPERS, Label, lay_out
from api.labels.symbol import QUIET, encode_link
from api.labels.words import link_of, readable
from ledger.cli.commands import app
from verifier.errors import MalformedError

BASE = "https://trace.example"
GOODS = "https://id.gs1.org/01/06901234567892"
SUBJECTS = [
    *(f"{GOODS}/21/A{number:04}" for number in range(70)),
    GOODS,
    f"{GOODS}/10/L%2F1",
    "https://id.gs1.org/00/069012345000000011",
    f"urn:suyuan:parcel:{'0123456789abcdef' * 2}",
]


def seen(picture: Image.Image) -> list[str]:
    """Return what another library reads, row by row."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    placed = sorted(found, key=lambda each: (round(each.position.top_left.y, -1), each.position.top_left.x))
    return [each.text for each in placed]


def drawn(file: str, out: Path) -> Image.Image:
    """Return what a browser shows of a page."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip(reason="needs the Debian package chromium")
    command = [
        found, "--headless", "--no-sandbox", "--force-device-scale-factor=3", "--window-size=600,840",
        f"--user-data-dir={out.parent / 'chromium'}", f"--screenshot={out}", f"file://{file}",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return Image.open(out).copy()


def run(*words: str, **more: str):
    return CliRunner().invoke(app, ["label", *words], **more)


@pytest.fixture
def names(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("\n".join(SUBJECTS) + "\n\n")
    return str(path)


def test_a_reader_sees_every_link_of_a_pdf_in_order(names, tmp_path):
    ran = run("--file", names, "--link", BASE, "--out", str(tmp_path / "labels.pdf"), "--json")
    assert ran.exit_code == 0, ran.output
    document = pypdfium2.PdfDocument(tmp_path / "labels.pdf")
    links = [text for page in document for text in seen(page.render(scale=4).to_pil())]
    assert links == json.loads(ran.stdout)["links"]
    assert [subject_of_path(urlsplit(each).path) for each in links[:-1]] == SUBJECTS[:-1]
    assert unquote(urlsplit(links[-1]).query) == f"subject={SUBJECTS[-1]}"
    assert document[0].get_size() == pytest.approx((595.28, 841.89), abs=0.1)
    assert SUBJECTS[0].rpartition("/")[2] in document[0].get_textpage().get_text_bounded()


@pytest.mark.slow
def test_a_reader_sees_every_link_of_the_svg_pages_as_a_browser_draws_them(names, tmp_path):
    ran = run("--file", names, "--link", f"{BASE}/", "--out", str(tmp_path / "labels.svg"), "--json", "--paper", "a5")
    told = json.loads(ran.stdout)
    assert told["pages"] == len(told["files"]) > 1
    links = [link for file in told["files"] for link in seen(drawn(file, tmp_path / "drawn.png"))]
    assert links == told["links"]


def test_a_label_is_as_large_as_gs1_has_it():
    symbol = encode_link(link_of(SUBJECTS[0], BASE))
    assert symbol.version == "4-M"
    (page,) = lay_out([Label(symbol, ())], paper="a4", module=0.396, margin=0, gap=0)
    assert (page.labels[0].x, page.labels[0].y) == pytest.approx((QUIET * 0.396, QUIET * 0.396))
    assert (symbol.modules + 2 * QUIET) * 0.396 == pytest.approx(16, abs=0.3)  # reliability and UX notes, 5.4


@given(
    paper=st.sampled_from(sorted(PAPERS)),
    module=st.floats(0.396, 0.99),
    margin=st.floats(0, 20),
    gap=st.floats(0, 20),
    count=st.integers(1, 150),
)
@settings(max_examples=60)
def test_no_two_labels_touch_and_none_leaves_the_paper(paper, module, margin, gap, count):
    symbol = encode_link(link_of(SUBJECTS[0], BASE))
    label = Label(symbol, readable(SUBJECTS[0]))
    pages = lay_out([label] * count, paper=paper, module=module, margin=margin, gap=gap)
    assert sum(len(page.labels) for page in pages) == count
    quiet, side = QUIET * module, symbol.modules * module
    for page in pages:
        boxes = [
            (each.x - quiet, each.y - quiet, each.x + side + quiet, each.y + side + quiet + 2 * LINE)
            for each in page.labels
        ]
        near = 1e-6
        assert all(left >= margin - near and top >= margin - near for left, top, _, _ in boxes)
        assert all(right <= page.width - margin + near for _, _, right, _ in boxes)
        assert all(bottom <= page.height - margin + near for _, _, _, bottom in boxes)
        for place, one in enumerate(boxes):
            for other in boxes[place + 1 :]:
                apart = (other[0] - one[2], one[0] - other[2], other[1] - one[3], one[1] - other[3])
                assert max(apart) >= gap - near


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--link", "http://trace.example"), "--link"),
        (("--link", "trace.example"), "--link"),
        (("--link", "https://trace.example?x=1"), "--link"),
        (("--module", "0.3"), "--module"),
        (("--module", "1.1"), "--module"),
        (("--paper", "b7"), "--paper"),
        (("--margin", "100"), "--paper"),
        (("--out", "labels.gif"), "--out"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else each,
)
def test_what_cannot_be_printed_is_refused_and_leaves_nothing(words, field, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given_ = {"--link": BASE, "--out": "labels.svg"} | dict([words])
    ran = run(SUBJECTS[0], *(word for pair in given_.items() for word in pair), "--lang", "en")
    assert ran.exit_code == 2
    assert re.search(rf"{re.escape(field)}", ran.output)
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_written_over_another(tmp_path):
    out = tmp_path / "labels.svg"
    out.write_text("kept")
    ran = run(SUBJECTS[0], "--link", BASE, "--out", str(out))
    assert ran.exit_code == 4
    assert out.read_text() == "kept"


def test_no_subject_and_a_wrong_one_are_refused(tmp_path):
    out = str(tmp_path / "labels.svg")
    assert run("--link", BASE, "--out", out).exit_code == 2
    assert run("https://id.gs1.org/01/06901234567893", "--link", BASE, "--out", out).exit_code == 2


def test_loopback_may_be_without_https_and_nothing_else():
    assert link_of(GOODS, "http://127.0.0.1:8000") == "http://127.0.0.1:8000/01/06901234567892"
    with pytest.raises(MalformedError):
        link_of(GOODS, "http://127.0.0.1.example")
