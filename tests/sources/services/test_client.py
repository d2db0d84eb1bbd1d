"""The client gives whole replies only: every way in which a service can fail, against a server that does."""

import hashlib
import io
import json
import logging
import pickle
import ssl
import threading
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from misbehaving import Say, Server

from workbench.errors import Cancelled, KeyMissing, Refused, SourceUnavailable, WorkbenchError
from workbench.sources.services import tidy
from workbench.sources.services.cache import ReplyCache
from workbench.sources.services.client import HttpClient
from workbench.sources.services.keys import Secret

SECRET = "0xA1b2/C3 d4+é"[:-1]
GOOD = Say.csv("A,B\n1,2\n")


class Waits(list):
    """What was waited for, in seconds; nothing is."""

    def __call__(self, seconds):
        self.append(seconds)


def is_table(reply):
    """A check such as a service has: these columns, and no error in place of them."""
    if reply.content.startswith(b"{") and b"error" in reply.content:
        raise Refused(f"It answered {reply.content.decode()}.", "Correct the codes.", reply.url)
    header, _ = tidy.table_of(reply)
    if header != ["A", "B"]:
        tidy.refuse(reply, f"Its columns are {header}.")


@pytest.fixture
def waits():
    return Waits()


@pytest.fixture
def client(waits):
    return HttpClient("Nomis", sleep=waits, read_timeout=0.2, connect_timeout=0.5, deadline=0.6)


def get(client, server, **more):
    return client.get(f"{server.url}/data.csv", {"date": "latest"}, check=is_table, **more)


def failure(client, server, **more):
    with pytest.raises(SourceUnavailable) as raised:
        get(client, server, **more)
    assert "Nomis" in str(raised.value)
    assert raised.value.message
    assert raised.value.remedy
    return raised.value


# --- whole ------------------------------------------------------------------------------------------------------------


def test_a_whole_reply_says_where_it_came_from(client, server):
    server.will(GOOD)
    before = datetime.now(UTC)
    reply = get(client, server)
    assert reply.content == b"A,B\n1,2\n"
    assert reply.sha256 == hashlib.sha256(b"A,B\n1,2\n").hexdigest()
    assert reply.url == f"{server.url}/data.csv?date=latest"
    assert before <= reply.fetched <= datetime.now(UTC)
    assert reply.headers["content-type"] == "text/csv"
    assert not reply.cached
    assert "data-sharing-workbench" in server.asked[0].headers["User-Agent"]


def test_making_a_client_asks_nothing_and_writes_nothing(server, tmp_path):
    HttpClient("Nomis", ReplyCache(tmp_path / "cache"))
    assert server.asked == []
    assert list(tmp_path.iterdir()) == []


def test_a_packed_reply_is_unpacked(client, server):
    server.will(GOOD.packed())
    assert get(client, server).content == GOOD.body
    assert server.asked[0].headers["Accept-Encoding"] == "gzip"


def test_a_query_is_posted_as_json_or_as_a_form(client, server):
    server.will(GOOD, GOOD)
    client.post(f"{server.url}/table", check=is_table, json={"dimensions": [["a"]]})
    client.post(f"{server.url}/table", check=is_table, form={"query": "SELECT é"})
    assert server.asked[0].json == {"dimensions": [["a"]]}
    assert server.asked[1].body == b"query=SELECT+%C3%A9"
    assert [a.headers["Content-Type"] for a in server.asked] == [
        "application/json",
        "application/x-www-form-urlencoded",
    ]


# --- tried again ------------------------------------------------------------------------------------------------------

PASSING = {
    "a server error": Say(500),
    "out of service": Say.page("Down for maintenance", 503),
    "too slow behind its entrance": Say(504),
    "no answer in time": Say(wait=9),
    "a connection reset": Say(reset=True),
    "a download that breaks off": Say.csv("A,B\n1,2\n3,4\n", broken_after=6),
    "a body shorter than it says": Say.csv("A,B\n1,2\n", length=500),
    "a packed body that was cut off": Say.csv("A,B\n" + "1,2\n" * 500).packed(cut=9),
    "a packed body that is damaged": Say(200, b"\x1f\x8bno gzip at all", {"Content-Encoding": "gzip"}),
    "packed in another way": Say(200, b"A,B\n", {"Content-Encoding": "br"}),
    "a body that drips": Say.csv("A,B\n" + "1,2\n" * 500, drip=0.02),
    "headers that drip": Say(200, b"", {"X-Long": "x" * 500}, drip_headers=0.02),
}
UNFIT = {
    "a web page with status 200": Say.page(),
    "nothing with status 200": Say(200, b""),
    "a truncated row": Say.csv("A,B\n1,2\n3"),
    "other columns": Say.csv("A,C\n1,2\n"),
}


@pytest.mark.parametrize("say", [*PASSING.values(), *UNFIT.values()], ids=[*PASSING, *UNFIT])
def test_what_may_pass_is_asked_again(client, server, waits, say):
    server.will(say, GOOD)
    assert get(client, server).content == GOOD.body
    assert len(server.asked) == 2
    assert waits == [1.0]


@pytest.mark.parametrize("say", PASSING.values(), ids=PASSING)
def test_what_does_not_pass_ends_in_one_clear_error(client, server, waits, say):
    server.will(*[say] * 4)
    assert "asked 4 times" in str(failure(client, server))
    assert len(server.asked) == 4
    assert waits == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("say", UNFIT.values(), ids=UNFIT)
def test_a_reply_that_fails_the_check_twice_is_an_error(client, server, say, tmp_path):
    server.will(say, say)
    kept = HttpClient("Nomis", ReplyCache(tmp_path / "cache"), sleep=Waits())
    with pytest.raises(SourceUnavailable):
        get(kept, server)
    assert len(server.asked) == 2
    assert not (tmp_path / "cache").exists()


def test_a_duplicated_page_is_refused_by_the_check(client, server):
    """The client hands over what passed; that a page is the one asked for is the check's to say."""

    def second_page(reply):
        if not reply.content.startswith(b"25000,"):
            tidy.refuse(reply, "It is the first page again.")

    server.will(Say.csv("0,x\n"), Say.csv("0,x\n"))
    with pytest.raises(SourceUnavailable, match="first page again"):
        client.get(f"{server.url}/data.csv", {"RecordOffset": "25000"}, check=second_page)


def test_nobody_at_the_address(client):
    with pytest.raises(SourceUnavailable, match="No connection could be made"):
        client.get("http://127.0.0.1:9/x", check=is_table)


def test_a_proxy_of_the_environment_is_used(client, server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.will(GOOD)
    assert client.get("http://stats.example/x", check=is_table).content == GOOD.body
    assert server.asked[0].target == "http://stats.example/x"


def test_a_proxy_that_cannot_be_used_says_so(client, server, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "gopher://proxy.example:1")
    assert "HTTPS_PROXY" in failure(client, server).remedy


@pytest.fixture
def false_certificate(tmp_path):
    """The address of a server whose certificate nobody vouches for, and what it was asked."""
    x509 = pytest.importorskip("cryptography.x509", reason="needs cryptography, to make a certificate")
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    names = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(names, names, key.public_key(), 1, now, now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "both.pem").write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    with Server(context) as running:
        yield running


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(client, false_certificate, waits):
    error = failure(client, false_certificate, secret_headers={"APIKey": SECRET})
    assert "certificate could not be checked" in str(error)
    assert false_certificate.asked == []
    assert waits == []


# --- not tried again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("say", "kind", "words"),
    [
        (Say.json({"message": "no such field"}, 422), Refused, "no such field"),
        (Say.page("Not here", 404), Refused, "Not here"),
        (Say(400, b"bad query"), Refused, "bad query"),
        (Say(401), KeyMissing, "key"),
        (Say.json({"error": "Query is incomplete"}), Refused, "Query is incomplete"),
        (Say(403), Refused, "does not allow"),
    ],
)
def test_what_another_try_would_not_change_is_asked_once(client, server, waits, say, kind, words):
    server.will(say)
    error = failure(client, server)
    assert type(error) is kind
    assert words in str(error)
    assert len(server.asked) == 1
    assert waits == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_accepted_is_told_apart(client, server, status):
    server.will(Say(status))
    assert isinstance(failure(client, server, secret_headers={"APIKey": "k"}), KeyMissing)


# --- throttled --------------------------------------------------------------------------------------------------------


def test_it_waits_as_long_as_it_is_asked_to(client, server, waits):
    server.will(Say(429, headers={"Retry-After": "7"}), Say(503, headers={"Retry-After": "3"}), GOOD)
    get(client, server)
    assert waits == [7.0, 3.0]


def test_it_waits_until_a_date(server, waits):
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    until = format_datetime(noon + timedelta(seconds=20), usegmt=True)
    server.will(Say(429, headers={"Retry-After": until}), GOOD)
    get(HttpClient("Nomis", sleep=waits, now=lambda: noon), server)
    assert waits == [20.0]


def test_it_reads_the_reset_time_of_stat_xplore(server, waits):
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    reset = str(int((noon.timestamp() + 30) * 1000))
    spent = {"x-ratelimit-remaining-table": "0", "x-ratelimit-reset-table": reset}
    server.will(Say(429, headers=spent), GOOD)
    get(HttpClient("Stat-Xplore", sleep=waits, now=lambda: noon), server)
    assert waits == [30.0]


def test_without_a_time_it_waits_longer_each_time(client, server, waits):
    server.will(Say(429), Say(429, headers={"Retry-After": "soon"}), GOOD)
    get(client, server)
    assert waits == [1.0, 2.0]


def test_it_does_not_wait_for_an_hour(client, server, waits):
    server.will(Say(429, headers={"Retry-After": "3600"}))
    assert "60 minutes" in failure(client, server).remedy
    assert waits == []


# --- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "say",
    [Say(200, b"x" * 2000), Say(200, b"x" * 2000, length=-1), Say(200, b"\0" * 10_000_000).packed()],
    ids=["as it says", "unsaid", "unpacked"],
)
def test_a_reply_that_is_too_large_is_not_read_on(server, waits, say):
    server.will(say)
    error = failure(HttpClient("Nomis", largest=1000, sleep=waits), server)
    assert "larger than 1,000 bytes" in str(error)
    assert len(server.asked) == 1


# --- stopped ----------------------------------------------------------------------------------------------------------


def test_it_stops_while_it_waits_for_an_answer(server):
    stop = threading.Event()
    server.answers(lambda _: stop.set() or Say(wait=60))
    with pytest.raises(Cancelled, match="kept"):
        get(HttpClient("Nomis", cancelled=stop.is_set), server)


def test_it_stops_between_two_pieces(server):
    stop = threading.Event()
    server.answers(lambda _: stop.set() or Say.csv("A,B\n" + "1,2\n" * 1000, drip=0.05, length=-1))
    with pytest.raises(Cancelled):
        get(HttpClient("Nomis", cancelled=stop.is_set), server)


def test_it_stops_while_it_waits_to_ask_again(server):
    stop = threading.Event()
    server.will(Say(429, headers={"Retry-After": "100"}))
    with pytest.raises(Cancelled):
        get(HttpClient("Nomis", cancelled=stop.is_set, sleep=lambda _: stop.set()), server)
    assert len(server.asked) == 1


def test_a_short_end_by_the_watch_is_not_taken_for_a_whole_reply(server):
    """Without a length the end of the connection is the end of the body: the watch must not make one."""
    server.will(Say.csv("A,B\n" + "1,2\n" * 1000, drip=0.01, length=-1))
    error = failure(HttpClient("Nomis", deadline=0.3, tries=1, sleep=Waits()), server)
    assert "did not come to an end" in str(error)


# --- cached -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def keeping(tmp_path, waits):
    """A client that keeps, and its folder."""
    return HttpClient("Nomis", ReplyCache(tmp_path / "cache"), sleep=waits)


def test_a_kept_reply_is_not_asked_for_again(keeping, server):
    server.will(GOOD)
    first, second = get(keeping, server), get(keeping, server)
    assert len(server.asked) == 1
    assert second.cached
    assert (second.content, second.sha256, second.url, second.fetched) == (
        first.content, first.sha256, first.url, first.fetched,
    )  # fmt: skip


def test_a_kept_reply_grows_old(tmp_path, server):
    times = [datetime(2026, 11, 25, 12, tzinfo=UTC)]
    client = HttpClient("Nomis", ReplyCache(tmp_path), now=lambda: times[0])
    server.will(GOOD, Say.csv("A,B\n3,4\n"), GOOD)
    get(client, server)
    times[0] += timedelta(hours=25)
    assert get(client, server).content == b"A,B\n3,4\n"
    assert get(client, server, max_age_hours=0).content == GOOD.body
    assert len(server.asked) == 3


def test_other_parameters_headers_and_bodies_are_other_questions(keeping, server):
    server.answers(lambda _: GOOD)
    keeping.get(f"{server.url}/a", check=is_table)
    keeping.get(f"{server.url}/a", {"p": "1"}, check=is_table)
    keeping.get(f"{server.url}/a", check=is_table, headers={"Accept": "text/csv"})
    keeping.post(f"{server.url}/a", check=is_table, json={"q": 1})
    keeping.post(f"{server.url}/a", check=is_table, json={"q": 2})
    assert len(server.asked) == 5


def test_a_damaged_body_is_asked_for_again(keeping, server, tmp_path):
    server.will(GOOD, GOOD)
    body = tmp_path / "cache" / "bodies" / get(keeping, server).sha256
    body.write_bytes(b"A,B\n9,9\n")
    assert get(keeping, server).content == GOOD.body
    assert len(server.asked) == 2
    assert body.read_bytes() == GOOD.body


def test_a_kept_reply_that_no_longer_passes_is_asked_for_again(keeping, server):
    server.will(Say.csv("A,C\n1,2\n"), GOOD)
    keeping.get(f"{server.url}/data.csv", {"date": "latest"}, check=lambda _: None)
    assert get(keeping, server).content == GOOD.body


def test_a_pull_goes_on_from_what_is_kept(keeping, server):
    def pull():
        return [keeping.get(f"{server.url}/p", {"page": str(n)}, check=is_table) for n in range(4)]

    server.will(GOOD, GOOD, *[Say(503)] * 4)
    with pytest.raises(SourceUnavailable):
        pull()
    asked = len(server.asked)
    server.will(GOOD, GOOD)
    assert [r.cached for r in pull()] == [True, True, False, False]
    assert len(server.asked) == asked + 2


# --- redirects --------------------------------------------------------------------------------------------------------


def over(answers, **more):
    """A client whose answers are handed in by address, without a network: TLS cannot be had on this machine."""
    asked = []

    def answer(request):
        asked.append(request)
        status, headers, body = answers[str(request.url).split("?")[0]]
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    return HttpClient("Nomis", transport=httpx.MockTransport(answer), sleep=Waits(), **more), asked


def test_it_follows_and_leaves_secrets_behind_at_another_host():
    client, asked = over(
        {
            "https://a.example/x": (302, {"Location": "https://b.example/y"}, b""),
            "https://b.example/y": (200, {}, GOOD.body),
        }
    )
    client.get("https://a.example/x", check=is_table, secret_headers={"APIKey": SECRET}, secret_params={"uid": SECRET})
    assert asked[0].headers["APIKey"] == SECRET
    assert asked[0].url.params["uid"] == SECRET
    assert "APIKey" not in asked[1].headers
    assert "uid" not in asked[1].url.params


def test_secrets_go_on_within_one_host():
    client, asked = over(
        {
            "https://a.example/x": (307, {"Location": "/y?uid=shown"}, b""),
            "https://a.example/y": (200, {}, GOOD.body),
        }
    )
    client.get("https://a.example/x", check=is_table, secret_headers={"APIKey": "k"}, secret_params={"uid": "shown"})
    assert asked[1].headers["APIKey"] == "k"
    assert asked[1].url.params.get_list("uid") == ["shown"]


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://a.example/y", "without encryption"),
        ("https://b.example/?uid=k3y", "the key on"),
        ("https://me:pw@a.example/y", "the key on"),
        ("https://a.example/x", "without an end"),
        ("https://a.example:port/y", "no proper reply"),
    ],
)
def test_redirects_that_are_refused(location, words):
    client, asked = over({"https://a.example/x": (301, {"Location": location}, b"")})
    with pytest.raises(SourceUnavailable, match=words):
        client.get("https://a.example/x", check=is_table, secret_params={"uid": "k3y"})
    assert {r.url.host for r in asked} == {"a.example"}


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_posted_query_is_not_sent_to_another_host(status):
    client, asked = over({"https://a.example/x": (status, {"Location": "https://b.example/y"}, b"")})
    with pytest.raises(SourceUnavailable, match="drop what was asked"):
        client.post("https://a.example/x", check=is_table, json={})
    assert len(asked) == 1


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_a_key_is_not_sent_over_plain_http():
    client, asked = over({})
    with pytest.raises(SourceUnavailable, match="unencrypted"):
        client.get("http://stats.example/x", check=is_table, secret_headers={"APIKey": SECRET})
    with pytest.raises(SourceUnavailable, match="holds a password"):
        client.get("https://me:pw@stats.example/x", check=is_table)
    with pytest.raises(KeyMissing, match="no key has"):
        client.get("https://stats.example/x", check=is_table, secret_headers={"APIKey": "ké\n"})
    assert asked == []


def forms(secret):
    """However a secret may be written."""
    url = httpx.URL("http://x/", params={"uid": secret})
    return {secret, str(url).split("uid=")[1], json.dumps(secret)[1:-1], secret.replace(" ", "+")}


@pytest.fixture
def heard():
    """All that is logged, at every level."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def chain(error):
    """All that an error and those behind it say, their attributes and the requests they hold included."""
    said, seen = [], set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        said += [str(error), repr(error), repr(error.args), repr(vars(error))]
        request = getattr(error, "_request", None)
        said += [str(request.url), repr(request.headers)] if request else []
        error = error.__cause__ or error.__context__
    return said


SPEAKING = {
    "a good reply": [GOOD],
    "an echo in an error": [Say(422, f'{{"message": "uid {SECRET} unknown"}}'.encode())],
    "an echo in a page": [Say.page(f"no {SECRET}")] * 2,
    "an echo in good data": [Say(200, f'A,B\n1,"{SECRET}"\n'.encode())],
    "an echo in a header": [Say(200, GOOD.body, {"X-Echo": SECRET, "Set-Cookie": f"k={SECRET}", "ETag": SECRET})],
    "a key refused": [Say(401, SECRET.encode())],
    "no answer": [Say(reset=True)] * 4,
    "too late": [Say(wait=9)] * 4,
    "a page cut off": [Say.csv("A,B", length=99)] * 4,
}


@pytest.mark.parametrize("says", SPEAKING.values(), ids=SPEAKING)
def test_a_secret_shows_nowhere(server, tmp_path, heard, says):
    server.will(*says)
    client = HttpClient("Nomis", ReplyCache(tmp_path), sleep=Waits(), read_timeout=0.1)
    shown = []
    try:
        reply = client.get(
            f"{server.url}/x", {"a": "b"}, check=is_table, secret_params={"uid": SECRET}, secret_headers={"Key": SECRET}
        )
        shown += [reply.url, repr(reply.headers), repr(client)]
    except WorkbenchError as error:
        shown += [*chain(error), "".join(traceback.format_exception(error)), str(pickle.dumps(error.args))]
    assert server.asked[0].query["uid"] == SECRET
    assert server.asked[0].headers["Key"] == SECRET
    shown += [p.name for p in tmp_path.rglob("*")]
    shown += [p.read_text("utf-8") for p in tmp_path.rglob("*") if p.is_file()]
    shown.append(heard.getvalue())
    for form in forms(SECRET):
        assert not [text for text in shown if form in text]


def test_the_log_speaks_where_there_is_no_secret(server, heard):
    """Else the test above would pass with a log that is deaf."""
    server.will(GOOD)
    HttpClient("Nomis").get(f"{server.url}/x", check=is_table)
    assert f"{server.url}/x" in heard.getvalue()


def test_the_kept_question_is_the_same_with_and_without_a_key(server, tmp_path):
    server.will(GOOD)
    client = HttpClient("Nomis", ReplyCache(tmp_path))
    get(client, server, secret_params={"uid": Secret("a").reveal()})
    assert get(client, server).cached
