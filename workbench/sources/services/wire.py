"""One try at a question: sent, and read whole, within a limit of size and of time.

Connections are not kept for the next question: a server may close a kept one unseen, and a new one lets the watch see
its socket. Bodies are unpacked here, because httpx takes a gzip stream that was cut off for a whole one.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from workbench.errors import Cancelled
from workbench.sources.services.keys import Hider

LOOK_EVERY = 0.1
"""Seconds between two looks at whether somebody said stop."""

_LOGGERS = ("httpx", "httpcore", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))


class TryAgain(Exception):
    """A try failed in a way that another may not. Its text is a sentence that names no address.

    Attributes
    ----------
    after : float or None
        Seconds the service asked to wait.
    """

    def __init__(self, message: str, after: float | None = None) -> None:
        self.message = message
        self.after = after
        super().__init__(message)


class GiveUp(Exception):
    """A try failed in a way that another will too: what happened, and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent. ``url`` holds no secret; the secrets are put in when it goes out."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    body: bytes = b""
    secret_params: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Raw:
    """What came: status, headers with names in lower case, the unpacked body, and where a redirect leads."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    location: str = field(default="", repr=False)


class Watch:
    """Cuts a connection when its time is up or somebody said stop: a thread that waits for bytes cannot look itself.

    Parameters
    ----------
    seconds : float
        From now to the end of the reply.
    cancelled : callable or None
    """

    def __init__(self, seconds: float, cancelled: Callable[[], bool] | None) -> None:
        self._ends = time.monotonic() + seconds
        self._cancelled = cancelled
        self._over = threading.Event()
        self._stream: Any = None
        self._why: Exception | None = None
        self._thread = threading.Thread(target=self._look, name="workbench-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by httpcore what happens; remembers the newest connection."""
        stream = info.get("return_value")
        if event.endswith(".complete") and hasattr(stream, "get_extra_info"):
            self._stream = stream
            if self._why is not None:
                self._cut()

    def check(self) -> None:
        """Raise when the connection was cut from here."""
        if self._why is not None:
            raise self._why

    def _look(self) -> None:
        while not self._over.wait(max(0.0, min(LOOK_EVERY, self._ends - time.monotonic()))):
            if self._cancelled is not None and self._cancelled():
                self._why = stopped()
            elif time.monotonic() >= self._ends:
                self._why = TryAgain("The reply did not come to an end in the time allowed.")
            if self._why is not None:
                self._cut()
                return

    def _cut(self) -> None:
        sock = self._stream.get_extra_info("socket") if self._stream is not None else None
        if sock is not None:
            with suppress(OSError):  # gone already
                # Not SSLSocket's own: it takes the TLS state away under the thread that reads.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


def stopped() -> Cancelled:
    """The error of work that somebody stopped."""
    return Cancelled("It was stopped.", "What was fetched is kept: ask again and it goes on from there.")


def send(http: httpx.Client, question: Question, limit: int, watch: Watch, hider: Hider) -> Raw:
    """Send a question once and read the reply to its end.

    Parameters
    ----------
    http : httpx.Client
    question : Question
    limit : int
        Bytes, unpacked.
    watch : Watch
        Entered already.
    hider : Hider
        Of the question's secrets.

    Returns
    -------
    Raw

    Raises
    ------
    TryAgain
        When no whole reply came.
    GiveUp
        When it is larger than ``limit``, or the certificate is not good.
    Cancelled
    """
    try:
        return _send(http, question, limit, watch, hider)
    except (httpx.TransportError, zlib.error) as error:
        said = _said(error)
    # Out of the except block on purpose: httpx's error holds the request with its secrets, and must not be chained.
    watch.check()
    raise said


def _send(http: httpx.Client, question: Question, limit: int, watch: Watch, hider: Hider) -> Raw:
    url = question.url.copy_merge_params(question.secret_params) if question.secret_params else question.url
    request = http.build_request(
        question.method,
        url,
        headers={**question.headers, **question.secret_headers, "accept-encoding": "gzip"},
        content=question.body or None,
        extensions={"trace": watch.trace},
    )
    with _quiet(hider):
        response = http.send(request, stream=True, follow_redirects=False)
        try:
            content = _read(response, limit, watch)
        finally:
            response.close()
    headers = {k.lower(): v for k, v in response.headers.items() if k.lower() != "set-cookie" and not hider.among(v)}
    return Raw(response.status_code, headers, content, response.headers.get("location", ""))


def _read(response: httpx.Response, limit: int, watch: Watch) -> bytes:
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("", "identity", "gzip", "x-gzip"):
        raise TryAgain(f"The reply is packed as {packed}, which was not asked for.")
    claimed = response.headers.get("content-length", "")
    if claimed.isdigit() and int(claimed) > limit:
        raise _too_large(limit)
    body = _Gunzip(limit) if "gzip" in packed else _Plain(limit)
    for chunk in response.iter_raw():
        watch.check()
        body.add(chunk)
    watch.check()  # without a length, an end that the watch made looks like the end of the body
    return body.whole()


class _Plain:
    def __init__(self, limit: int) -> None:
        self._parts: list[bytes] = []
        self._limit = self._left = limit

    def add(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise _too_large(self._limit)
        self._parts.append(chunk)

    def whole(self) -> bytes:
        return b"".join(self._parts)


class _Gunzip(_Plain):
    """Unpacks no more than the limit, and knows whether the stream came to its end."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._member = zlib.decompressobj(wbits=31)
        self._begun = False

    def add(self, chunk: bytes) -> None:
        while chunk:
            if self._member.eof:  # gzip allows several streams one after another
                self._member = zlib.decompressobj(wbits=31)
            self._begun = True
            super().add(self._member.decompress(chunk, self._left + 1))
            chunk = self._member.unused_data or self._member.unconsumed_tail

    def whole(self) -> bytes:
        if self._begun and not self._member.eof:
            raise TryAgain("The reply was cut off: its packed content has no end.")
        return super().whole()


def _too_large(limit: int) -> GiveUp:
    size = f"{limit / 2**20:.0f} MB" if limit >= 2**20 else f"{limit:,} bytes"
    return GiveUp(f"The reply is larger than {size}.", "Ask for fewer areas, periods or groups at a time.")


def _said(error: Exception) -> TryAgain | GiveUp:
    """What happened, in words of our own: the library's may hold an address."""
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error).upper():
        return GiveUp(
            "Its certificate could not be checked, so nothing was asked.",
            "Ask whoever looks after your network whether it replaces certificates, and set SSL_CERT_FILE to theirs.",
        )
    return TryAgain(next((said for kind, said in _WORDS if isinstance(error, kind)), "The connection broke off."))


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "No connection was made in the time allowed."),
    (httpx.ReadTimeout, "It did not answer in the time allowed."),
    (httpx.TimeoutException, "It took too long."),
    (httpx.ConnectError, "No connection could be made."),
    (httpx.ProxyError, "The proxy between here and the service did not let the question through."),
    (httpx.RemoteProtocolError, "The reply was cut off, or was no proper reply."),
    (zlib.error, "The reply was damaged: its packed content cannot be read."),
)


@contextmanager
def _quiet(hider: Hider) -> Iterator[None]:
    """Keep what holds a secret out of the log: httpx writes every address it asks."""

    def fit_to_log(record: logging.LogRecord) -> bool:
        return not hider.among(record.getMessage())

    loggers = [logging.getLogger(name) for name in _LOGGERS] if hider else []
    for logger in loggers:
        logger.addFilter(fit_to_log)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(fit_to_log)
