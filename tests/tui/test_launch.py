"""From the options of the command line to what the screens show."""

from __future__ import annotations

import pytest

from dlms_analyzer.capture.baud_rate import LineSettings
from dlms_analyzer.cli.main import parser
from tui.command import Screens
from tui.launch import _listening_plan
from tui.opening import LivePlan, Plan, SerialPlan


@pytest.mark.parametrize(
    ("arguments", "plan"),
    [
        (["live", "-i", "eth0", "-i", "eth1", "-f", "udp", "-p", "--ring", "64", "-w", "kept.pcapng"],
         LivePlan(("eth0", "eth1"), "udp", False, 64 << 20, "kept.pcapng")),
        (["live", "-i", "eth0"], LivePlan(("eth0",))),
        (["serial", "/dev/ttyS0", "/dev/ttyS1", "--baud", "300", "--parity", "even", "--data-bits", "7", "--mode-e"],
         SerialPlan(("/dev/ttyS0", "/dev/ttyS1"), LineSettings(300, 7, "E"), True)),
    ],
)  # fmt: skip
def test_what_is_listened_to_can_be_listened_to_again(arguments: list[str], plan: Plan) -> None:
    assert _listening_plan(parser(Screens(arguments)).parse_args(arguments)) == plan
