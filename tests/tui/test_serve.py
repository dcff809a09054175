"""The screens in a browser: for the one with the link, without the internet, without a key in the list of processes."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import socket
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dlms_analyzer.cli.keys import SINGLE_KEYS_ENVIRONMENT
from tests.support import CAPTURES
from tui.command import main
from tui.serve import passed

aiohttp = pytest.importorskip("aiohttp", reason="the extra web is not installed")
pytest.importorskip("textual_serve", reason="the extra web is not installed")

from tests.browser import PATIENCE, browser, until  # noqa: E402 - needs aiohttp

PROGRAM = (sys.executable, "-c", "import sys; from tui.command import main; sys.exit(main())", "serve", "--port", "0")
CIPHERED = CAPTURES / "ln_wrapper_gmac_glo.pcap"
KEYS = CAPTURES / "ln_wrapper_gmac_glo.keys.toml"


@asynccontextmanager
async def serving(*arguments: str, **environment: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """The link that a running `serve` has printed, and its process."""
    program = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | environment,
        start_new_session=True,
    )
    assert program.stdout is not None
    try:
        line = await asyncio.wait_for(program.stdout.readline(), PATIENCE)
        yield line.decode().strip(), program
    finally:
        if program.returncode is None:
            program.send_signal(signal.SIGINT)
        await asyncio.wait_for(program.wait(), PATIENCE)


def commands_of(group: int) -> list[str]:
    """The command lines of the processes of a session, as `ps` shows them to everyone."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and os.getsid(int(process.name)) == group:
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


async def status_of(url: str, jar: aiohttp.CookieJar | None = None, **headers: str) -> int:
    async with aiohttp.ClientSession(cookie_jar=jar) as client, client.get(url, headers=headers) as answer:
        return answer.status


def jar() -> aiohttp.CookieJar:
    return aiohttp.CookieJar(unsafe=True)  # "unsafe" are cookies of addresses


def host_of(link: str) -> str:
    return urlsplit(link).netloc


async def test_a_browser_with_the_link_shows_the_messages_and_takes_keys(tmp_path: Path) -> None:
    async with serving(str(CIPHERED), "--keys", str(KEYS)) as (link, _), browser(tmp_path / "profile") as page:
        await page.call("Page.navigate", url=link)
        await page.wait_for("AARQ")
        await page.press("2")
        await page.wait_for("Sessions")
        assert {urlsplit(url).hostname for url in page.requested if not url.startswith("data:")} == {"127.0.0.1"}
        assert page.complaints == []
        assert await page.evaluate("document.body.classList.contains('-first-byte')")
        assert await page.evaluate("[...document.fonts].some(font => font.status === 'loaded')")
        assert "token" not in await page.evaluate("location.href")
        assert await page.evaluate("document.cookie") == ""


async def test_nobody_gets_anything_without_the_token() -> None:
    async with serving(str(CIPHERED)) as (link, _):
        here = f"http://{host_of(link)}"
        for path in (
            "/",
            "/?token=",
            "/?token=guess",
            "/ws",
            "/static/js/textual.js",
            "/page.js",
            "/download/1",
            "/no",
        ):
            assert await status_of(here + path) == 403, path
        assert await status_of(here + "/page.js?token=" + link.split("=")[1]) == 403


async def test_the_token_works_once_and_the_cookie_from_then_on() -> None:
    async with serving(str(CIPHERED)) as (link, _):
        here, cookies = f"http://{host_of(link)}", jar()
        async with aiohttp.ClientSession(cookie_jar=cookies) as client, client.get(link) as answer:
            assert answer.status == 200
            cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
        assert await status_of(link) == 403
        assert await status_of(here + "/", cookies) == 200
        assert await status_of(here + "/static/js/textual.js", cookies) == 200
        assert await status_of(here + "/download/1", cookies) == 404


async def test_another_site_gets_nothing_even_from_a_browser_with_the_cookie() -> None:
    async with serving(str(CIPHERED)) as (link, _):
        here, cookies = f"http://{host_of(link)}", jar()
        assert await status_of(link, cookies) == 200
        assert await status_of(here + "/", cookies, Host="rebound.example:8000") == 403
        assert await status_of(here + "/", cookies, Origin="http://evil.example") == 403
        for headers in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            async with aiohttp.ClientSession(cookie_jar=cookies) as client:
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await client.ws_connect(here + "/ws", headers=headers)
                assert refused.value.status == 403


async def test_ctrl_c_ends_the_server_and_the_programs_behind_its_pages() -> None:
    async with serving(str(CIPHERED)) as (link, program):
        here, cookies = f"http://{host_of(link)}", jar()
        assert await status_of(link, cookies) == 200
        async with aiohttp.ClientSession(cookie_jar=cookies) as client:
            channel = await client.ws_connect(here + "/ws", headers={"Origin": here})
            await asyncio.wait_for(channel.receive(), PATIENCE)
            assert len(commands_of(program.pid)) == 2
            program.send_signal(signal.SIGINT)
            await asyncio.wait_for(program.wait(), PATIENCE)
            await until(lambda: commands_of(program.pid) == [], lambda: "a program is left")
        assert program.returncode == 0


async def test_a_page_that_is_closed_ends_its_program() -> None:
    async with serving(str(CIPHERED)) as (link, program):
        here, cookies = f"http://{host_of(link)}", jar()
        assert await status_of(link, cookies) == 200
        async with aiohttp.ClientSession(cookie_jar=cookies) as client:
            channel = await client.ws_connect(here + "/ws", headers={"Origin": here})
            await asyncio.wait_for(channel.receive(), PATIENCE)
            assert len(commands_of(program.pid)) == 2
            await channel.close()
        await until(lambda: len(commands_of(program.pid)) == 1, lambda: "the program is left")


async def test_names_with_blanks_and_quotes_and_keys_reach_the_program_and_keys_nobody_else(tmp_path: Path) -> None:
    capture = tmp_path / "a 'quoted\" $HOME; *name.pcap"
    shutil.copy(CIPHERED, capture)
    guek = tomllib.loads(KEYS.read_text())["meter"][0]["guek"]
    async with serving(str(capture), **{SINGLE_KEYS_ENVIRONMENT: f"guek={guek}"}) as (link, program):
        here, cookies = f"http://{host_of(link)}", jar()
        assert await status_of(link, cookies) == 200
        async with aiohttp.ClientSession(cookie_jar=cookies) as client:
            channel = await client.ws_connect(here + "/ws?width=200", headers={"Origin": here})
            shown = ""
            while "quoted" not in shown or "ACTION.request" not in shown:
                message = await asyncio.wait_for(channel.receive(), PATIENCE)
                assert message.type is aiohttp.WSMsgType.BINARY, message
                shown += message.data.decode("utf-8", "replace")
            commands = commands_of(program.pid)
            assert len(commands) == 2
            assert not any(guek.lower() in command.lower() for command in commands)


def test_keys_go_into_the_environment_and_everything_else_stays_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SINGLE_KEYS_ENVIRONMENT, "gak=11")
    arguments, environment = passed(
        shlex.split("--port 9 --keys 'k e y s.toml' --key guek=0011 'a b.pcap' --host=::1 '--key=password=p w'")
        + shlex.split("--decode-as tcp.port==4063,hdlc --no-heuristics c.pcap")
    )
    assert arguments[-8:] == [
        "open", "--keys", "k e y s.toml", "a b.pcap", "--decode-as", "tcp.port==4063,hdlc", "--no-heuristics", "c.pcap",
    ]  # fmt: skip
    assert shlex.split(environment[SINGLE_KEYS_ENVIRONMENT]) == ["gak=11", "guek=0011", "password=p w"]


def test_without_keys_the_environment_is_left_alone() -> None:
    assert passed(["a.pcap"]).environment == {}


def test_without_the_extra_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "tui.web.server", raising=False)
    monkeypatch.setitem(sys.modules, "textual_serve.app_service", None)
    assert main(["serve", str(CIPHERED)]) == 1
    assert "extra `web`" in capsys.readouterr().err


def test_standard_input_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "-"]) == 1
    assert "name files" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["serve", "--port", str(port), str(CIPHERED)]) == 1
    assert f"cannot listen on 127.0.0.1 port {port}: " in capsys.readouterr().err


def test_a_host_that_cannot_be_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", "no.such.host.invalid", "--port", "0", str(CIPHERED)]) == 1
    assert "cannot listen on no.such.host.invalid port 0: " in capsys.readouterr().err


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_cannot_be_is_an_error_of_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["serve", f"--port={port}", str(CIPHERED)])
    assert left.value.code == 2
    assert "a whole number from 0 to 65535 is needed" in capsys.readouterr().err
