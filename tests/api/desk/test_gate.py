"""Who may use a desk: one browser, by an address that works once, from loopback, with forms of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.desk.gate import COOKIE, HEADERS, DeskGate, Session

TOKEN, SECRET = "t" * 43, "c" * 43


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"inside {request.method}")


@dataclass
class Browser:
    """Asks a real server, with a cookie where it was given one."""

    port: int
    cookie: str | None = None
    asked: list[HTTPConnection] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, headers: Mapping[str, str | bytes] | None = None) -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.asked.append(connection)
        own = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        connection.request(method, path, headers={**own, **(headers or {})})
        return connection.getresponse()

    def get(self, path: str, **headers: str | bytes) -> HTTPResponse:
        return self.ask("GET", path, headers)

    def open(self, token: str = TOKEN) -> HTTPResponse:
        answer = self.ask("GET", f"/open?token={token}")
        if answer.status == 303:
            self.cookie = (answer.getheader("set-cookie") or "").partition(";")[0].partition("=")[2]
        return answer


@pytest.fixture
def browser() -> Iterator[Browser]:
    app = Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])])
    gated = DeskGate(app, session=Session(token=TOKEN, cookie=SECRET, form="f" * 43))
    server = uvicorn.Server(uvicorn.Config(gated, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    asking = Browser(server.servers[0].sockets[0].getsockname()[1])
    yield asking
    for connection in asking.asked:
        connection.close()
    server.should_exit = True
    thread.join()


def test_the_address_opens_the_desk_once_and_becomes_a_cookie_that_no_script_reads(browser: Browser):
    answer = browser.open()
    assert answer.getheader("location") == "/"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set((answer.getheader("set-cookie") or "").split("; "))
    assert browser.get("/").read() == b"inside GET"


def test_the_same_address_opens_nothing_a_second_time(browser: Browser):
    browser.open()
    browser.cookie = None
    assert browser.open().status == 403
    assert browser.get("/").status == 403


@pytest.mark.parametrize("token", ["", "x", "t" * 42, "c" * 43])
def test_another_token_opens_nothing_and_does_not_use_the_right_one_up(browser: Browser, token: str):
    assert browser.open(token).status == 403
    assert browser.open().status == 303


@pytest.mark.parametrize("cookie", ["", "x", "c" * 42, "c" * 44, "%C3%A9"])
def test_a_browser_with_another_cookie_is_refused(browser: Browser, cookie: str):
    assert browser.get("/", Cookie=f"{COOKIE}={cookie}").status == 403


@pytest.mark.parametrize("host", ["desk.example", "127.0.0.1.example:8090", "10.0.0.7:8090", "localhost.example"])
def test_names_that_are_not_loopbacks_are_refused_even_with_the_cookie(browser: Browser, host: str):
    browser.open()
    assert browser.get("/", Host=host).status == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8090", "localhost:8090", "[::1]:8090", "localhost", "[::1]"])
def test_loopbacks_own_names_are_answered(browser: Browser, host: str):
    browser.open()
    assert browser.get("/", Host=host).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://desk.example"},
        {"Origin": "null"},
        {"Origin": "https://{own}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://{own}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://{own}", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(browser: Browser, headers: dict[str, str]):
    browser.open()
    filled = {name: value.replace("{own}", f"127.0.0.1:{browser.port}") for name, value in headers.items()}
    assert browser.ask("POST", "/", filled).status == 403


def test_a_form_of_the_desk_passes_and_every_answer_says_what_a_page_may_do(browser: Browser):
    browser.open()
    answer = browser.ask("POST", "/", {"Origin": browser.origin, "Sec-Fetch-Site": "same-origin"})
    assert answer.read() == b"inside POST"
    assert {name: answer.getheader(name) for name in HEADERS} == HEADERS
