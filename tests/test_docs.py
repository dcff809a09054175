"""The examples of the documentation work."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.filters import FilterError, compile_filter
from scapy_layers import Data, GetResponseNormal, ReturnedData, Wrapper
from tests.support import REPOSITORY

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def run_examples(page: str, **names: object) -> int:
    """Run the Python blocks of a page one after another, as one script; gives how many there are."""
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    for block in blocks:
        line = text.count("\n", 0, block.start(1))
        exec(compile("\n" * line + block[1], f"docs/{page}", "exec"), names)
    return len(blocks)


@pytest.fixture
def meter() -> Iterator[tuple[str, int]]:
    """A meter on loopback that answers one GET with 291."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(10)
            asked = Wrapper(connection.recv(1024))
            result = ReturnedData(data=Data.of("double-long-unsigned", 291))
            answer = Wrapper(source_wport=asked.destination_wport, destination_wport=asked.source_wport)
            connection.sendall(bytes(answer / GetResponseNormal(result=result)))
            connection.recv(1)  # until the client has read it and hangs up

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()
    thread.join(10)
    server.close()


def test_the_examples_for_scapy_users_run_from_top_to_bottom(
    meter: tuple[str, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert run_examples("scapy.md", meter=meter) >= 8
    assert "GET.request normal" in capsys.readouterr().out


def test_the_examples_for_python_users_run_from_top_to_bottom(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert run_examples("python.md") >= 8
    printed = capsys.readouterr().out
    assert "5-11    logical_name: 1-0:1.8.0.255" in printed
    assert "17 1 released" in printed


def test_the_example_about_the_audit_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert run_examples("audit.md") == 1
    assert "high password-in-clear (1,)" in capsys.readouterr().out


def test_the_example_about_display_filters_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert run_examples("filters.md") == 2


def test_a_mistake_in_a_filter_is_told_as_the_guide_shows_it() -> None:
    guide = (REPOSITORY / "docs" / "filters.md").read_text(encoding="utf-8")
    with pytest.raises(FilterError) as raised:
        compile_filter("dlms.servise == aarq")
    assert f"```text\n{raised.value.reason}\n  dlms.servise == aarq\n  ^^^^^^^^^^^^\n```" in guide


def test_a_number_that_reads_like_a_text_in_quotes_is_found_by_it() -> None:
    capture = dlms.open(REPOSITORY / "captures" / "ln_wrapper_low.pcap")
    quoted, plain = ([one.number for one in capture.filter(f"cosem.value == {value}")] for value in ('"60"', "60"))
    assert quoted == plain != []


def test_the_example_about_values_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert run_examples("values.md") == 1


def test_the_examples_about_meaning_run_from_top_to_bottom() -> None:
    assert run_examples("meaning.md") >= 4


def test_the_example_about_statistics_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert run_examples("tui-statistics.md") == 1
    assert "127.0.0.1:4063/1 84 0.0" in capsys.readouterr().out
