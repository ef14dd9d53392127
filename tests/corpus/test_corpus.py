"""The corpus runner: tells every difference from its table, and passes without a corpus."""

import csv
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from fixtures.messages import parcel_messages
from ledger.readers.corpus.__main__ import TABLE, main
from ledger.readers.corpus.table import HEADER, Row, compare, format_table, parse_table
from ledger.readers.corpus.verdicts import judge_ceb
from verifier.errors import MalformedError

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("SUYUAN_CORPUS") or "no corpus")
SAMPLE = "ceb/example/samples/import/CEB311Message.xml"
ORDER = parcel_messages(1)["CEB311"]


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    for name, data in (
        (SAMPLE, ORDER),
        ("ceb/example/samples/CEB999Message.xml", b"<a/>"),
        ("ceb/example/xsd/other.xml", b"not a sample"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def run(tmp_path, capsys):
    def call(*arguments):
        status = main([*map(str, arguments), "--table", str(tmp_path / "table.csv")])
        return status, capsys.readouterr().out

    return call


@pytest.mark.parametrize("folder", [[], [""], ["nowhere"]])
def test_without_a_corpus_it_says_what_it_skipped_and_passes(folder, run):
    status, said = run(*folder)
    assert status == 0
    assert said.startswith("skipped: no corpus at")
    assert "was not compared" in said


def test_it_runs_as_a_module_without_a_corpus():
    ended = subprocess.run(
        [sys.executable, "-m", "ledger.readers.corpus"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "skipped" in ended.stdout


def test_without_a_table_it_fails_and_says_how_to_make_one(corpus, run):
    status, said = run(corpus)
    assert status == 1
    assert "--write" in said


def test_a_table_that_was_written_agrees(corpus, run, tmp_path):
    assert run(corpus, "--write")[0] == 0
    status, said = run(corpus)
    assert status == 0
    assert "2 files, 1 read, 1 refused; 0 differences" in said
    rows = parse_table((tmp_path / "table.csv").read_text())
    assert rows[SAMPLE] == Row(SAMPLE, sha256(ORDER).hexdigest(), "read", "read", "")
    assert rows["ceb/example/samples/CEB999Message.xml"].strict == "refused"


def test_every_kind_of_difference_fails_and_is_told(corpus, run):
    run(corpus, "--write")
    (corpus / SAMPLE).write_bytes(ORDER.replace(b"<ceb:orderType>I<", b"<ceb:orderType>E<"))
    (corpus / "ceb/example/samples/CEB999Message.xml").unlink()
    (corpus / "ceb/example/samples/new.xml").write_bytes(ORDER)
    status, said = run(corpus)
    assert status == 1
    assert f"{SAMPLE}: sha256 is" in said
    assert f"{SAMPLE}: reason is accepted: Order[*]/OrderHead/orderType: expected I; strict: 1 faults" in said
    assert "CEB999Message.xml: in the table, not in the folder" in said
    assert "new.xml: in the folder, not in the table" in said
    assert f"{SAMPLE}: strict is refused, the table has read" in said
    assert "5 differences" in said


def test_files_without_a_reader_are_skipped_not_missed(corpus, run, tmp_path, monkeypatch):
    run(corpus, "--write")
    table = tmp_path / "table.csv"
    table.write_text(table.read_text() + f"epcis/examples/a.jsonld,{'0' * 64},read,,\n")
    monkeypatch.setitem(sys.modules, "ledger.readers.epcis", None)
    status, said = run(corpus)
    assert status == 0
    assert "skipped: epcis/, as there is no reader for it yet" in said


def test_reasons_name_elements_and_no_content():
    secret = "秘密" * 40
    data = ORDER.decode().replace("<ceb:buyerName>", f"<ceb:buyerName>{secret}").replace(">142<", ">840<")
    *results, reason = judge_ceb(data.encode())
    assert results == ["refused", "refused"]
    assert reason == "Order[*]/OrderHead/buyerName: expected 1 to 60 characters"
    *results, reason = judge_ceb(ORDER.replace(b">142<", b">840<"))
    assert results == ["refused", "read"]
    assert reason.startswith("accepted: Order[*]/OrderList[*]/currency: expected 142 (2 times); Order[*]/OrderHead/")
    assert reason.endswith("; strict: 3 faults")


def test_many_reasons_are_cut_short():
    data = ORDER.decode()
    for element in ("orderNo", "ebpName", "ebcName", "freight", "discount"):
        data = re.sub(f"<ceb:{element}>[^<]*<", f"<ceb:{element}><", data)
    assert judge_ceb(data.encode())[2].endswith("; and 2 more")


def test_a_table_reads_as_it_was_written():
    rows = [Row("b.xml", "1" * 64, "refused", "read", 'a, "b"; c'), Row("a.xml", "2" * 64, "refused", "", "")]
    text = format_table(rows)
    assert list(parse_table(text).values()) == sorted(rows, key=lambda row: row.file)
    assert compare(parse_table(text), {row.file: row for row in rows}) == []


@pytest.mark.parametrize(
    "text", ["", "file,sha256\n", f"{','.join(HEADER)}\na,b\n", f"{','.join(HEADER)}\n" + 2 * "a,b,c,d,e\n"]
)
def test_another_table_is_refused(text):
    with pytest.raises(MalformedError):
        parse_table(text)


def test_the_committed_table_holds_hashes_and_reasons_only():
    with (ROOT / TABLE).open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert tuple(lines[0]) == HEADER
    for file, digest, strict, lenient, reason in lines[1:]:
        assert not file.startswith(("/", ".", "~"))
        assert re.fullmatch("[0-9a-f]{64}", digest)
        assert strict in ("read", "refused")
        assert lenient in (("read", "refused") if file.startswith("ceb/") else ("",))
        assert len(reason) < 400
        assert bool(reason) == (strict == "refused" or reason.startswith("not mapped: "))
        assert not re.search(r"[0-9]{11}|[\u4e00-\u9fff]", reason)


@pytest.mark.outside("SUYUAN_CORPUS")
def test_the_readers_agree_with_the_committed_table(capsys):
    status = main([str(CORPUS), "--table", str(ROOT / TABLE)])
    assert status == 0, capsys.readouterr().out
