"""What a release is made of, and that the same makes the same."""

import gzip
import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from api import web
from api.page_releases import PageReleases
from api.texts import PAGES
from api.web.release.release import TrustedBy, make_release, parse_policy, parts_of
from api.web.release.sources import FALLBACKS
from ledger.errors import SetupError
from verifier.errors import MalformedError
from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.primitives.merkle import leaf_hash
from verifier.texts import VERDICTS

_SAID = re.compile(r"""say\("([a-z0-9.-]+)"[,)]""")
POLICY = f"suyuan trust policy v1\ncharter {'5a' * 32}\n"
AGAIN = """from api.web.release.release import TrustedBy, make_release
print(make_release(TrustedBy({policy!r}, own=False), None).fingerprint)"""


@pytest.fixture(scope="module")
def release():
    return make_release(TrustedBy(POLICY, own=False), None)


def test_the_same_sources_and_policy_make_the_same_bytes_in_another_process(release):
    program = AGAIN.format(policy=POLICY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == release.fingerprint


def test_the_fingerprint_is_what_sha256sum_says_of_its_parts(release, tmp_path):
    parts = parts_of(release.policy, None)
    for name, data in parts.items():
        (tmp_path / name).write_bytes(data)
    said = subprocess.run(["sha256sum", *sorted(parts)], cwd=tmp_path, capture_output=True, check=True).stdout
    assert sha256(said).hexdigest() == release.fingerprint


def test_another_policy_or_another_word_of_whose_it_is_makes_another_release(release):
    others = [TrustedBy(POLICY), TrustedBy(POLICY.replace("5a", "5b"), own=False), TrustedBy(own=False)]
    fingerprints = {release.fingerprint, *(make_release(each, None).fingerprint for each in others)}
    assert len(fingerprints) == 4


def test_scripts_know_their_release_and_its_policy(release):
    for name in ("page.zh.js", "page.en.js"):
        first = release.files[name].data.split(b"\n")[0].decode()
        known = json.loads(first.removeprefix("const suyuanReleased=").removesuffix(";"))
        built = {"fallbacks": [], "reader": False}
        assert known == {"fingerprint": release.fingerprint, "policy": POLICY, "own": False, **built}
    assert release.fingerprint.encode() in release.worker
    assert release.fingerprint.encode() in release.single


def test_each_script_has_the_texts_of_its_language_and_the_single_page_both(release):
    chinese, english = (PAGES.texts(each)["page.said.incomplete-6"] for each in ("zh", "en"))
    said = {name: file.data.decode() for name, file in release.files.items()} | {"single": release.single.decode()}
    assert [name for name, text in said.items() if chinese in text] == ["page.zh.js", "single"]
    assert [name for name, text in said.items() if english in text] == ["page.en.js", "single"]


def test_texts_that_no_script_says_are_left_away(release):
    said = release.files["page.en.js"].data.decode()
    assert PAGES.texts("en")["trace.timeline"] in said
    assert PAGES.texts("en")["problem.malformed"] not in said
    assert VERDICTS.texts("en")["report.no-evidence"] not in said


def test_every_key_that_a_script_says_is_in_the_catalogues():
    modules = Path(web.__file__).with_name("page").glob("*.js")
    spelt = {key for module in modules for key in _SAID.findall(module.read_text())}
    assert len(spelt) > 50
    assert [key for key in sorted(spelt) if not PAGES.has_text(key)] == []


def test_without_what_make_web_builds_there_is_no_fallback(release):
    assert not set(FALLBACKS.values()) & set(release.files)


@pytest.mark.parametrize("data", [b"", b"suyuan trust policy v1\n", POLICY.encode()[:-1], b"\xff"])
def test_what_is_no_policy_makes_no_release(data):
    with pytest.raises(MalformedError):
        parse_policy(data, own=False)


def known_by(server, path="/"):
    folder = server.get(path, "text/html").text.split('type="module" src="')[1].split("page.")[0]
    script = server.get(f"{folder}page.zh.js").text
    return json.loads(script.split("\n")[0].removeprefix("const suyuanReleased=").removesuffix(";"))


def test_without_a_policy_file_the_page_pins_the_ledgers_charter_and_says_whose_word_that_is(server, world):
    known = known_by(server)
    with world.ledger.sources() as sources:
        founding = leaf_hash(sources.reader.entries(0, 1)[0])
    assert parse_trust_policy(known["policy"].encode()).charter == founding
    assert known["own"] is True


def test_an_operator_can_serve_the_policy_of_somebody_else(world, serve, tmp_path):
    file = tmp_path / "trust.policy"
    file.write_text(POLICY)
    known = known_by(serve(world.ledger, world.folder, page_policy=file))
    assert (known["policy"], known["own"]) == (POLICY, False)


def test_a_policy_that_cannot_be_read_stops_the_start(world, tmp_path):
    with pytest.raises(SetupError, match="trust policy"):
        PageReleases(world.ledger, tmp_path / "none")
    (tmp_path / "wrong").write_text("trust me\n")
    with pytest.raises(MalformedError, match="trust policy"):
        PageReleases(world.ledger, tmp_path / "wrong")


def test_files_of_a_release_never_change_and_other_releases_are_not_there(server):
    page = server.get("/", "text/html").text
    folder = page.split('type="module" src="')[1].split("page.")[0]
    for name in ("page.zh.js", "style.css", "icon.svg", "manifest.webmanifest", "offline.html", "camera.js"):
        answer = server.get(folder + name)
        assert answer.status == 200, name
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert server.get(f"{folder}none.js").status == 404
    assert server.get(f"/static/{'0' * 32}/page.zh.js").status == 404


def test_scripts_and_styles_come_compressed_to_who_can_read_that(server):
    page = server.get("/", "text/html").text
    address = page.split('type="module" src="')[1].split('"')[0]
    plain = server.get(address)
    assert "Content-Encoding" not in plain.headers
    packed = server.get(address, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < 60_000


def test_the_worker_is_asked_for_anew_and_may_see_all_pages(server):
    answer = server.get("/sw.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Service-Worker-Allowed"] == "/"


def test_the_single_page_is_downloaded(server):
    answer = server.get("/suyuan-verify.html")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="suyuan-verify.html"'
    assert answer.headers["Suyuan-Release"] in answer.text
