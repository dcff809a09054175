"""The guard: one browser, by one link, from no other site."""

from __future__ import annotations

import pytest

from tui.web.guard import Asked, Guard, Verdict

HERE = "127.0.0.1:8000"


@pytest.fixture
def guard() -> Guard:
    return Guard()


def test_the_token_lets_in_once_and_the_cookie_always(guard: Guard) -> None:
    assert guard.judge(Asked(HERE, token=guard.token)) is Verdict.FIRST
    assert guard.judge(Asked(HERE, token=guard.token)) is Verdict.REFUSED
    assert guard.judge(Asked(HERE, cookie=guard.cookie)) is Verdict.KNOWN
    assert guard.judge(Asked(HERE, cookie=guard.cookie, token=guard.token)) is Verdict.KNOWN


@pytest.mark.parametrize("said", ["", "guess", "\udcff", None])
def test_nothing_else_lets_in(guard: Guard, said: str | None) -> None:
    assert guard.judge(Asked(HERE, token=said, cookie=said)) is Verdict.REFUSED


def test_the_cookie_is_no_token_and_the_token_no_cookie(guard: Guard) -> None:
    assert guard.judge(Asked(HERE, token=guard.cookie)) is Verdict.REFUSED
    assert guard.judge(Asked(HERE, cookie=guard.token)) is Verdict.REFUSED


def test_a_refused_request_does_not_use_up_the_token(guard: Guard) -> None:
    assert guard.judge(Asked("evil.example", token=guard.token)) is Verdict.REFUSED
    assert guard.judge(Asked(HERE, token=guard.token)) is Verdict.FIRST


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000", "LOCALHOST", "[::1]:8000", "[::1]", "192.0.2.7:8000"])
def test_this_machine_is_reached_by_address_or_as_localhost_through_any_tunnel(guard: Guard, host: str) -> None:
    assert guard.judge(Asked(host, cookie=guard.cookie)) is Verdict.KNOWN


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io", ""]
)
def test_a_name_that_dns_leads_here_is_refused(guard: Guard, host: str) -> None:
    assert guard.judge(Asked(host, cookie=guard.cookie)) is Verdict.REFUSED


def test_a_name_that_the_user_gave_is_this_machine() -> None:
    guard = Guard(("Bench.example",))
    assert guard.judge(Asked("bench.example:8000", cookie=guard.cookie)) is Verdict.KNOWN


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://evil.example", ""])
def test_a_page_of_another_origin_is_refused(guard: Guard, origin: str) -> None:
    assert guard.judge(Asked(HERE, origin, cookie=guard.cookie)) is Verdict.REFUSED


@pytest.mark.parametrize(("origin", "verdict"), [(None, Verdict.REFUSED), (f"http://{HERE}", Verdict.KNOWN)])
def test_a_web_socket_has_to_say_where_it_comes_from(guard: Guard, origin: str | None, verdict: Verdict) -> None:
    assert guard.judge(Asked(HERE, origin, cookie=guard.cookie, is_socket=True)) is verdict


def test_neither_token_nor_cookie_are_in_the_repr(guard: Guard) -> None:
    assert guard.token not in repr(guard)
    assert guard.cookie not in repr(guard)
    assert Guard().token != guard.token
