"""A headless Chromium, driven over its DevTools protocol: opens a page, presses keys, sees what came over it."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

PATIENCE = 60.0
"""Seconds to wait for anything; machines for tests are slow and shared."""

STEP = 0.05

_CONTROL = re.compile(r"\x1b\[[0-9;?<>=]*[A-Za-z$]|\x1b[()][A-Z0-9]|\x1b\][^\x07]*\x07")


def chromium() -> str:
    """The program; skips without it."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no chromium here (Debian: apt-get install chromium)")


class Page:
    """One tab."""

    def __init__(self, channel: aiohttp.ClientWebSocketResponse) -> None:
        self._channel = channel
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.requested: list[str] = []
        self.complaints: list[str] = []
        self.received = ""
        """All text that the page got over web sockets, without what moves and colours."""
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._channel:
            said = json.loads(message.data)
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said)
            else:
                self._note(said["method"], said["params"])

    def _note(self, method: str, said: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requested.append(said["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requested.append(said["url"])
        elif method == "Network.webSocketFrameReceived" and said["response"]["opcode"] == 2:
            octets = base64.b64decode(said["response"]["payloadData"])
            self.received += _CONTROL.sub("", octets.decode("utf-8", "replace"))
        elif method == "Log.entryAdded":
            self.complaints.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(said["exceptionDetails"]))

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._channel.send_json({"id": number, "method": method, "params": parameters})
        return await asyncio.wait_for(answer, PATIENCE)

    async def evaluate(self, expression: str) -> Any:
        """What a piece of JavaScript gives in the page."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer["result"]["result"].get("value")

    async def press(self, key: str) -> None:
        """Press a key that gives a character."""
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def wait_for(self, text: str) -> None:
        """Wait until a text has come over a web socket."""
        await until(lambda: text in self.received, lambda: f"{text!r} is not in {self.received[-3000:]!r}")


async def until(holds: Callable[[], bool], what: Callable[[], str]) -> None:
    """Wait until something holds; fails after `PATIENCE`."""
    for _ in range(int(PATIENCE / STEP)):
        if holds():
            return
        await asyncio.sleep(STEP)
    pytest.fail(what())


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Page]:
    """A browser with an empty profile and one tab."""
    program = await asyncio.create_subprocess_exec(
        chromium(),
        "--headless",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--enable-unsafe-swiftshader",
        "--no-first-run",
        "--disable-background-networking",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        "about:blank",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        told = folder / "DevToolsActivePort"
        await until(lambda: told.exists() and "\n" in told.read_text(), lambda: "chromium does not start")
        port = told.read_text().splitlines()[0]
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://127.0.0.1:{port}/json") as answer:
                tabs = [tab for tab in await answer.json() if tab["type"] == "page"]
            async with client.ws_connect(tabs[0]["webSocketDebuggerUrl"], max_msg_size=0) as channel:
                page = Page(channel)
                for domain in ("Network", "Page", "Runtime", "Log"):
                    await page.call(f"{domain}.enable")
                yield page
    finally:
        with suppress(ProcessLookupError):
            program.kill()
        await program.wait()
