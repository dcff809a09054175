"""textual-serve with a guard before all that it serves, a page of its own, and no shell between it and the program."""

from __future__ import annotations

import asyncio
import html
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import resources
from string import Template
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager
from textual_serve.server import Server, to_int

from tui.web.guard import Asked, Guard, Verdict

MOST_SESSIONS: Final = 8
"""Browser tabs at a time: each has a program of its own, with a capture that it reads."""

PATIENCE: Final = 5.0
"""Seconds that a program has to leave after it was asked to; reading a capture does not keep it."""

HEARTBEAT: Final = 15.0
"""Seconds between the signs of life of a browser; without one, its program ends."""

REFUSAL: Final = (
    "Open the link that `dlms-analyzer serve` has printed. It works once; the browser that used it is known."
)

HEADERS: Final = {
    # Nothing from elsewhere is loaded, and nothing that a capture says can be run. The terminal sets styles of its own.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

_FILES: Final = {"page.css": "text/css", "page.js": "text/javascript"}


class Program(AppService):
    """One running program. It is started with its arguments as they are: file names need no quoting."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: dict[str, str],
        channel: web.WebSocketResponse,
        downloads: DownloadManager,
    ) -> None:
        super().__init__(
            "",
            write_bytes=channel.send_bytes,
            write_str=channel.send_str,
            close=self._close,
            download_manager=downloads,
        )
        self.channel = channel
        self._arguments = arguments
        self._environment = environment

    async def _close(self) -> None:
        await self.channel.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._build_environment(width, height) | self._environment,
        )
        self._stdin = process.stdin
        return process

    async def end(self) -> None:
        """Ask the program to leave, and end it when it does not."""
        try:
            await asyncio.wait_for(self.stop(), PATIENCE)
        except TimeoutError:
            if self._process is not None:
                with suppress(ProcessLookupError):
                    self._process.kill()


class GuardedServer(Server):
    """Serves the screens to one browser."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str], guard: Guard, title: str) -> None:
        """Begin.

        Args:
            arguments: of the program, its path first.
            environment: variables that it gets beside those of this process; keys among them.
            guard: decides who is let in.
            title: of the page.
        """
        super().__init__(command="", title=title, public_url="")
        self._arguments = tuple(arguments)
        self._environment = environment
        self._guard = guard
        self._running: set[Program] = set()
        self._cookie_name = ""

    def serve_on(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        """Serve until Ctrl-C.

        Args:
            listening: where requests come in.
            ready: called when they do.
        """
        self._cookie_name = f"dlms-analyzer-{listening.getsockname()[1]}"
        # The log of accesses would have the token in it.
        web.run_app(
            self._make_app(), sock=listening, print=lambda *_: ready(), access_log=None, shutdown_timeout=PATIENCE
        )

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._watch)
        app.on_response_prepare.append(self._add_headers)
        for name in _FILES:
            app.router.add_get(f"/{name}", self._handle_file)
        return app

    async def on_startup(self, _app: web.Application) -> None:
        """Say nothing: the caller does."""

    async def on_shutdown(self, _app: web.Application) -> None:
        """End the programs and the connections."""
        await asyncio.gather(*(program.end() for program in self._running))
        await asyncio.gather(*(program.channel.close() for program in self._running))

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        verdict = self._guard.judge(
            Asked(
                host=request.host,
                origin=request.headers.get("Origin"),
                cookie=request.cookies.get(self._cookie_name),
                token=request.query.get("token") if request.method == "GET" and request.path == "/" else None,
                is_socket=request.path == "/ws",
            )
        )
        if verdict is Verdict.REFUSED:
            return web.Response(status=403, text=REFUSAL)
        response = await handler(request)
        if verdict is Verdict.FIRST:
            response.set_cookie(self._cookie_name, self._guard.cookie, httponly=True, samesite="Strict", path="/")
        return response

    async def _add_headers(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(HEADERS)

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page: it takes everything from this server, by whatever name or port it was reached."""
        page = Template(resources.files("tui.web").joinpath("page.html").read_text(encoding="utf-8"))
        scheme = "wss" if request.secure else "ws"
        text = page.substitute(
            title=html.escape(self.title),
            socket=html.escape(f"{scheme}://{request.host}/ws"),
            font_size=to_int(request.query.get("fontsize", ""), 16),
        )
        return web.Response(text=text, content_type="text/html")

    async def _handle_file(self, request: web.Request) -> web.Response:
        name = request.path[1:]
        text = resources.files("tui.web").joinpath(name).read_text(encoding="utf-8")
        return web.Response(text=text, content_type=_FILES[name])

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run a program for as long as the browser is there."""
        if len(self._running) >= MOST_SESSIONS:
            raise web.HTTPServiceUnavailable(text="Too many tabs show captures; close one.")
        channel = web.WebSocketResponse(heartbeat=HEARTBEAT)
        await channel.prepare(request)
        program = Program(self._arguments, self._environment, channel, self.download_manager)
        self._running.add(program)
        try:
            await program.start(to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24))
            await self._process_messages(channel, program)
        finally:
            await program.end()
            self._running.discard(program)
        return channel
