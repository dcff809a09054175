"""The keys screen: why a capture does not open, giving keys in every way, and keys that stay out of sight."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.security.key_check import State
from dlms_analyzer.security.keyring import Keyring
from tests.support import CAPTURES
from tests.tui.running import press, running, screen_text, session_of, settled
from tui.screens import key_asking
from tui.screens import keys as keys_module
from tui.screens.dialog import Ask, Choose, Confirm
from tui.screens.key_form import KeyForm, PasteForm
from tui.screens.keys import KeysScreen
from tui.screens.messages import MessagesScreen

EK = "000102030405060708090A0B0C0D0E0F"
AK = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
GLO, WRONG_AK = "ln_wrapper_gmac_glo", "ln_wrapper_gmac_wrong_ak"
SIZES = [(80, 24), (140, 45), (250, 70)]
HOSTILE = "[red]x[/]\x1b[31m\u202e" + "y" * 300


def keys_screen(pilot: Pilot[Any]) -> KeysScreen:
    screen = pilot.app.screen
    assert isinstance(screen, KeysScreen)
    return screen


def states(pilot: Pilot[Any]) -> list[State]:
    return [row.meter.state for row in keys_screen(pilot).meters.rows]


def flat(pilot: Pilot[Any]) -> str:
    """The screen without line breaks and runs of blanks."""
    return " ".join(screen_text(pilot.app).replace("│", " ").split())


def told(pilot: Pilot[Any]) -> str:
    """What the user was notified of."""
    return "\n".join(one.message for one in pilot.app._notifications)


def secrets_on(text: str) -> Iterator[str]:
    """The keys of the bench that can be read on a screen, however they are parted."""
    digits = "".join(text.split()).upper()
    yield from (secret for secret in (EK, AK) if secret in digits)


async def fill(pilot: Pilot[Any], **values: str) -> None:
    for setting, value in values.items():
        pilot.app.screen.query_one(f"#{setting}", Input).value = value
    await settled(pilot)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_meter_without_keys_is_told_with_the_keys_that_it_needs_and_how_to_give_them(
    size: tuple[int, int],
) -> None:
    async with running(session_of(GLO), size, keys=["4"]) as pilot:
        text = flat(pilot)
        assert "KEYS MISSING: 4142434445464748 at 127.0.0.1, SAP 1" in text
        assert "None of 66 protected APDUs opens: no keys are given" in text
        assert "Press a to add its keys" in text
        assert "guek gak" in text
        assert states(pilot) == [State.MISSING]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_why_wrong_keys_do_not_open_a_meter_is_told_above_everything(size: tuple[int, int]) -> None:
    async with running(session_of(WRONG_AK, keys=WRONG_AK), size, keys=["4"]) as pilot:
        text = flat(pilot)
        assert "WRONG KEYS: C server" in text
        assert "wrong authentication key, or changed on the way" in text
        assert states(pilot) == [State.WRONG]


async def test_with_the_right_keys_everything_is_verified() -> None:
    async with running(session_of(GLO, keys=GLO), keys=["4"]) as pilot:
        assert states(pilot) == [State.VERIFIED]
        assert "VERIFIED:" in screen_text(pilot.app)
        (row,) = keys_screen(pilot).sets.rows
        assert (row.fits, row.opens, row.learnt) == (1, 1, False)
        assert "1 meter " in screen_text(pilot.app)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("password = 'Gurux'\n", "none of 1"),
        (f"guek = '{AK}'\ngak = '{AK}'\n", "none of 1"),
        (f"guek = '{EK}'\ngak = '{AK}'\npassword = 'Gurux'\n", "1 meter"),
    ],
    ids=["password", "wrong", "right"],
)
async def test_of_key_sets_it_is_said_how_many_of_their_meters_they_open(
    tmp_path: Path, written: str, said: str
) -> None:
    (tmp_path / "keys.toml").write_text(f"[[meter]]\nname = 'mine'\nserver_sap = 1\n{written}")
    async with running(session_of(GLO, keys=tmp_path / "keys.toml"), keys=["4"]) as pilot:
        assert f"mine {said}" in flat(pilot)


async def test_a_password_beside_the_right_keys_opens_no_meter(tmp_path: Path) -> None:
    right = f"[[meter]]\nserver_sap = 1\nguek = '{EK}'\ngak = '{AK}'\n"
    (tmp_path / "keys.toml").write_text(f"{right}[[meter]]\naddress = '127.0.0.1'\npassword = 'x'\n")
    async with running(session_of(GLO, keys=tmp_path / "keys.toml"), keys=["4"]) as pilot:
        assert [(row.fits, row.opens) for row in keys_screen(pilot).sets.rows] == [(1, 1), (1, 0)]


async def test_a_capture_in_clear_needs_no_keys() -> None:
    async with running(session_of("ln_wrapper_low", keys=GLO), keys=["4"]) as pilot:
        assert "Nothing in this capture is protected" in screen_text(pilot.app)
        assert "not used" in screen_text(pilot.app)


async def test_without_a_capture_the_screen_says_how_to_open_one() -> None:
    async with running(None, keys=["4", "a", "p", "l", "t", "v", "w"]) as pilot:
        assert isinstance(pilot.app.screen, KeysScreen)
        assert "No capture is open" in screen_text(pilot.app)


async def test_keys_typed_into_the_form_open_the_capture_in_place() -> None:
    session = session_of(GLO)
    async with running(session, keys=["4", "a"]) as pilot:
        form = pilot.app.screen
        assert isinstance(form, KeyForm)
        assert form.query_one("#system_title", Input).value == "4142434445464748"
        assert "it needs guek and gak" in flat(pilot)
        await fill(pilot, guek=f"0x{EK[:8]} {EK[8:16]}:{EK[16:]}", gak=AK.lower())
        assert "16 octets" in screen_text(pilot.app)
        await press(pilot, "enter")
        assert states(pilot) == [State.VERIFIED]
        assert session.table.row(9).service == "action-request-normal"
        await press(pilot, "1")
        assert "ACTION.request" in screen_text(pilot.app)
        assert "glo-ACTION.request" not in screen_text(pilot.app)


async def test_the_form_is_filled_with_the_address_of_a_meter_whose_title_was_not_seen() -> None:
    async with running(session_of(WRONG_AK), keys=["4", "a"]) as pilot:
        form = pilot.app.screen
        assert (form.query_one("#address", Input).value, form.query_one("#server_sap", Input).value) == (
            "127.0.0.1", "1"
        )  # fmt: skip


async def test_a_key_that_is_none_is_refused_while_it_is_typed_without_showing_it() -> None:
    async with running(session_of(GLO), keys=["4", "a"]) as pilot:
        await fill(pilot, guek="00zz")
        assert "guek has something at character 3 that is no hex digit" in flat(pilot)
        await fill(pilot, guek=EK[:-2])
        assert "guek has 15 octets: 16 or 32 are needed" in flat(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, KeyForm)
        await fill(pilot, guek="")
        await press(pilot, "enter")
        assert "no key is given" in flat(pilot)
        await press(pilot, "escape")
        assert states(pilot) == [State.MISSING]


async def test_keys_in_the_form_are_hidden_until_they_are_asked_for() -> None:
    async with running(session_of(GLO), keys=["4", "a"]) as pilot:
        await fill(pilot, guek=EK)
        assert list(secrets_on(screen_text(pilot.app))) == []
        await press(pilot, "f2")
        assert list(secrets_on(screen_text(pilot.app))) == [EK]
        await press(pilot, "f2")
        assert list(secrets_on(screen_text(pilot.app))) == []


async def test_the_form_fits_a_small_terminal_and_is_walked_through_with_the_arrows() -> None:
    async with running(session_of(GLO), (80, 24), keys=["4", "a", "down"]) as pilot:
        assert pilot.app.focused is pilot.app.screen.query_one("#gak")
        await press(pilot, "up", "up")
        assert pilot.app.focused is pilot.app.screen.query_one("#client_sap")
        text = screen_text(pilot.app)
        assert "Name of the meter" in text
        assert "Client system title" in text
        assert "Enter: add" in text


async def test_a_pasted_keys_file_opens_the_capture() -> None:
    async with running(session_of(GLO), keys=["4", "p"]) as pilot:
        assert isinstance(pilot.app.screen, PasteForm)
        pilot.app.screen.query_one(TextArea).text = f'[[meter]]\nname = "Pasted"\nguek = "{EK}"\ngak = "{AK}"\n'
        await press(pilot, "ctrl+s")
        assert states(pilot) == [State.VERIFIED]
        assert "Pasted" in screen_text(pilot.app)


async def test_pasted_keys_are_hidden_until_they_are_asked_for() -> None:
    async with running(session_of(GLO), keys=["4", "p"]) as pilot:
        pilot.app.screen.query_one(TextArea).text = f'[[meter]]\nguek = "{EK}"\n{AK}\n\x1b[31m\u202e'
        await settled(pilot)
        text = screen_text(pilot.app)
        assert list(secrets_on(text)) == []
        assert 'guek = "••' in text
        assert "[[meter]]" in text
        await press(pilot, "f2")
        text = screen_text(pilot.app)
        assert list(secrets_on(text)) == [EK, AK]
        assert "\x1b" not in text
        assert "\u202e" not in text


async def test_a_pasted_table_opens_the_capture_and_its_other_columns_are_told() -> None:
    async with running(session_of(GLO), keys=["4", "p"]) as pilot:
        pilot.app.screen.query_one(TextArea).text = f"System Title;EK;AK;Colour\n4142434445464748;{EK};{AK};red\n"
        await press(pilot, "ctrl+s")
        assert states(pilot) == [State.VERIFIED]
        assert "columns not used: Colour" in told(pilot)


async def test_a_pasted_text_with_a_mistake_is_refused_with_its_line() -> None:
    async with running(session_of(GLO), keys=["4", "p"]) as pilot:
        await press(pilot, "ctrl+s")
        assert "nothing is pasted" in screen_text(pilot.app)
        pilot.app.screen.query_one(TextArea).text = f'[[meter]]\nguek = "{EK[2:]}"\n'
        await press(pilot, "ctrl+s")
        assert "pasted text:2: guek has 15 octets" in told(pilot)
        assert states(pilot) == [State.MISSING]
        assert list(secrets_on(screen_text(pilot.app))) == []


async def answered(pilot: Pilot[Any], answer: str) -> None:
    assert isinstance(pilot.app.screen, Ask)
    pilot.app.screen.query_one(Input).value = answer
    await press(pilot, "enter")
    await pilot.pause(0.05)  # a thread reads or writes the file
    await settled(pilot)


async def test_a_keys_file_that_is_loaded_opens_the_capture() -> None:
    async with running(session_of(GLO), keys=["4", "l"]) as pilot:
        await answered(pilot, str(CAPTURES / f"{GLO}.keys.toml"))
        assert states(pilot) == [State.VERIFIED]


async def test_a_file_that_is_not_there_cannot_be_loaded(tmp_path: Path) -> None:
    async with running(session_of(GLO), keys=["4", "l"]) as pilot:
        await answered(pilot, str(tmp_path / "none"))
        assert isinstance(pilot.app.screen, Ask)
        assert "there is no such file" in flat(pilot)


async def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[[meter]]\ncolour = 1\n")
    async with running(session_of(GLO), keys=["4", "l"]) as pilot:
        await answered(pilot, str(path))
        assert "unknown setting colour" in told(pilot)
        assert states(pilot) == [State.MISSING]


async def test_among_pasted_candidates_those_that_fit_are_found_and_added() -> None:
    async with running(session_of(GLO), keys=["4", "t"]) as pilot:
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, "enter")
        pilot.app.screen.query_one(TextArea).text = f"{'AB' * 16}\n{EK}\n# a comment\n{AK}\n"
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, Choose)
        assert "all of them: 1 key sets" in flat(pilot)
        assert "guek of 4142434445464748: pasted text:2 fits" in flat(pilot)
        assert list(secrets_on(screen_text(pilot.app))) == []
        await press(pilot, "down", "enter")
        assert states(pilot) == [State.VERIFIED]


async def test_candidates_from_a_file_that_do_not_fit_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "candidates.txt"
    path.write_text(f"{'AB' * 16}\n")
    async with running(session_of(GLO), keys=["4", "t", "down", "enter"]) as pilot:
        await answered(pilot, str(path))
        assert "None of the keys fits." in told(pilot)
        assert states(pilot) == [State.MISSING]


async def test_the_keys_at_hand_are_tried_in_other_roles() -> None:
    session = session_of(GLO)
    async with running(session, keys=["4", "a"]) as pilot:
        await fill(pilot, guek=AK, gak=EK)
        await press(pilot, "enter")
        assert states(pilot) == [State.WRONG]
        assert "swapped" in flat(pilot)
        await press(pilot, "t", "down", "down", "enter")
        await press(pilot, "enter")
        assert states(pilot) == [State.VERIFIED]


async def test_a_pasted_list_that_is_none_is_refused() -> None:
    async with running(session_of(GLO), keys=["4", "t", "enter"]) as pilot:
        pilot.app.screen.query_one(TextArea).text = "these are no keys"
        await press(pilot, "ctrl+s")
        assert "the first line is no key in hex" in told(pilot)


async def test_no_key_is_on_the_screen_unless_it_is_asked_for() -> None:
    async with running(session_of(GLO, keys=GLO), keys=["4"]) as pilot:
        assert list(secrets_on(screen_text(pilot.app))) == []
        assert "********" in screen_text(pilot.app)
        await pilot.resize_terminal(250, 70)
        await press(pilot, "v")
        assert list(secrets_on(screen_text(pilot.app))) == [EK, AK]
        assert "KEYS ARE SHOWN" in screen_text(pilot.app)
        await press(pilot, "v")
        assert list(secrets_on(screen_text(pilot.app))) == []


async def test_saved_keys_are_for_the_owner_alone_and_can_be_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "saved.toml"
    async with running(session_of(GLO, keys=GLO), keys=["4", "w"]) as pilot:
        await answered(pilot, str(path))
        assert path.stat().st_mode & 0o777 == 0o600
        ring = Keyring()
        load_keys_file(ring, str(path))
        assert [keys.guek for keys in ring] == [bytes.fromhex(EK)]
        path.write_text("precious")
        await press(pilot, "w")
        await answered(pilot, str(path))
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "n")
        assert path.read_text() == "precious"


async def test_a_place_where_no_file_can_be_is_refused_while_it_is_typed(tmp_path: Path) -> None:
    async with running(session_of(GLO, keys=GLO), keys=["4", "w"]) as pilot:
        for answer in (str(tmp_path / "none" / "keys.toml"), str(tmp_path), "~nobody-is-called-so/x", "x" * 5_000):
            await answered(pilot, answer)
            assert isinstance(pilot.app.screen, Ask)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, KeysScreen)


async def test_keys_that_cannot_be_saved_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, _: object) -> None:
        raise CaptureError(f"{path}: cannot write: no space left on device")

    monkeypatch.setattr(key_asking, "save_keys_file", full)
    async with running(session_of(GLO, keys=GLO), keys=["4", "w"]) as pilot:
        await answered(pilot, str(tmp_path / "keys.toml"))
        assert "no space left on device" in told(pilot)


async def test_without_keys_there_is_nothing_to_save() -> None:
    async with running(session_of(GLO), keys=["4", "w"]) as pilot:
        assert "There are no keys to save" in told(pilot)


async def test_the_messages_that_do_not_open_are_listed() -> None:
    async with running(session_of(GLO), keys=["4", "f"]) as pilot:
        assert isinstance(pilot.app.screen, MessagesScreen)
        rows = pilot.app.screen.rows
        assert rows is not None
        assert len(rows) == 66
        assert rows.number(0) == 7


async def test_enter_shows_the_first_message_that_does_not_open() -> None:
    async with running(session_of(GLO), keys=["4", "enter"]) as pilot:
        assert "No. 7" in screen_text(pilot.app)


async def test_a_cancelled_deciphering_leaves_a_capture_that_can_be_deciphered_again() -> None:
    session = session_of(GLO)
    async with running(session, keys=["4"]) as pilot:
        ring = Keyring()
        load_keys_file(ring, str(CAPTURES / f"{GLO}.keys.toml"))
        keys_screen(pilot).add(list(ring))
        await asyncio.sleep(0)
        assert pilot.app.jobs.cancel_newest().name == "deciphering"
        await settled(pilot)
        keys_screen(pilot).add(list(ring))
        await settled(pilot)
        assert states(pilot) == [State.VERIFIED]


async def test_a_capture_that_grows_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "AGAIN", 0.01)
    session = session_of("ln_wrapper_low")
    async with running(session, keys=["4"]) as pilot:
        assert states(pilot) == []
        session.capture.take(session_of("push_udp_wrapper_general_glo").source)
        await settled(pilot)
        for _ in range(100):
            await pilot.pause(0.01)
            if states(pilot):
                break
        assert states(pilot) == [State.MISSING]


async def test_names_of_key_sets_have_no_effect_on_the_screen() -> None:
    async with running(session_of(GLO), keys=["4", "a"]) as pilot:
        await fill(pilot, name=HOSTILE, guek=EK, gak=AK)
        await press(pilot, "enter")
        text = screen_text(pilot.app)
        assert "[red]x[/]\\x1b[31m" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, KeyForm)
        assert "\u202e" not in screen_text(pilot.app)


async def test_the_name_of_a_meter_that_is_given_with_its_keys_is_used_everywhere() -> None:
    session = session_of(GLO)
    async with running(session, keys=["4", "a"]) as pilot:
        await fill(pilot, name="Bench", guek=EK, gak=AK)
        await press(pilot, "enter")
        assert session.meters.called["4142434445464748"] == "Bench"
