"""As an operator does it: processes, addresses, commands."""

from __future__ import annotations

import http.client
import json
import shutil
from contextlib import closing
from urllib.parse import urlsplit

from ledger.opening import open_ledger
from tests.ledger.export.operated import PASSPHRASE as SECRET
from tests.ledger.export.operated import SUYUAN, run, served
from verifier.primitives.checkpoint import parse_signed_checkpoint

HEADERS = {"Content-Type": "application/vnd.suyuan.submission+cbor"}


def ask(url, method, path, body=None):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        connection.request(method, path, body, HEADERS)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_older_copy_serves_reads_refuses_statements_and_is_restored_from_another_server(zone, lost, tmp_path):
    submission = (lost.base / "receipts" / "3.submission").read_bytes()
    with served(zone, tmp_path) as url:
        status, note = ask(url, "GET", "/checkpoint")
        assert status == 200
        assert parse_signed_checkpoint(note)[0].size < lost.size
        status, body = ask(url, "POST", "/entries", submission)
        assert status == 503
        assert b"urn:suyuan:problem:behind" in body
        status, body = ask(url, "GET", "/readyz")
        assert status == 503
        assert {"writer"} <= {each["name"] for each in json.loads(body)["checks"] if not each["passed"]}
    other = tmp_path / "other"
    shutil.copytree(lost.base / "zone", other)
    shutil.copyfile(lost.base / "zone.guard", tmp_path / "other.guard")
    guard = ("--guard", tmp_path / "zone.guard")
    secret = ("--passphrase-file", tmp_path / "passphrase")
    with served(other, tmp_path, "--guard", tmp_path / "other.guard") as url:
        done = run(*SUYUAN, "restore", zone, "--from", url, "--submissions", tmp_path / "receipts", *guard, *secret,
                   "--json", home=tmp_path)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["size"] >= lost.size
    guard = tmp_path / "zone.guard"
    with closing(open_ledger(zone, SECRET.encode(), guard=guard)) as ledger:
        assert ledger.submit(submission).result() < lost.size, "recorded already, and promised again"
