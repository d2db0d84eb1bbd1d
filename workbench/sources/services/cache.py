"""Replies kept as they came, so that a figure can be traced to its reply and a long pull can go on where it stopped.

A folder holds ``bodies/<sha256>`` with the bytes of each reply, and ``questions/<hash>.json`` with what was asked and
when, and which body answered it. The hash is of method, address, headers and body of the question, without any secret.
Two questions with one answer share its body. Each file is written beside its place and moved there whole. A body whose
bytes no longer give its name is dropped and asked for again.

Verified by the tests on files; it knows no service.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workbench.errors import DataError
from workbench.sources.services.contract import Reply

_KEPT_HEADERS = re.compile(r"content-type|content-language|date|etag|expires|last-modified|link|x-ratelimit.*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def question_key(method: str, url: str, headers: Mapping[str, str], body: bytes) -> str:
    """The key of a question: its hash. None of the arguments may hold a secret."""
    asked = [method.upper(), url, sorted((k.lower(), v) for k, v in headers.items()), hashlib.sha256(body).hexdigest()]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


@dataclass(frozen=True)
class ReplyCache:
    """Replies in a folder. Nothing is read or written until it is asked.

    Parameters
    ----------
    folder : Path
        Made when the first reply is kept.
    """

    folder: Path

    def get(self, key: str, since: datetime) -> Reply | None:
        """The reply kept under a key, unless it was fetched before ``since`` or is not whole.

        Parameters
        ----------
        key : str
            From :func:`question_key`.
        since : datetime.datetime
            With its time zone.
        """
        stored = self._stored(key)
        if stored is None or stored.fetched < since:
            return None
        content = self.body(stored.sha256)
        if content is None:
            self.drop(key)
            return None
        return Reply(stored.url, stored.status, stored.headers, content, stored.fetched, stored.sha256, cached=True)

    def put(self, key: str, reply: Reply, method: str = "GET") -> None:
        """Keep a reply.

        Raises
        ------
        DataError
            When the folder cannot be written: a figure could then not be traced.
        """
        about = {
            "method": method,
            "url": reply.url,
            "status": reply.status,
            "headers": {k: v for k, v in reply.headers.items() if _KEPT_HEADERS.fullmatch(k)},
            "fetched": reply.fetched.isoformat(),
            "sha256": reply.sha256,
            "bytes": len(reply.content),
        }
        try:
            if self.body(reply.sha256) is None:
                _write(self.folder / "bodies" / reply.sha256, reply.content)
            _write(self._question(key), json.dumps(about, indent=1, sort_keys=True).encode())
        except OSError as error:
            raise DataError(
                f"The reply cannot be kept: {(error.strerror or str(error)).lower()}.",
                "Make room on the disk, or choose a folder in which you may write.",
                str(self.folder),
            ) from error

    def body(self, sha256: str) -> bytes | None:
        """The bytes of a reply by their hash, or None when they are not held whole. A damaged body is dropped."""
        if not _SHA256.fullmatch(sha256):
            return None
        path = self.folder / "bodies" / sha256
        try:
            content = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(content).hexdigest() == sha256:
            return content
        with suppress(OSError):
            path.unlink()
        return None

    def trace(self, sha256: str) -> tuple[Reply, ...]:
        """Every question that this body answered, the earliest first: where a figure came from, and when."""
        found = [reply for key in self._keys() if (reply := self._stored(key)) and reply.sha256 == sha256]
        return tuple(sorted(found, key=lambda reply: reply.fetched))

    def drop(self, key: str) -> None:
        """Forget a question. The body stays: another question may have it for an answer."""
        with suppress(OSError):
            self._question(key).unlink()

    def prune(self, older_than_days: float, now: datetime) -> int:
        """Drop questions asked longer ago than this, and bodies that answer none; how many questions were dropped."""
        before, dropped, wanted = now - timedelta(days=older_than_days), 0, set()
        for key in self._keys():
            stored = self._stored(key)
            if stored is None or stored.fetched < before:
                self.drop(key)
                dropped += 1
            else:
                wanted.add(stored.sha256)
        for path in (self.folder / "bodies").glob("*"):
            if path.name not in wanted and _SHA256.fullmatch(path.name):
                with suppress(OSError):
                    path.unlink()
        return dropped

    def _question(self, key: str) -> Path:
        return self.folder / "questions" / f"{key}.json"

    def _keys(self) -> Iterator[str]:
        return (path.stem for path in sorted((self.folder / "questions").glob("*.json")))

    def _stored(self, key: str) -> Reply | None:
        """What is known of a reply, without its bytes; None when the note is missing or damaged."""
        try:
            about = json.loads(self._question(key).read_bytes())
            fetched = datetime.fromisoformat(about["fetched"])
            headers = {str(k): str(v) for k, v in about["headers"].items()}
            reply = Reply(str(about["url"]), int(about["status"]), headers, b"", fetched, str(about["sha256"]), True)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return reply if fetched.tzinfo is not None and _SHA256.fullmatch(reply.sha256) else None


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _write(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there: another reader sees the whole of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
