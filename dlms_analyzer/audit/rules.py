"""What the audit looks for: each finding with its grade, why it matters and what to do."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple


class Grade(Enum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATION = "information"


class Rule(NamedTuple):
    """One thing that the audit looks for.

    Attributes:
        grade: how bad it is.
        title: what was seen.
        why: what an attacker gains by it, or why else it matters.
        advice: what to do about it.
    """

    grade: Grade
    title: str
    why: str
    advice: str


_CRITICAL, _HIGH, _MEDIUM, _LOW, _INFORMATION = Grade

RULES: Final[dict[str, Rule]] = {
    "well-known-key": Rule(
        _CRITICAL, "A key that everybody knows is in use",
        "Keys from samples, standards and simple patterns are the first ones tried: the protection is worth nothing.",
        "Put random keys that are the meter's own into it, and find out which other meters were left with this one.",
    ),
    "well-known-password": Rule(
        _CRITICAL, "A password that everybody knows is in use",
        "Default passwords are the first ones tried: whoever reaches the meter can log in.",
        "Set a random password for each meter.",
    ),
    "key-in-clear": Rule(
        _CRITICAL, "A key is sent in clear",
        "Whoever listens has the key, and with it all that it protects.",
        "Wrap keys with the master key, and propose dedicated keys only in a ciphered InitiateRequest.",
    ),
    "secret-in-clear": Rule(
        _CRITICAL, "A password or secret is written or read in clear",
        "Whoever listens can log in with it from now on.",
        "Change secrets only in a ciphered association; replace this one.",
    ),
    "well-known-master-key": Rule(
        _CRITICAL, "Keys are transferred under a master key that everybody knows",
        "Whoever listens unwraps the new keys: replacing them has gained nothing.",
        "Put a random master key into the meter on a protected way, then replace all other keys once more.",
    ),
    "nonce-reuse": Rule(
        _CRITICAL, "An invocation counter protects two different texts with the same key",
        "AES-GCM breaks: the difference of the two texts is laid open, and the authentication subkey can be computed, "
        "by which messages can be forged for as long as the key is in use.",
        "Replace the key. Find out why the sender does not count: a lost counter after a restart, two devices with "
        "one key and title, or a faulty implementation.",
    ),
    "replay-accepted": Rule(
        _CRITICAL, "A protected request was sent once more, and answered once more",
        "The server does not check the invocation counter: recorded requests, such as one to disconnect a customer, "
        "work again whenever somebody replays them.",
        "The server has to refuse every counter that is not higher than the last one (IEC 62056-5-3, 9.2.3.3.7.3).",
    ),
    "public-client-write": Rule(
        _CRITICAL, "The public client writes attributes or invokes methods",
        "The public client needs no password and no key: anybody who reaches the meter can do the same.",
        "Take these rights from the association of client SAP 16.",
    ),
    "image-transfer-unprotected": Rule(
        _HIGH, "A firmware image is transferred without authentication of its blocks",
        "Whoever is on the way can put other firmware into the meter; a signature inside the image, which cannot be "
        "seen from here, would be all that is left against it.",
        "Transfer images in an association that authenticates each APDU, and accept only signed images.",
    ),
    "plaintext-on-ciphered": Rule(
        _HIGH, "Data in clear in a ciphered association",
        "The two have agreed on ciphering and one of them does not do it: data can be read and changed on the way.",
        "Set a security policy in the Security setup that makes the meter refuse and send nothing unprotected.",
    ),
    "encryption-only": Rule(
        _HIGH, "APDUs are encrypted and not authenticated",
        "Without a tag each bit of the text can be flipped on the way: values and commands can be changed unnoticed.",
        "Set a security policy that asks for authentication and encryption (security control 3x).",
    ),
    "unprotected-envelope": Rule(
        _HIGH, "APDUs in a ciphering envelope that neither encrypts nor authenticates",
        "It looks protected and is not.",
        "Set a security policy that asks for authentication and encryption (security control 3x).",
    ),
    "no-authentication": Rule(
        _HIGH, "More than the public objects is accessed without authentication",
        "Nobody has to prove who he is: anybody who reaches the meter can do the same.",
        "Give clients other than the public one only associations with high level security.",
    ),
    "password-in-clear": Rule(
        _HIGH, "The password of low level security goes over the wire in clear",
        "Whoever listens once can log in from then on. The AARQ carries it in clear even where APDUs are ciphered.",
        "Use high level security: GMAC, SHA-256 or ECDSA. Treat this password as known to others.",
    ),
    "old-counter-accepted": Rule(
        _HIGH, "A request with an invocation counter lower than one before was answered",
        "The server does not insist on counters that grow: it may take replayed requests as well.",
        "The server has to refuse every counter that is not higher than the last one. Rule out that the capture "
        "is out of order.",
    ),
    "challenge-repeated": Rule(
        _HIGH, "The server challenges two associations with the same octets",
        "A recorded reply of the client opens the association again: the authentication can be replayed.",
        "The server needs a random number generator that does not start over.",
    ),
    "public-client-read": Rule(
        _MEDIUM, "The public client reads more than it needs",
        "The public client needs no password and no key: anybody who reaches the meter can read the same.",
        "Leave it the clock, the invocation counters, the names of the device and its associations.",
    ),
    "data-in-clear": Rule(
        _MEDIUM, "Data in clear",
        "Nothing after the login is protected: who is on the way reads values, and can change or add requests.",
        "Use an application context with ciphering, or protect the connection below.",
    ),
    "weak-mechanism": Rule(
        _MEDIUM, "HLS with MD5 or SHA-1",
        "From one recorded login the secret can be searched for at billions of guesses a second; both hashes are no "
        "longer allowed for new meters.",
        "Use GMAC, SHA-256 or ECDSA (mechanisms 5, 6, 7), and long random secrets until then.",
    ),
    "key-transfer-in-clear": Rule(
        _MEDIUM, "Wrapped keys are transferred in an APDU that is not protected",
        "The keys are wrapped, but who is on the way can see that they change, and replay or suppress it.",
        "Transfer keys only in authenticated and encrypted APDUs.",
    ),
    "hls-failed": Rule(
        _MEDIUM, "A reply to an HLS challenge is wrong",
        "One of the sides does not have the secret: a mistake in a key, or somebody who tries.",
        "See that the keys given to this analysis are right; then look at who tried, and how often.",
    ),
    "login-refused": Rule(
        _MEDIUM, "The server refuses an association because of the authentication",
        "A wrong password or mechanism: a mistake, or somebody who tries passwords.",
        "Look at who tried, and how often; the server should slow down such tries.",
    ),
    "bad-tag": Rule(
        _MEDIUM, "Protected APDUs do not open with the keys at hand",
        "The keys given here are wrong, or somebody changes or forges messages.",
        "The reason is said with each message. Rule out wrong keys first.",
    ),
    "manufacturer-mechanism": Rule(
        _LOW, "HLS with a mechanism of the manufacturer",
        "How the reply is computed is not published and was not reviewed; often it is a single block of AES.",
        "Ask the manufacturer, or use GMAC, SHA-256 or ECDSA (mechanisms 5, 6, 7).",
    ),
    "authentication-only": Rule(
        _LOW, "APDUs are authenticated and not encrypted",
        "Nobody can change them, but everybody on the way can read them: consumption tells when people are at home.",
        "Set a security policy that asks for encryption too, where personal data is sent.",
    ),
    "counter-refused": Rule(
        _LOW, "The server refuses an invocation counter as too low",
        "The server does what it should. Somebody replays requests, or the client has lost its counter.",
        "If it was not a replay: read the counter before, and see that two clients do not share a key.",
    ),
    "counter-exhaustion": Rule(
        _LOW, "An invocation counter nears its end",
        "Behind the end the key can no longer be used, and a sender that starts over breaks AES-GCM.",
        "Replace the key before.",
    ),
    "image-transfer-unsigned": Rule(
        _INFORMATION, "A firmware image is transferred in APDUs that are authenticated and not signed",
        "Whoever has the symmetric keys of the meter can send images. A signature inside the image "
        "cannot be seen here.",
        "Make sure that the meter checks a signature of the image itself before it activates it.",
    ),
    "suite-0": Rule(
        _INFORMATION, "Security suite 0",
        "Common and not broken. It has no signatures and no key agreement: client and meter share all secrets, and who "
        "gets the master key can unwrap the keys of the past.",
        "Ask for suite 1 or 2 in new meters.",
    ),
}  # fmt: skip
"""By code, worst first."""
