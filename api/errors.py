"""What only a request can get wrong; joins the one tree of errors, so that one table answers them all.

SuyuanError
RequestError
MediaTypeError     a content type or coding that this address does not read
NotAcceptableError no form of the answer that the asker accepts
SlowError          the body did not arrive in time
NoRouteError       no such address
MethodError        the address is there, the method is not
UnauthenticatedError no signature on the request, or one that does not count
RateError          more requests than one key or address may send
FaultError         a fault of ours that nobody foresaw
"""

from __future__ import annotations

from verifier.errors import SuyuanError


class RequestError(SuyuanError):
    """A request that was not understood before anything looked into it."""

    code = "request"


class MediaTypeError(RequestError):
    """A content type or coding that is not read here."""

    code = "media-type"


class NotAcceptableError(RequestError):
    """The asker accepts none of the forms that there are."""

    code = "not-acceptable"


class SlowError(RequestError):
    """The body did not arrive in time."""

    code = "slow"


class NoRouteError(RequestError):
    """No such address."""

    code = "no-route"


class MethodError(RequestError):
    """Another method than this address knows."""

    code = "method"


class UnauthenticatedError(RequestError):
    """No signature where one is asked for, or one that does not count (docs/access.md)."""

    code = "unauthenticated"


class RateError(RequestError):
    """More requests than one key or one address may send.

    Attributes:
        retry_after: seconds until one more is let in.
        policy: the limit's name.
        quota: how many it allows a minute.
    """

    code = "rate"
    retry_after = 1
    policy = "address"
    quota = 0


class FaultError(SuyuanError):
    """A fault of this program; whoever asks learns nothing of it."""

    code = "fault"
