"""Protected APDUs made from the primitives of `cryptography`, and dialogues that carry them."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.security.gcm import protect_content
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet
from scapy_layers import AARE, AARQ, InitiateRequest, InitiateResponse
from scapy_layers.core.lengths import write_length
from tests.dlms_analyzer.dialogue import Dialogue

EK = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
AK = bytes.fromhex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")
KEK = bytes.fromhex("31313131313131313131313131313131")
DEDICATED = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
CLIENT = b"HES\x00\x00\x00\x00\x01"
SERVER = b"MTR\x00\x00\x00\x00\x07"
GET = bytes.fromhex("C001C100030100010800FF0200")
ANSWER = bytes.fromhex("C401C1000600000123")
PUSH = bytes.fromhex("0F00000001000600000123")
"""data-notification, long-invoke-id 1, no date-time, double-long-unsigned 291."""
CIPHERING = bytes.fromhex("60857405080103")
"""Application context: logical names with ciphering."""

TAGS = {
    "initiate-request": (0x21, 0x41), "initiate-response": (0x28, 0x48), "get-request": (0xC8, 0xD0),
    "get-response": (0xCC, 0xD4), "action-request": (0xCB, 0xD3), "action-response": (0xCF, 0xD7),
}  # fmt: skip


def octets(value: bytes) -> bytes:
    """An octet string with its length."""
    return write_length(len(value)) + value


def content(
    plaintext: bytes,
    counter: int,
    title: bytes,
    *,
    key: bytes = EK,
    ak: bytes = AK,
    control: int = 0x30,
    extra: bytes = b"",
) -> bytes:
    """Security header and protected octets."""
    return bytes((control,)) + counter.to_bytes(4) + protect_content(key, ak, title, control, counter, plaintext, extra)


def glo(plaintext: bytes, counter: int, title: bytes, **how: Any) -> bytes:
    """A service-specific envelope with a global key."""
    return bytes((_outer(plaintext[0]),)) + octets(content(plaintext, counter, title, **how))


def ded(plaintext: bytes, counter: int, title: bytes, **how: Any) -> bytes:
    """The same with the dedicated key."""
    how.setdefault("key", DEDICATED)
    return bytes((_outer(plaintext[0]) + (8 if plaintext[0] >= 0xC0 else 0x20),)) + octets(
        content(plaintext, counter, title, **how)
    )


def _outer(tag: int) -> int:
    return tag + 8 if tag >= 0xC0 else tag + 0x20


def general_glo(plaintext: bytes, counter: int, title: bytes, *, said: bytes | None = None, **how: Any) -> bytes:
    """General-Glo-Ciphering; `said` is the title in the envelope where it is not that of the nonce."""
    return b"\xdb" + octets(title if said is None else said) + octets(content(plaintext, counter, title, **how))


def header(originator: bytes, recipient: bytes, transaction: bytes = b"") -> bytes:
    """What general-ciphering and general-signing have in front."""
    return octets(transaction) + octets(originator) + octets(recipient) + b"\x00\x00"


def general_ciphering(
    plaintext: bytes, originator: bytes, recipient: bytes, key_info: bytes, *, transaction: bytes = b"", **how: Any
) -> bytes:
    """General-Ciphering, the header authenticated as the standard has it."""
    front = header(originator, recipient, transaction)
    return b"\xdd" + front + key_info + octets(content(plaintext, 0, originator, extra=front, **how))


def signed(plaintext: bytes, originator: bytes, recipient: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """General-Signing."""
    body = header(originator, recipient) + octets(plaintext)
    size = 32 if key.curve.name == "secp256r1" else 48
    digest = hashes.SHA256() if size == 32 else hashes.SHA384()
    r, s = decode_dss_signature(key.sign(body, ec.ECDSA(digest)))
    return b"\xdf" + body + octets(r.to_bytes(size) + s.to_bytes(size))


def keys(**changed: Any) -> KeySet:
    """The meter's keys."""
    given = {"guek": EK, "gak": AK, "kek": KEK}
    return KeySet(**given | changed)  # type: ignore[arg-type]


class Talk(Dialogue):
    """A dialogue whose analyzer has keys."""

    def __init__(self, *sets: KeySet) -> None:
        self.keyring = Keyring(sets)
        super().__init__(Analyzer(keys=self.keyring))

    def associate_ciphered(
        self, *, dedicated: bytes | None = None, client: bytes = CLIENT, server: bytes = SERVER
    ) -> list[Message]:
        """Open an association with ciphering; its InitiateRequest may propose a dedicated key."""
        request = bytes(InitiateRequest(dedicated_key=dedicated))
        response = bytes(InitiateResponse())
        asked = self.client(
            AARQ(
                application_context_name=CIPHERING,
                calling_ap_title=client,
                user_information=glo(request, 1, client),
            )
        )
        return asked + self.server(
            AARE(
                application_context_name=CIPHERING,
                result=0,
                result_source_diagnostic=(1, 0),
                responding_ap_title=server,
                user_information=glo(response, 1, server),
            )
        )
