"""A public desk on HTTP, over a zone whose items have hidden codes."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from api.publicdesk.app import create_public_desk_app
from api.publicdesk.rates import DeskLimits
from ledger.publicdesk.desk import PublicDesk
from tests.api.app_server import AppServer

FREE = DeskLimits(0, 0, 0, 0, 0)
HTML = "text/html,application/xhtml+xml"


class DeskServer(AppServer):
    """The app of a desk."""

    def __init__(self, desk: PublicDesk, limits: DeskLimits = FREE) -> None:
        super().__init__(create_public_desk_app(desk, limits=limits, language="en"), backlog=16_384)

    def ask(self, method, path, body=None, headers=None):
        return self.send(method, f"/desk{path}", body, headers)

    def get(self, path, **query):
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path, **members):
        return self.ask("POST", path, json.dumps(members), {"Content-Type": "application/json"})

    def send_form(self, path, **fields):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": HTML}
        return self.ask("POST", path, urlencode(fields), headers)
