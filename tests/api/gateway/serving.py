"""A gateway on HTTP, over a zone of firms."""

from __future__ import annotations

from api.gateway.app import create_gateway_app
from ledger.gateway.reader import Reader
from tests.api.app_server import AppServer
from tests.ledger.gateway.zone import Gated

TOKEN = "an-invented-token-of-the-gateway"


class GatewayServer(AppServer):
    """The app of a gateway."""

    def __init__(self, gated: Gated, reader: Reader | None = None) -> None:
        super().__init__(create_gateway_app(gated.gateway, TOKEN, language="en", reader=reader))

    def ask(self, method, path, body=None, kind=None, token=TOKEN, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        sent |= {"Content-Type": kind} if kind else {}
        return self.send(method, path, body, sent)
