"""One APDU for every service and every shape worth telling apart: from the project's captures, or written by hand.

Plain octets and nothing else, so that any test can ask a layer what it makes of them.
"""

from __future__ import annotations

NORMAL = "0003 0100010800ff 02"
"""1-0:1.8.0.255 (Register), attribute 2; as a method descriptor, method 2."""

_CIPHERED = "16 30 00000001 0102030405 a0a1a2a3a4a5a6a7a8a9aaab"
"""Suite 0, authenticated and encrypted, invocation counter 1, five octets and a tag."""

_GENERAL_HEADER = "08 0102030405060708  08 4d4d4d0000000001  08 4d4d4d0000000002  00  00"
"""Transaction id, originator, recipient, no date-time, no other information."""

_DATE_TIME = "07ea0b16ff0d370a00800000"
"""2026-11-22 13:55:10.00; weekday and deviation not specified."""

_WRITTEN = {
    # GET
    "get-request-normal": f"c0 01 c1 {NORMAL} 00",
    "get-request-normal by range": "c0 01 c1 0007 0100630100ff 02 01 01 0204 0204 12 0008 09 06 0000010000ff 0f 02"
    " 12 0000 09 0c 07ea0b01ff000000ff800000 09 0c 07ea0b02ff000000ff800000 01 00",
    "get-request-normal by entry": "c0 01 c1 0007 0100630100ff 02 01 02 0204 06 00000001 06 0000000a 12 0001 12 0000",
    "get-request-next": "c0 02 c1 00000001",
    "get-request-with-list": "c0 03 c1 02 0001 0000600100ff 02 00 0008 0000010000ff 02 00",
    "get-request-with-list, one selective": "c0 03 c1 02 0001 0000600100ff 02 00 0007 0100630100ff 02 01 02"
    " 0204 06 00000001 06 00000002 12 0000 12 0000",
    "get-response-normal": "c4 01 c1 00 06 00000123",
    "get-response-normal, structure": "c4 01 c1 00 02 03 09 0c 07ea0b16070c371a00000000 0f fd 16 1e",
    "get-response-normal, every type": "c4 01 c1 00 02 1e 00 01 01 11 05 02 00 03 01 04 0c abc0 05 fffffffe 06 00000001"
    " 09 02 beef 0a 03 414243 0c 02 c3a9 0d 42 0f 80 10 8000 11 ff 12 ffff 14 8000000000000000 15 ffffffffffffffff"
    " 16 1e 17 3f800000 18 4000000000000000 19 07ea0b16070c371a00000000 1a 07ea0b1607 1b 0c371a00 1c ff 1d fffe 1e"
    " fffffffd 1f 01 20 0002 21 00000003 ff",
    "get-response-normal, compact array": "c4 01 c1 00 13 02 02 12 11 06 0001 02 0003 04",
    "get-response-normal, null-data": "c4 01 c1 00 00",
    "get-response-normal, error": "c4 01 c1 01 04",
    "get-response-with-datablock": "c4 02 c1 00 00000001 00 04 0a0b0c0d",
    "get-response-with-datablock, error": "c4 02 c1 01 00000002 01 13",
    "get-response-with-list": "c4 03 c1 02 00 06 00000123 01 04",
    # SET
    "set-request-normal": "c1 01 c1 0008 0000010000ff 02 00 09 0c 07ea0b16070c371a00000000",
    "set-request-normal, selective": f"c1 01 c1 {NORMAL} 01 01 00 11 05",
    "set-request-with-first-datablock": f"c1 02 c1 {NORMAL} 00 00 00000001 03 0a0b0c",
    "set-request-with-first-datablock, selective": f"c1 02 c1 {NORMAL} 01 01 00 00 00000001 03 0a0b0c",
    "set-request-with-datablock": "c1 03 c1 01 00000002 03 0a0b0c",
    "set-request-with-list": f"c1 04 c1 02 {NORMAL} 00 0001 0000600100ff 02 00 02 11 05 0a 01 41",
    "set-request-with-list-and-first-datablock": f"c1 05 c1 01 {NORMAL} 00 00 00000001 03 0a0b0c",
    "set-response-normal": "c5 01 c1 00",
    "set-response-normal, error": "c5 01 c1 03",
    "set-response-datablock": "c5 02 c1 00000001",
    "set-response-last-datablock": "c5 03 c1 00 00000002",
    "set-response-last-datablock-with-list": "c5 04 c1 02 00 03 00000002",
    "set-response-with-list": "c5 05 c1 02 00 fa",
    # ACTION
    "action-request-normal": f"c3 01 c1 {NORMAL} 00",
    "action-request-normal, parameters": "c3 01 c1 000f 0000280000ff 01 01 09 08 0102030405060708",
    "action-request-next-pblock": "c3 02 c1 00000001",
    "action-request-with-list": f"c3 03 c1 02 {NORMAL} {NORMAL} 02 00 0f 00",
    "action-request-with-first-pblock": f"c3 04 c1 {NORMAL} 00 00000001 03 0a0b0c",
    "action-request-with-list-and-first-pblock": f"c3 05 c1 01 {NORMAL} 00 00000001 03 0a0b0c",
    "action-request-with-pblock": "c3 06 c1 01 00000002 03 0a0b0c",
    "action-response-normal": "c7 01 c1 00 00",
    "action-response-normal, data": "c7 01 c1 00 01 00 09 08 0102030405060708",
    "action-response-normal, error behind a result": "c7 01 c1 00 01 01 0c",
    "action-response-with-pblock": "c7 02 c1 00 00000001 03 0a0b0c",
    "action-response-with-list": "c7 03 c1 03 00 00 04 00 00 01 00 11 05",
    "action-response-next-pblock": "c7 04 c1 00000001",
    # unasked
    "event-notification-request": f"c2 00 {NORMAL} 06 00000064",
    "event-notification-request, timed": f"c2 01 0c {_DATE_TIME} {NORMAL} 06 00000064",
    "data-notification": "0f 00000001 00 02 02 12 0001 09 00",
    "data-notification, timed": f"0f c0000002 0c {_DATE_TIME} 11 05",
    "data-notification-confirm": "10 00000001 00",
    "data-notification-confirm, timed": f"10 00000001 0c {_DATE_TIME}",
    # ACCESS
    "access-request": f"d9 40000001 00 01 01 {NORMAL} 01 00",
    "access-request, all kinds": f"d9 40000001 0c {_DATE_TIME} 05 01 {NORMAL} 02 {NORMAL} 03 {NORMAL} 04 {NORMAL} 01 00"
    f" 05 {NORMAL} 02 11 01 05 00 11 05 0f 00 00 11 06",
    "access-response": "da 40000001 00 00 01 06 00000123 01 01 00",
    "access-response, all kinds": f"da 40000001 00 01 02 01 {NORMAL} 04 {NORMAL} 01 00 03 00 11 05 00"
    " 03 01 00 02 03 03 0c",
    # errors
    "exception-response": "d8 01 02",
    "exception-response, invocation counter": "d8 01 06 00000010",
    "confirmed-service-error": "0e 01 06 01",
    # SN
    "read-request": "05 01 02 fa08",
    "read-request, all kinds": "05 05 02 fa08 04 fa08 01 12 0001 05 0001 06 00 0001 02 0a0b 07 01 0002",
    "read-response": "0c 04 00 06 00000123 01 04 02 01 0001 03 0a0b0c 03 0002",
    "write-request": "06 01 02 fa08 01 09 04 01020304",
    "write-request, block": "06 01 07 00 0001 01 09 03 0a0b0c",
    "write-response": "0d 03 00 01 03 02 0001",
    "unconfirmed-write-request": "16 01 02 fa08 01 11 05",
    "information-report-request": "18 00 01 02 5028 01 06 00000123",
    "information-report-request, timed": "18 01 0f 32303236313132323132303030305a 01 02 5028 01 06 00000123",
    # association
    "initiate-request": "01 00 00 00 06 5f1f0400 007e1f ffff",
    "initiate-request, everything": "01 01 10 000102030405060708090a0b0c0d0e0f 01 00 01 05 06 5f1f0400 62fedf 0400",
    "initiate-response": "08 00 06 5f1f0400 00501f 01f4 0007",
    "initiate-response, short names": "08 01 05 06 5f1f0400 1c0320 01f4 fa00",
    "aarq": "60 1d a109060760857405080101 be10040e 01000000065f1f0400007e1fffff",
    "aarq, password": "60 36 a109060760857405080101 8a020780 8b0760857405080201 ac0a8008 3132333435363738"
    " be10040e 01000000065f1f040062fedfffff",
    "aarq, every field": "60 7a 80020780 a109060760857405080103 a20a04084d4d4d0000000002 a3040402 5566 a403020107"
    " a5030201ff a60a04084d4d4d0000000001 a7050403 112233 a80402020080 a903020105 8a020780 8b0760857405080205"
    " ac0a8008 0102030405060708 bd03 414243 be11040f 210d 30 00000001 0102030405060708",
    "aarq, context only": "60 0b a109060760857405080101",
    "aare": "61 29 a109060760857405080101 a203020100 a305a103020100 be10040e 0800065f1f040000501f01f40007",
    "aare, every field": "61 6e 80020780 a109060760857405080103 a203020100 a305a10302010e a40a04084d4d4d0000000002"
    " a50404025566 a603020107 a703020108 88020780 890760857405080205 aa0a8008 0102030405060708 bd03 414243"
    " be17 0415 2813 30 00000001 0102030405060708090a0b0c0d0e",
    "aare, refused": "61 1f a109060760857405080101 a203020101 a305a203020102 be06 0404 0e010601",
    "rlrq": "62 03 800100",
    "rlrq, nothing": "62 00",
    "rlrq, user information": "62 15 800100 be10 040e 01000000065f1f0400007e1fffff",
    "rlre": "63 03 800100",
    "rlre, user information": "63 15 80011e be10 040e 0800065f1f040000501f01f40007",
    # envelopes
    "general-glo-ciphering": f"db 08 4d4d4d0000000001 {_CIPHERED}",
    "general-glo-ciphering, long": "db 08 4d4d4d0000000001 81 85 30 00000001 " + "5a" * 128,
    "general-ded-ciphering": f"dc 08 4d4d4d0000000001 {_CIPHERED}",
    "general-ciphering, no key": f"dd {_GENERAL_HEADER} 00 {_CIPHERED}",
    "general-ciphering, identified key": f"dd {_GENERAL_HEADER} 01 00 01 {_CIPHERED}",
    "general-ciphering, wrapped key": f"dd {_GENERAL_HEADER} 01 01 00 04 01020304 {_CIPHERED}",
    "general-ciphering, agreed key": f"dd {_GENERAL_HEADER} 01 02 01 02 04 01020304 {_CIPHERED}",
    "general-signing": f"df {_GENERAL_HEADER} 0d c0 01 c1 {NORMAL} 00 40 " + "5a" * 64,
    "general-block-transfer": "e0 81 0001 0000 09 c401c1000600000123",
    "general-block-transfer, acknowledgement": "e0 81 0001 0001 00",
}  # fmt: skip

_PROTECTED_TAGS = {
    "glo": {
        "initiate-request": 0x21, "read-request": 0x25, "write-request": 0x26, "initiate-response": 0x28,
        "read-response": 0x2C, "write-response": 0x2D, "confirmed-service-error": 0x2E,
        "unconfirmed-write-request": 0x36, "information-report-request": 0x38, "get-request": 0xC8,
        "set-request": 0xC9, "event-notification-request": 0xCA, "action-request": 0xCB, "get-response": 0xCC,
        "set-response": 0xCD, "action-response": 0xCF,
    },
    "ded": {
        "initiate-request": 0x41, "read-request": 0x45, "write-request": 0x46, "initiate-response": 0x48,
        "read-response": 0x4C, "write-response": 0x4D, "confirmed-service-error": 0x4E,
        "unconfirmed-write-request": 0x56, "information-report-request": 0x58, "get-request": 0xD0,
        "set-request": 0xD1, "event-notification-request": 0xD2, "action-request": 0xD3, "get-response": 0xD4,
        "set-response": 0xD5, "action-response": 0xD7,
    },
}  # fmt: skip
"""The glo- and ded- tags of IEC 62056-5-3, typed from the standard's table and not taken from the layers."""

PROTECTED = {f"{family}-{service}": tag for family, tags in _PROTECTED_TAGS.items() for service, tag in tags.items()}

SAMPLES: dict[str, bytes] = {name: bytes.fromhex(octets) for name, octets in _WRITTEN.items()} | {
    service: bytes((tag,)) + bytes.fromhex(_CIPHERED) for service, tag in PROTECTED.items()
}
"""Name to octets; up to the first comma the name is the service (`general-ciphering, agreed key`)."""


def service_of(name: str) -> str:
    """The service that a sample's name starts with."""
    return name.split(",", 1)[0].split(" ", 1)[0]
