"""Gateway prefixes."""

from __future__ import annotations

from scapy_layers import GatewayRequest, GatewayResponse, GetRequestNormal, GetResponseNormal, ReturnedData, Wrapper

GET = GetRequestNormal()
RESPONSE = GetResponseNormal(result=ReturnedData())


def test_the_prefix_names_network_and_device() -> None:
    built = bytes(GatewayRequest(network_id=2, device_address=b"12345678") / GET)
    assert built == b"\xe6\x02\x0812345678" + bytes(GET)
    assert GatewayRequest(built).mysummary() == "Gateway request  network 2, device 3132333435363738"


def test_a_response_comes_from_the_device_that_was_asked() -> None:
    asked = Wrapper(source_wport=1, destination_wport=16) / GatewayRequest(device_address=b"A") / GET
    answer = Wrapper(source_wport=16, destination_wport=1)
    assert (answer / GatewayResponse(device_address=b"A") / RESPONSE).answers(asked)
    assert not (answer / GatewayResponse(device_address=b"B") / RESPONSE).answers(asked)
    assert not (answer / GatewayResponse(device_address=b"A", network_id=1) / RESPONSE).answers(asked)
    assert not (answer / GatewayRequest(device_address=b"A") / GET).answers(asked)
    same = (GatewayResponse(device_address=b"A") / RESPONSE).hashret()
    assert same == asked[GatewayRequest].hashret()


def test_the_length_in_a_wrapper_counts_the_prefix() -> None:
    packet = Wrapper(bytes(Wrapper() / GatewayRequest(device_address=b"AB") / GET))
    assert packet.length == len(bytes(GET)) + 5
