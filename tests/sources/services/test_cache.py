"""Replies are kept as they came, found by what was asked, and dropped when they are no longer what they were."""

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import DataError
from workbench.sources.services.cache import ReplyCache, question_key
from workbench.sources.services.contract import Reply

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
EVER = datetime(2000, 1, 1, tzinfo=UTC)


def reply(content=b"A,B\n1,2\n", url="https://x.example/a", when=NOON, **headers):
    return Reply(url, 200, {"content-type": "text/csv", **headers}, content, when, hashlib.sha256(content).hexdigest())


@pytest.fixture
def cache(tmp_path):
    return ReplyCache(tmp_path / "cache")


def test_a_reply_comes_back_as_it_was(cache):
    cache.put("k", reply())
    back = cache.get("k", EVER)
    assert back.cached
    assert (back.content, back.url, back.status, back.fetched, back.sha256) == (
        b"A,B\n1,2\n", "https://x.example/a", 200, NOON, reply().sha256,
    )  # fmt: skip


@given(st.binary(max_size=300))
def test_whatever_its_bytes(tmp_path_factory, content):
    cache = ReplyCache(tmp_path_factory.mktemp("cache"))
    cache.put("k", reply(content))
    assert cache.get("k", EVER).content == content


def test_one_too_old_does_not(cache):
    cache.put("k", reply())
    assert cache.get("k", NOON) is not None
    assert cache.get("k", NOON + timedelta(seconds=1)) is None
    assert cache.get("other", EVER) is None


def test_it_is_a_body_by_its_hash_and_a_note_beside_it(cache):
    cache.put("k", reply(), "POST")
    body, note = sorted(p for p in cache.folder.rglob("*") if p.is_file())
    assert body.name == hashlib.sha256(body.read_bytes()).hexdigest()
    assert json.loads(note.read_text()) == {
        "method": "POST", "url": "https://x.example/a", "status": 200, "headers": {"content-type": "text/csv"},
        "fetched": "2026-11-25T12:00:00+00:00", "sha256": body.name, "bytes": 8,
    }  # fmt: skip


def test_headers_that_may_hold_a_key_are_not_kept(cache):
    cache.put("k", reply(authorization="a", cookie="b", **{"x-apikey": "c", "x-ratelimit-remaining": "7"}))
    assert cache.get("k", EVER).headers == {"content-type": "text/csv", "x-ratelimit-remaining": "7"}


def test_two_questions_with_one_answer_share_its_body(cache):
    cache.put("a", reply(url="https://x.example/a"))
    cache.put("b", reply(url="https://x.example/b", when=NOON - timedelta(days=1)))
    assert len(list((cache.folder / "bodies").iterdir())) == 1
    assert [r.url[-1] for r in cache.trace(reply().sha256)] == ["b", "a"]


@pytest.mark.parametrize("content", [b"", b"A,B\n1,2", b"A,B\n9,9\n"])
def test_a_damaged_body_is_dropped(cache, content):
    cache.put("k", reply())
    body = cache.folder / "bodies" / reply().sha256
    body.write_bytes(content)
    assert cache.get("k", EVER) is None
    assert not body.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"fetched": "2026-11-25T12:00:00"}', "null"])
def test_a_damaged_note_is_no_reply(cache, text):
    cache.put("k", reply())
    (cache.folder / "questions" / "k.json").write_text(text)
    assert cache.get("k", EVER) is None
    cache.put("k", reply())
    assert cache.get("k", EVER) is not None


@pytest.mark.parametrize("name", ["../../etc/passwd", "x" * 64, ""])
def test_a_note_that_names_another_file_reads_none(cache, name):
    cache.put("k", reply())
    note = cache.folder / "questions" / "k.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"sha256": name}))
    assert cache.get("k", EVER) is None
    assert cache.body(name) is None


def test_nothing_half_written_stays(cache, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(DataError, match="no space left"):
        cache.put("k", reply())
    assert [p for p in cache.folder.rglob("*") if p.is_file()] == []


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot be kept"):
        ReplyCache(tmp_path / "file").put("k", reply())


def test_old_replies_go(cache):
    cache.put("old", reply(b"old", when=NOON - timedelta(days=40)))
    cache.put("new", reply(b"new"))
    assert cache.prune(30, NOON) == 1
    assert cache.get("old", EVER) is None
    assert cache.get("new", EVER).content == b"new"
    assert len(list((cache.folder / "bodies").iterdir())) == 1


def test_the_key_is_of_all_that_is_asked():
    keys = {
        question_key("GET", "https://x.example/a", {}, b""),
        question_key("POST", "https://x.example/a", {}, b""),
        question_key("GET", "https://x.example/b", {}, b""),
        question_key("GET", "https://x.example/a", {"Accept": "text/csv"}, b""),
        question_key("GET", "https://x.example/a", {}, b"q"),
    }
    assert len(keys) == 5
    assert question_key("get", "u", {"ACCEPT": "a"}, b"") == question_key("GET", "u", {"accept": "a"}, b"")
