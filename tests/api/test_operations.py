import json
import re

import pytest

from ledger.store.sqlite.connection import is_wal_reset_safe

JSON = "application/json"


def sample(text, name):
    (value,) = re.findall(rf"^{name} (\S+)$", text, re.MULTILINE)
    return float(value)


def test_healthz_says_alive_without_looking_at_the_ledger(make_world, serve):
    world = make_world()
    server = serve(world.ledger, world.folder)
    server.app.state.ledger = None
    assert server.get("/healthz").json == {"alive": True}


def test_readyz_names_what_is_wrong(make_world, serve):
    world = make_world(quorum=1)
    good = serve(world.ledger, world.folder)
    assert good.get("/readyz").status == 200
    strict = serve(world.ledger, world.folder, max_quorum_wait=0.001, max_seal_age=0.001)
    answer = strict.get("/readyz", JSON)
    assert answer.status == 503
    assert answer.json["ready"] is False
    assert [each["name"] for each in answer.json["checks"] if not each["passed"]] == ["quorum", "seal"]
    full = serve(world.ledger, world.folder)
    full.app.state.health._settings = full.settings.model_copy(update={"min_free_disk": 1 << 60})
    assert [each["name"] for each in full.get("/readyz").json["checks"] if not each["passed"]] == ["disk"]


def test_metrics_tell_sizes_queue_ages_and_outcomes(make_world, serve, zone_terms):
    world = make_world(quorum=1)
    server = serve(world.ledger, world.folder)
    server.post("/entries", b"\xff", "application/cose")
    server.post("/entries", world.submission(world.customs, revocation(world, zone_terms)), zone_terms.SUBMISSION)
    text = server.get("/metrics").text
    size = world.ledger.head.edge.size
    assert sample(text, "suyuan_tree_size") == size
    assert sample(text, "suyuan_quorum_size") == 0
    assert sample(text, "suyuan_oldest_unwitnessed_seconds") >= 0
    assert sample(text, r'suyuan_queue_length{queue="writer"}') == 0
    assert sample(text, "suyuan_writer_running") == 1
    assert sample(text, "suyuan_sqlite_wal_reset_safe") == is_wal_reset_safe()
    assert sample(text, r'suyuan_submissions_total{outcome="malformed"}') == 1
    assert 'suyuan_http_request_duration_seconds_count{method="POST",route="/entries",status="400"} 1' in text
    server.post("/cosignatures", world.cosign(), "text/plain")
    assert sample(server.get("/metrics").text, "suyuan_quorum_size") == size


def revocation(world, terms):
    return terms.Draft(
        "registry.enterprise", terms.now(), subjects={"enterprise": world.seller.uri},
        data={"names": dict(world.seller.names), "roles": ["seller"], "gs1Prefixes": [], "subjects": []},
    )  # fmt: skip


def test_two_apps_in_one_process_have_metrics_of_their_own(server, open_server):
    before = open_server.get("/metrics").text.count('route="/charter"')
    server.get("/charter")
    assert open_server.get("/metrics").text.count('route="/charter"') == before


@pytest.mark.parametrize("path", ["/", "/checkpoint", "/healthz", "/01/06901234567892", "/nothing", "/entries/x"])
def test_head_is_get_without_a_body(server, path):
    got, asked = server.get(path, "text/html"), server.ask("HEAD", path, headers={"Accept": "text/html"})
    assert asked.status == got.status
    assert asked.body == b""
    assert asked.headers["Content-Type"] == got.headers["Content-Type"]
    if "json" not in got.headers["Content-Type"]:
        assert abs(int(asked.headers["Content-Length"]) - len(got.body)) < 50
    assert server.logged(lambda line: line.get("method") == "HEAD" and line["status"] == got.status)


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/entries"), ("PUT", "/"), ("POST", "/trace"), ("OPTIONS", "/")]
)
def test_other_methods_are_told_which_there_are(server, method, path):
    answer = server.ask(method, path, headers={"Accept": JSON})
    assert answer.status == 405
    assert answer.headers["Allow"] in ("GET", "POST")


def test_unknown_addresses(server):
    for path in ("/nothing", "/01", "/01/", "/docs", "/redoc", "/entries/", "/trace/", "/.env", "/01/1/2/3/4"):
        assert server.get(path, JSON).status == 404, path


def test_every_answer_has_the_headers_of_a_careful_server(server):
    for path in ("/", "/nothing", "/checkpoint", "/openapi.json", "/metrics", "/entries/x"):
        headers = server.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "Server" not in headers
        assert "Set-Cookie" not in headers


def test_logs_are_json_lines_without_what_people_asked_for(server, world, zone_terms):
    server.get("/01/06901234567892/21/SECRETSERIAL?lang=en", "text/html")
    server.get("/trace?subject=https://id.gs1.org/01/06901234567892/21/SECRETSERIAL", JSON)
    server.get("/search?q=SECRETSERIAL", "text/html")
    server.post("/entries", b"SECRETBODY", "application/cose", **{"User-Agent": "SECRETAGENT"})
    assert server.logged(lambda line: line.get("route") == "/01/{gtin}/21/{serial:path}" and line.get("form") == "item")
    line = server.logged(lambda line: line.get("route") == "/entries" and line.get("outcome") == "malformed")
    assert line["method"] == "POST"
    assert line["status"] == 400
    assert line["milliseconds"] >= 0
    assert "SECRET" not in json.dumps(server.lines)
    assert "127.0.0.1" not in json.dumps(server.lines)


def test_a_request_has_an_id_and_takes_a_proxys_if_it_is_harmless(server):
    assert re.fullmatch("[0-9a-f]{16}", server.get("/healthz").headers["Suyuan-Request"])
    given = server.get("/healthz", **{"X-Request-ID": "abcdef-12345678"})
    assert given.headers["Suyuan-Request"] == "abcdef-12345678"
    odd = server.get("/healthz", **{"X-Request-ID": 'x" {"a": 1}'})
    assert re.fullmatch("[0-9a-f]{16}", odd.headers["Suyuan-Request"])


def test_invented_methods_do_not_fill_the_metrics(server):
    for number in range(3):
        assert server.ask(f"INVENTED{number}", "/healthz").status == 400  # the parser knows none such
    for known in ("PROPFIND", "MKCOL", "PURGE"):
        assert server.ask(known, "/healthz").status == 405
    text = server.get("/metrics").text
    assert 'method="other"' in text
    assert not re.search("INVENTED|PROPFIND|MKCOL|PURGE", text)
