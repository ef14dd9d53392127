"""Headers of every answer: what a browser may do with it. Pages may run the release's script; nothing else may run."""

from __future__ import annotations

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


_RAW_PAGE, _RAW_OTHER = (
    tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in each.items())
    for each in (_EVERY | _PAGE, _EVERY | {"Content-Security-Policy": _NO_CONTENT})
)


def add_headers(headers: list[tuple[bytes, bytes]]) -> None:
    """Add what an answer does not say by itself; names are in lower case."""
    said = dict(headers)
    page = said.get(b"content-type", b"").startswith(b"text/html")
    headers += [each for each in (_RAW_PAGE if page else _RAW_OTHER) if each[0] not in said]
