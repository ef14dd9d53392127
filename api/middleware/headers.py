"""Headers of every answer: what a browser may do with it. Pages may run the release's script; nothing else may run."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

PAGE_CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types suyuan"
)
_NO_CONTENT = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
_EVERY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGE = {
    "Content-Security-Policy": PAGE_CONTENT,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
}


def add_headers(headers: MutableHeaders) -> None:
    """Add what an answer does not say by itself."""
    page = headers.get("content-type", "").startswith("text/html")
    wanted = _EVERY | (_PAGE if page else {"Content-Security-Policy": _NO_CONTENT})
    for name, value in wanted.items():
        headers.setdefault(name, value)
