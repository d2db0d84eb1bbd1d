"""A server on this machine that answers as it is told, and can misbehave in every way a service does.

::

    server.will(Say(500), Say(body=b"A,B\\n1,2\\n"))      # one answer for each question, in turn
    server.answers(lambda asked: Say.json({"page": asked.query["page"]}))  # or from the question
    server.asked[0].query["date"]                          # what was asked

It waits on an event and never sleeps, so that a test ends at once.
"""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import httpx


@dataclass(frozen=True)
class Say:
    """One answer.

    Attributes
    ----------
    status, body, headers
        As sent.
    length : int or None
        What Content-Length claims, when it is not what comes; -1: no such header.
    wait : float
        Seconds before the first byte; the end of the test ends it.
    drip : float
        Seconds between two bytes of the body.
    drip_headers : float
        Seconds between two bytes of the headers.
    reset : bool
        Reset the connection instead of answering.
    broken_after : int or None
        Reset the connection after so many bytes of the body.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    wait: float = 0
    drip: float = 0
    drip_headers: float = 0
    reset: bool = False
    broken_after: int | None = None

    @classmethod
    def json(cls, value: object, status: int = 200, **more: Any) -> Self:
        """An answer in JSON."""
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json"}, **more)

    @classmethod
    def csv(cls, text: str, **more: Any) -> Self:
        """An answer in CSV."""
        return cls(200, text.encode(), {"Content-Type": "text/csv"}, **more)

    @classmethod
    def page(cls, words: str = "The service is busy", status: int = 200) -> Self:
        """A web page where data were asked for."""
        body = f"<!DOCTYPE html><html><head><title>x</title></head><body><h1>{words}</h1></body></html>"
        return cls(status, body.encode(), {"Content-Type": "text/html"})

    def packed(self, cut: int = 0) -> Self:
        """The same answer packed with gzip, without its last ``cut`` bytes."""
        body = gzip.compress(self.body)
        return replace(self, body=body[: len(body) - cut], headers={**self.headers, "Content-Encoding": "gzip"})


@dataclass(frozen=True)
class Asked:
    """One question as it came; names of headers in any case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


class Server:
    """Answers with what :meth:`will` and :meth:`answers` were given, else with status 599; over TLS with a context."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.ended = threading.Event()
        self._turn: deque[Say] = deque()
        self._answer: Callable[[Asked], Say] | None = None
        outer = self

        class Handler(_Handler):
            server_of_test = outer

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Say nothing: a client that goes away is what is being tested."""

        self._http = Quiet(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.url = f"{'https://localhost' if tls else 'http://127.0.0.1'}:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def will(self, *answers: Say) -> None:
        """Give these answers to the next questions, in turn."""
        self._turn.extend(answers)

    def answers(self, answer: Callable[[Asked], Say]) -> None:
        """Work out the answer to every question that has none in turn."""
        self._answer = answer

    def take(self, asked: Asked) -> Say:
        """The answer to a question."""
        self.asked.append(asked)
        if self._turn:
            return self._turn.popleft()
        return self._answer(asked) if self._answer else Say(599, b"The test gave no answer for this question.")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_of_test: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        say = self.server_of_test.take(Asked(self.command, self.path, httpx.Headers(self.headers.items()), body))
        self.close_connection = True
        if say.wait:
            self.server_of_test.ended.wait(say.wait)
        if say.reset:
            self._reset()
            return
        self._send(self._head(say), say.drip_headers)
        sent = say.body if say.broken_after is None else say.body[: say.broken_after]
        self._send(sent, say.drip)
        if say.broken_after is not None:
            self._reset()

    def _head(self, say: Say) -> bytes:
        length = len(say.body) if say.length is None else say.length
        lines = [f"HTTP/1.1 {say.status} Said", *(f"{k}: {v}" for k, v in say.headers.items()), "Connection: close"]
        if length >= 0:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _send(self, content: bytes, drip: float) -> None:
        if not drip:
            self.wfile.write(content)
            self.wfile.flush()
            return
        for byte in content:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server_of_test.ended.wait(drip):
                return

    def _reset(self) -> None:
        """Close so that the other side sees a reset, not an end."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
