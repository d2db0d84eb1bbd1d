"""Keys come from the environment or the keyring, and show nowhere."""

import copy
import json
import logging
import pickle
import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import KeyMissing
from workbench.sources.services.keys import NOMIS_UID, SERVICE_NAME, STATXPLORE_KEY, Hider, Secret, find_key, need_key


@pytest.fixture
def keyring(monkeypatch):
    """A keyring that holds what the test puts in."""
    held, module = {}, types.ModuleType("keyring")
    module.get_password = lambda service, name: held.get((service, name))
    monkeypatch.setitem(sys.modules, "keyring", module)
    return types.SimpleNamespace(held=held, module=module)


def test_the_environment_goes_before_the_keyring(keyring):
    keyring.held[SERVICE_NAME, NOMIS_UID] = "from the keyring"
    assert find_key(NOMIS_UID, {NOMIS_UID: " 0x12 "}).reveal() == "0x12"
    assert find_key(NOMIS_UID, {NOMIS_UID: "  "}).reveal() == "from the keyring"
    assert find_key(STATXPLORE_KEY, {}) is None


def test_the_environment_of_the_process_is_the_usual_one(keyring, monkeypatch):
    monkeypatch.setenv(STATXPLORE_KEY, "abc")
    assert find_key(STATXPLORE_KEY).reveal() == "abc"


def test_without_a_keyring_there_is_no_key(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)  # an import then fails
    assert find_key(NOMIS_UID, {}) is None


def test_a_locked_keyring_is_no_key_and_no_crash(keyring, caplog):
    def locked(*_):
        raise RuntimeError("the secret is s3cret")

    keyring.module.get_password = locked
    with caplog.at_level(logging.DEBUG):
        assert find_key(NOMIS_UID, {}) is None
    assert "s3cret" not in caplog.text


def test_the_keyring_is_asked_only_when_a_key_is(keyring, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert find_key(NOMIS_UID, {NOMIS_UID: "x"}) == Secret("x")


def test_a_key_that_is_missing_says_how_to_give_it(keyring):
    with pytest.raises(KeyMissing, match=f"keyring set {SERVICE_NAME} {STATXPLORE_KEY}"):
        need_key(STATXPLORE_KEY, {})
    assert need_key(STATXPLORE_KEY, {STATXPLORE_KEY: "x"}).reveal() == "x"


@given(st.text(st.characters(codec="utf-8"), min_size=4).filter(lambda s: s not in "Secret((hidden))" and s.strip()))
def test_a_secret_shows_nowhere(text):
    secret = Secret(text)
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!s:>40}",
        f"{[secret]} { ({'k': secret}) }",
        "".join(map(str, [secret])),
    ]
    assert not [s for s in shown if text in s]
    assert secret.reveal() == text


def test_a_secret_is_not_written_to_a_file():
    with pytest.raises(TypeError):
        pickle.dumps(Secret("abc"))
    with pytest.raises(TypeError):
        json.dumps({"key": Secret("abc")})
    with pytest.raises(TypeError):
        copy.deepcopy(Secret("abc"))


def test_secrets_are_equal_by_their_text():
    assert Secret("é") == Secret("é")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")


def test_texts_lose_their_secrets_however_they_are_written():
    hider = Hider(["a b/c+é", "", "a b"])
    for form in ("a b/c+é", "a%20b/c%2B%C3%A9", "a%20b%2Fc%2B%C3%A9", "a+b%2Fc%2B%C3%A9", "a b/c+\\u00e9"):
        assert hider.text(f"<{form}>") == "<(hidden)>"
        assert hider.among(f"<{form}>".encode())
    assert not hider.among("a")
    assert not Hider([""])
    assert "a b" not in repr(hider)
