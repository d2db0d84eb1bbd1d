"""The one way out to statistics services: asks, waits, asks again, and gives whole replies only.

Made, it does nothing; each ``get`` or ``post`` asks one question. A question is asked again after a broken connection,
a timeout, a reply that was cut off, status 429, 500, 502, 503 or 504, and once more after a reply that the caller's
check does not take for a whole answer. Everything else ends in one error that says which service, what happened and
what to do. Replies that passed the check are kept as they came, see ``cache.py``.

Secrets go out with the question and stand nowhere else. They are not sent on to another host, nor over plain HTTP
(except to this computer, for mirrors and tests). TLS is always checked. Proxies are those of the environment.

Verified: every fault named here, against a local server that misbehaves (``tests/sources/services/test_client.py``).
Wants a live run: proxies that inspect TLS, and what each service says when it throttles.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json as json_text
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import httpx

from workbench import __version__
from workbench.errors import KeyMissing, Refused, SourceUnavailable
from workbench.sources.services import cache as kept
from workbench.sources.services.cache import ReplyCache, question_key
from workbench.sources.services.contract import Check, Reply
from workbench.sources.services.excerpt import excerpt
from workbench.sources.services.keys import Hider
from workbench.sources.services.wire import LOOK_EVERY, GiveUp, Question, Raw, TryAgain, Watch, send, stopped

USER_AGENT = f"data-sharing-workbench/{__version__} (analysts of UK local partnerships)"

_PASSING = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAME_METHOD = frozenset({307, 308})
_LATER = "Try again later. What was fetched is kept."


class HttpClient:
    """A :class:`~workbench.sources.services.contract.Client` over HTTP.

    Parameters
    ----------
    service : str, optional
        Name of the service, for messages; the host when empty.
    cache : ReplyCache, optional
        Without one nothing is kept.
    max_age_hours : float
        How old a kept reply may be where the question does not say.
    connect_timeout, read_timeout : float
        Seconds without a connection, and between two pieces of a reply.
    deadline : float
        Seconds for one whole reply, however it drips.
    tries : int
        How often a question is asked at most.
    check_tries : int
        How often it is asked at most when the replies come but fail the check.
    longest_wait : float
        Seconds between two tries at most. A service that asks for more is not waited for.
    largest : int
        Bytes of the largest reply taken.
    sleep : callable
        Waits so many seconds.
    now : callable
        The time, with its zone.
    cancelled : callable, optional
        Looked at between pieces and while waiting: True ends the question with ``Cancelled``.
    transport : httpx.BaseTransport, optional
        Stands in for the network.

    Examples
    --------
    >>> client = HttpClient("Nomis", ReplyCache(folder))  # doctest: +SKIP
    >>> client.get("https://www.nomisweb.co.uk/api/v01/...", check=is_whole).sha256  # doctest: +SKIP
    """

    def __init__(
        self,
        service: str = "",
        cache: ReplyCache | None = None,
        *,
        max_age_hours: float = 24,
        connect_timeout: float = 30,
        read_timeout: float = 90,
        deadline: float = 900,
        tries: int = 4,
        check_tries: int = 2,
        longest_wait: float = 120,
        largest: int = 256 * 2**20,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = kept.now,
        cancelled: Callable[[], bool] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.service = service
        self._cache = cache
        self._max_age = max_age_hours
        self._timeout = httpx.Timeout(read_timeout, connect=connect_timeout)
        self._deadline = deadline
        self._tries = tries
        self._check_tries = check_tries
        self._longest_wait = longest_wait
        self._largest = largest
        self._sleep = sleep
        self._now = now
        self._cancelled = cancelled
        self._transport = transport

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        check: Check,
        headers: Mapping[str, str] | None = None,
        secret_params: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, str] | None = None,
        max_age_hours: float | None = None,
    ) -> Reply:
        """A whole reply to GET.

        Raises
        ------
        KeyMissing
            When the service wants a key, or another.
        Refused
            When it will not answer this question.
        SourceUnavailable
            When no whole reply came.
        Cancelled
        """
        whole = httpx.URL(url).copy_merge_params(dict(params)) if params else httpx.URL(url)
        question = Question(
            "GET", whole, dict(headers or {}), b"", dict(secret_params or {}), dict(secret_headers or {})
        )
        return self._ask(question, check, max_age_hours)

    def post(
        self,
        url: str,
        *,
        check: Check,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, str] | None = None,
        max_age_hours: float | None = None,
    ) -> Reply:
        """A whole reply to POST of a query; errors as for :meth:`get`."""
        if form is not None:
            body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = json_text.dumps(json, ensure_ascii=False, allow_nan=False).encode(), "application/json"
        sent = {"content-type": kind, **{k.lower(): v for k, v in (headers or {}).items()}}
        return self._ask(
            Question("POST", httpx.URL(url), sent, body, {}, dict(secret_headers or {})), check, max_age_hours
        )

    def __repr__(self) -> str:
        return f"HttpClient({self.service!r})"

    # --- one question -------------------------------------------------------------------------------------------------

    def _ask(self, question: Question, check: Check, max_age_hours: float | None) -> Reply:
        asking = _Asking(self.service or question.url.host, question)
        asking.refuse_unsafe()
        key = question_key(question.method, str(question.url), question.headers, question.body)
        max_age = self._max_age if max_age_hours is None else max_age_hours
        if self._cache is not None and (reply := self._kept(key, max_age, check)) is not None:
            return reply
        reply = self._fetch(asking, check)
        # A reply that repeats a key is handed over and not kept.
        if self._cache is not None and not asking.hider.among(reply.content):
            self._cache.put(key, reply, question.method)
        return reply

    def _kept(self, key: str, max_age: float, check: Check) -> Reply | None:
        if self._cache is None or max_age <= 0:
            return None
        reply = self._cache.get(key, self._now() - timedelta(hours=max_age))
        if reply is None:
            return None
        try:
            check(reply)
        except SourceUnavailable:  # kept by an earlier version that was less strict
            self._cache.drop(key)
            return None
        return reply

    def _fetch(self, asking: _Asking, check: Check) -> Reply:
        """Ask until a whole reply came, or trying on makes no sense."""
        unfit = 0
        with self._http(asking) as http:
            for tried in range(1, self._tries + 1):
                try:
                    reply = self._answer(http, asking)
                    asking.check(check, reply)
                except TryAgain as error:
                    self._wait(asking, error, tried)
                except GiveUp as error:
                    raise asking.error(SourceUnavailable, error.message, error.remedy) from None
                except (KeyMissing, Refused):
                    raise
                except SourceUnavailable:
                    unfit += 1
                    if unfit >= self._check_tries or tried == self._tries:
                        raise
                    self._pause(_backoff(tried))
                else:
                    return reply
        raise AssertionError("the last try ends in a reply or an error")  # pragma: no cover

    def _answer(self, http: httpx.Client, asking: _Asking) -> Reply:
        """One try: the reply after redirects, with a status that says it is one."""
        question = asking.question
        for _ in range(6):
            if self._cancelled is not None and self._cancelled():
                raise stopped()
            with Watch(self._deadline, self._cancelled) as watch:
                raw = send(http, question, self._largest, watch, asking.hider)
            if raw.status not in _REDIRECTS or not raw.location:
                return self._reply(raw, asking)
            question = asking.redirected(question, raw)
        raise GiveUp("It sends from one address to the next without an end.", "Check the base address of the service.")

    def _reply(self, raw: Raw, asking: _Asking) -> Reply:
        if raw.status in _PASSING:
            raise TryAgain(_status_words(raw.status), _asked_to_wait(raw.headers, self._now()))
        if not 200 <= raw.status < 300:
            raise asking.refusal(raw)
        digest = hashlib.sha256(raw.content).hexdigest()
        url = asking.hider.text(str(asking.question.url))
        return Reply(url, raw.status, raw.headers, raw.content, self._now(), digest)

    def _http(self, asking: _Asking) -> httpx.Client:
        try:
            return httpx.Client(
                headers={"user-agent": USER_AGENT},
                timeout=self._timeout,
                limits=httpx.Limits(max_keepalive_connections=0),
                transport=self._transport,
            )
        except (ImportError, ValueError, OSError) as error:
            said = f"The proxy or certificates set on this computer cannot be used ({type(error).__name__})."
        raise asking.error(SourceUnavailable, said, "Check HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE.")

    # --- waiting ------------------------------------------------------------------------------------------------------

    def _wait(self, asking: _Asking, error: TryAgain, tried: int) -> None:
        """Wait for the next try, or say that there will be none."""
        wait = _backoff(tried) if error.after is None else max(0.0, error.after)
        if wait > self._longest_wait:
            remedy = f"It asks to wait {_duration(wait)}. Try again after that. What was fetched is kept."
            raise asking.error(SourceUnavailable, error.message, remedy) from None
        if tried == self._tries:
            asked = f" It was asked {tried} times." if tried > 1 else ""
            raise asking.error(SourceUnavailable, f"{error.message}{asked}", _LATER) from None
        self._pause(wait)

    def _pause(self, seconds: float) -> None:
        if self._cancelled is None:
            self._sleep(seconds)
            return
        left = seconds
        while left > 0:
            if self._cancelled():
                raise stopped()
            self._sleep(min(LOOK_EVERY, left))
            left -= LOOK_EVERY


class _Asking:
    """A question under way, and how to speak of it without its secrets."""

    def __init__(self, service: str, question: Question) -> None:
        self.service = service
        self.question = question
        self.hider = Hider([*question.secret_params.values(), *question.secret_headers.values()])

    def refuse_unsafe(self) -> None:
        """Refuse a question that would show a secret, before it goes out."""
        url = self.question.url
        if url.scheme not in ("http", "https") or not url.host:
            raise self.error(SourceUnavailable, "The address is no web address.", "Check the base address.")
        if url.userinfo:
            raise self.error(SourceUnavailable, "The address holds a password.", "Give the base address without it.")
        if not self.hider:
            return
        if url.scheme == "http" and not _is_this_computer(url.host):
            raise self.error(
                SourceUnavailable, "The key would go out unencrypted.", "Use an address that begins with https."
            )
        if not all(v.isascii() and v.isprintable() for v in self.question.secret_headers.values()):
            raise self.error(KeyMissing, "The key has characters that no key has.", "Copy the key again.")

    def redirected(self, question: Question, raw: Raw) -> Question:
        """The question at the address it is sent on to; secrets stay with the host they were meant for."""
        try:
            url = question.url.join(raw.location)
        except httpx.InvalidURL:
            raise GiveUp("It sends on to something that is no address.", _LATER) from None
        if url.scheme != "https" and not (question.url.scheme == url.scheme == "http" and _is_this_computer(url.host)):
            raise GiveUp("It sends on to an address without encryption.", "Check the base address of the service.")
        same = (url.scheme, url.host, url.port) == (question.url.scheme, question.url.host, question.url.port)
        for name in question.secret_params if same else ():  # a host may repeat its own question; it is put in again
            url = url.copy_remove_param(name)
        if url.userinfo or self.hider.among(str(url)):
            raise GiveUp("It sends the key on in an address.", "Check the base address of the service.")
        if question.method != "GET" and not (same and raw.status in _SAME_METHOD):
            raise GiveUp("It sends the question on, and would drop what was asked.", "Check the base address.")
        return Question(
            question.method,
            url,
            question.headers,
            question.body,
            question.secret_params if same else {},
            question.secret_headers if same else {},
        )

    def refusal(self, raw: Raw) -> SourceUnavailable:
        """The error for a status that another try would not change."""
        said = excerpt(raw.content)
        told = f"{_status_words(raw.status)}{f' It said: “{said}”' if said else ''}"
        if raw.status == 401 or (raw.status == 403 and self.hider):
            remedy = "Check the key: it may be mistyped, have run out, or belong to another service."
            return self.error(KeyMissing, told, remedy)
        if raw.status in (403, 407):
            remedy = "Ask whoever looks after your network whether the address is blocked. Some services want a key."
            return self.error(Refused, told, remedy)
        return self.error(Refused, told, "Check the codes that were asked for. The service may have changed them.")

    def check(self, check: Check, reply: Reply) -> None:
        """Run a check; what it raises names the service too, and no secret."""
        try:
            check(reply)
        except SourceUnavailable as error:
            there = self.service in f"{error.where} {error.message}"
            where = error.where if there else ", ".join(filter(None, (self.service, error.where)))
            clean = type(error)(self.hider.text(error.message), self.hider.text(error.remedy), self.hider.text(where))
            if not self.hider:
                raise clean from error
        else:
            return
        raise clean  # outside: the error it replaces, and what that was raised from, may show the reply with its key

    def error(self, kind: type[SourceUnavailable], message: str, remedy: str) -> SourceUnavailable:
        """An error that names the service and no secret."""
        return kind(self.hider.text(message), self.hider.text(remedy), self.service)


def _backoff(tried: int) -> float:
    return float(2 ** (tried - 1))


def _asked_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds a service asks to wait: Retry-After in seconds or as a date, else the reset time of Stat-Xplore."""
    said = headers.get("retry-after", "").strip()
    if said.isdigit():
        return float(said)
    if said:
        try:
            when = parsedate_to_datetime(said)
        except ValueError:
            return None
        return (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()
    remaining = [headers.get(f"x-ratelimit-remaining{part}", "") for part in ("", "-table", "-schema")]
    resets = [headers.get(f"x-ratelimit-reset{part}", "") for part in ("", "-table", "-schema")]
    used_up = [int(at) / 1000 for left, at in zip(remaining, resets, strict=True) if left == "0" and at.isdigit()]
    return max(used_up) - now.timestamp() if used_up else None


_STATUS: Mapping[int, str] = {
    400: "It did not understand the question (400).",
    401: "It wants a key, or did not accept the one sent (401).",
    403: "It does not allow the question (403).",
    404: "It does not have what was asked for (404).",
    422: "It does not know a code that was asked for (422).",
    429: "It has been asked too often and wants a pause (429).",
    500: "It failed while it answered (500).",
    502: "It could not be reached behind its own entrance (502).",
    503: "It is out of service for the moment (503).",
    504: "It took too long to work out the answer (504).",
}


def _status_words(status: int) -> str:
    return _STATUS.get(status, f"It answered with status {status}, which is no answer.")


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes > 1 else f"{round(seconds)} seconds"


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
