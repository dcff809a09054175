"""Flows name two endpoints and a direction."""

from __future__ import annotations

from ipaddress import IPv6Address

from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.frames import INBOUND, OUTBOUND, endpoints, line_flow, ports, reverse_flow

IPV4 = bytes((192, 0, 2, 1, 198, 51, 100, 7)) + (50_000).to_bytes(2) + (4059).to_bytes(2)
IPV6 = IPv6Address("2001:db8::1").packed + IPv6Address("fe80::2").packed + (4059).to_bytes(2) + (1).to_bytes(2)


def test_endpoints_are_written_as_people_write_them() -> None:
    assert endpoints(IPV4) == ("192.0.2.1:50000", "198.51.100.7:4059")
    assert endpoints(IPV6) == ("[2001:db8::1]:4059", "[fe80::2]:1")


def test_ports_are_source_and_destination() -> None:
    assert ports(IPV4) == (50_000, 4059)
    assert ports(IPV6) == (4059, 1)
    assert ports(line_flow(0)) is None


def test_the_reverse_flow_swaps_the_endpoints() -> None:
    for flow in (IPV4, IPV6, line_flow(3, OUTBOUND)):
        assert endpoints(reverse_flow(flow)) == endpoints(flow)[::-1]
    assert reverse_flow(line_flow(3, OUTBOUND)) == line_flow(3, INBOUND)


@given(st.binary(min_size=12, max_size=12) | st.binary(min_size=36, max_size=36) | st.binary(min_size=4, max_size=4))
def test_reversing_twice_changes_nothing(flow: bytes) -> None:
    assert reverse_flow(reverse_flow(flow)) == flow


def test_a_line_has_two_ends_when_the_direction_is_known() -> None:
    assert endpoints(line_flow(0, OUTBOUND), "/dev/ttyUSB0") == ("/dev/ttyUSB0/local", "/dev/ttyUSB0/remote")
    assert endpoints(line_flow(0, INBOUND), "/dev/ttyUSB0") == ("/dev/ttyUSB0/remote", "/dev/ttyUSB0/local")
    assert endpoints(line_flow(0), "/dev/ttyUSB0") == ("/dev/ttyUSB0", "/dev/ttyUSB0")


def test_lines_of_different_interfaces_are_different_flows() -> None:
    assert line_flow(0, INBOUND) != line_flow(1, INBOUND)
