"""A capture of a meter that says nothing but hostile text, in every place where wire text may be shown."""

from __future__ import annotations

from pathlib import Path

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether

from dlms_analyzer.cosem.p1 import read_telegram
from scapy_layers import (
    AARE,
    AARQ,
    Data,
    DataNotification,
    EventNotificationRequest,
    GetRequestNext,
    GetRequestNormal,
    GetResponseNormal,
    GetResponseWithDataBlock,
    InitiateRequest,
    InitiateResponse,
    RawDataBlock,
    ReturnedData,
    Wrapper,
    write_data,
)
from tests.dlms_analyzer.capture_samples import SECOND, START, Pcapng
from tests.dlms_analyzer.dialogue import LOGICAL_NAMES
from tests.dlms_analyzer.security.talks import AK, EK, general_glo

COLOUR = "#123456"
"""What the markup asks for; nothing else on any screen has it."""

SHORT = f"[{COLOUR}]a[/][@click=app.quit]q[/]\x1b[31m\x9b2J\u202ee\u2066i\u200bz\U000e0041\xad\r\n\tn"
LONG = SHORT + "\x1b]0;title\x07\x1b]52;c;cHduZWQ=\x07" + "Z" + "\u0301" * 40 + "[/nothing]" + "[b]" * 30

SERVER_TITLE = b"\x1b[31mM\x07\x0a"
CLIENT_TITLE = b"[b]\x1b[2JC"
NAME, TEXT, PROFILE, DEVICES, USERS = ("0.0.42.0.0.255", "0.0.96.1.0.255", "1.0.99.1.0.255", "0.0.41.0.0.255",
                                       "0.0.40.0.0.255")  # fmt: skip
DATA, PROFILE_GENERIC, ASSOCIATION, SAP_ASSIGNMENT = 1, 7, 15, 17
BLOCK = 50_000
"""Octets of a block: a text of 100 kB takes three."""


def place(name: str, text: str = LONG) -> bytes:
    """A hostile text that says where it stood."""
    return f"<{name}>{text}".encode("utf-8", "surrogatepass")


class _Meter:
    """One TCP connection with an association, written frame by frame."""

    def __init__(self) -> None:
        self.file = Pcapng().section().interface(1, (2, place("interface", SHORT)), (3, place("description", SHORT)))
        self._frames = 0
        self._next = {True: 1000, False: 5000}

    def client(self, *apdus: object) -> None:
        """The client sends."""
        for apdu in apdus:
            self._tcp(bytes(Wrapper(source_wport=16, destination_wport=1) / bytes(apdu)), client=True)  # type: ignore[call-overload]

    def server(self, *apdus: object) -> None:
        """The server sends."""
        for apdu in apdus:
            self._tcp(bytes(Wrapper(source_wport=1, destination_wport=16) / bytes(apdu)), client=False)  # type: ignore[call-overload]

    def read(self, class_id: int, logical_name: str, attribute: int, data: Data) -> None:
        """The client reads an attribute, the meter gives it, in blocks if it is long."""
        self.client(GetRequestNormal(class_id=class_id, logical_name=logical_name, attribute_id=attribute))
        octets = write_data(data)
        if len(octets) <= BLOCK:
            self.server(GetResponseNormal(result=ReturnedData(data=data)))
            return
        blocks = [octets[start : start + BLOCK] for start in range(0, len(octets), BLOCK)]
        for number, block in enumerate(blocks, 1):
            if number > 1:
                self.client(GetRequestNext(block_number=number - 1))
            last = number == len(blocks)
            self.server(
                GetResponseWithDataBlock(last_block=last, block_number=number, result=RawDataBlock(raw_data=block))
            )

    def push(self, apdu: bytes) -> None:
        """The meter sends without being asked, over UDP."""
        self._packet(UDP(sport=4059, dport=4059) / bytes(Wrapper(source_wport=1, destination_wport=103) / apdu))

    def _tcp(self, octets: bytes, *, client: bool) -> None:
        for start in range(0, len(octets), BLOCK):
            part = octets[start : start + BLOCK]
            ports = (40_000, 4059) if client else (4059, 40_000)
            self._packet(
                TCP(sport=ports[0], dport=ports[1], seq=self._next[client], ack=self._next[not client], flags="PA")
                / part,
                client=client,
            )
            self._next[client] += len(part)

    def _packet(self, payload: object, *, client: bool = False) -> None:
        ends = ("192.0.2.1", "192.0.2.7") if client else ("192.0.2.7", "192.0.2.1")
        octets = bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=ends[0], dst=ends[1]) / payload)
        self._frames += 1
        comment = (1, place("comment", SHORT))
        self.file.packet((START + self._frames * SECOND // 100) // 1000, octets, comment)


def hostile_octets() -> bytes:
    """The capture, as pcapng."""
    meter = _Meter()
    meter.client(
        AARQ(
            application_context_name=LOGICAL_NAMES,
            calling_ap_title=CLIENT_TITLE,
            calling_authentication_value=place("password", SHORT),
            mechanism_name=bytes.fromhex("60857405080201"),
            implementation_information=place("implementation", SHORT),
            user_information=InitiateRequest(),
        )
    )
    meter.server(
        AARE(
            application_context_name=LOGICAL_NAMES,
            result=0,
            result_source_diagnostic=(1, 0),
            responding_ap_title=SERVER_TITLE,
            user_information=InitiateResponse(),
        )
    )
    meter.read(DATA, NAME, 2, Data.of("octet-string", place("device")))
    meter.read(DATA, TEXT, 2, Data.of("utf8-string", place("text")))
    meter.read(DATA, "0.0.96.1.1.255", 2, Data.of("visible-string", place("visible")))
    meter.read(DATA, "0.0.96.1.2.255", 2, Data.of("utf8-string", place("long") + b"\x1b[31m[b]" * 12_500))
    meter.read(SAP_ASSIGNMENT, DEVICES, 2, _array(_structure(Data.of("long-unsigned", 1), _octets("assignment"))))
    meter.read(ASSOCIATION, USERS, 11, _array(_structure(Data.of("unsigned", 1), _text("user"))))
    columns = [
        _structure(
            Data.of("long-unsigned", DATA),
            Data.of("octet-string", bytes((0, 0, 96, 1, 0, 255))),
            Data.of("integer", 2),
            Data.of("long-unsigned", 0),
        )
    ]
    meter.read(PROFILE_GENERIC, PROFILE, 3, _array(*columns))
    meter.read(PROFILE_GENERIC, PROFILE, 2, _array(*(_structure(_text("cell")) for _ in range(3))))
    meter.server(
        EventNotificationRequest(class_id=DATA, logical_name=TEXT, attribute_id=2, attribute_value=_text("event"))
    )
    meter.push(bytes(DataNotification(notification_body=_structure(_text("push"), _octets("pushed octets")))))
    telegram = (
        b"/EST5[b]M\r\n\r\n0-0:96.13.0(" + place("p1", SHORT).replace(b"(", b"").replace(b")", b"").hex().encode()
    )
    telegram += b")\r\n1-0:1.8.0(000001*[b]k\x1b)\r\n!"
    telegram += f"{read_telegram(telegram).computed:04X}\r\n".encode()
    meter.push(general_glo(telegram, 7, SERVER_TITLE))
    return meter.file.octets


def _structure(*elements: Data) -> Data:
    return Data.of("structure", *elements)


def _array(*elements: Data) -> Data:
    return Data.of("array", *elements)


def _text(name: str) -> Data:
    return Data.of("utf8-string", place(name))


def _octets(name: str) -> Data:
    return Data.of("octet-string", place(name))


def hostile_capture(folder: Path) -> Path:
    """The capture and its keys in a folder; their names are hostile too."""
    path = folder / f"<file>[{COLOUR}]f[]\x1b[31m\u202e\n.pcapng"
    path.write_bytes(hostile_octets())
    return path


def hostile_keys(folder: Path) -> Path:
    """A keys file with a hostile name of a meter in it."""
    path = folder / f"<keys file>[{COLOUR}]k[]\x1b[31m.toml"
    name = place("meter", SHORT).decode().encode("unicode_escape").decode().replace("\\x9b", "\\u009b")
    name = name.replace("\\x1b", "\\u001b").replace("\\xad", "\\u00ad")
    path.write_text(f'[[meter]]\nname = "{name}"\nguek = "{EK.hex()}"\ngak = "{AK.hex()}"\n')
    path.chmod(0o600)
    return path
