"""Personal data in the data base: encrypted, found by a keyed hash, masked wherever it is shown.

A `PiiField` holds ciphertext (AES-256-GCM, the number of its key in front); its values are `Masked` objects
whose text is the mask, in templates, exports, JSON, logs and errors alike. The clear text is asked for by
name, `value.reveal()`, and only services that record why do so. A `PiiKeyField` beside it keeps an HMAC of
the normalised value, so that an exact value is found without decrypting. The first of the keys encrypts, all
of them decrypt: put a new one in front, run `manage.py rotate_pii`, drop the old one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

NONCE = 12
SHORTEST_KEY = 32
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


class Unreadable(ValueError):
    """A stored value was encrypted with a key that is not among the given ones, or was changed."""


def mask_name(text: str) -> str:
    """The family name: 王小明 → 王**, Mary → M***."""
    return text[0] + "*" * min(len(text) - 1, 3) if len(text) > 1 else "*"


def mask_number(text: str) -> str:
    """The first three and last four characters of a long number: 13812345678 → 138****5678."""
    if len(text) >= 11:
        return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
    return f"{text[:1]}****{text[-2:]}" if len(text) > 4 else "****"


def mask_email(text: str) -> str:
    """The first letter and the domain: zhang@example.com → z***@example.com."""
    name, _at, domain = text.partition("@")
    return f"{name[:1]}***@{domain}"


MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "mobile": mask_number,
    "identity": mask_number,
    "email": mask_email,
}


def mask_text(text: str) -> str:
    """A free text with the mobile, identity numbers and e-mail addresses in it masked.

    Numbers inside of longer codes (VINs, hashes, ids) stay.
    """
    if not any(sign.isdigit() or sign == "@" for sign in text):
        return text
    text = _IDENTITY.sub(lambda found: mask_number(found[0]), text)
    text = _MOBILE.sub(lambda found: mask_number(re.sub(r"\D", "", found[0])[-11:]), text)
    return _EMAIL.sub(lambda found: mask_email(found[0]), text)


def normalised(text: str, kind: str) -> str:
    """How a value is compared: numbers without blanks, dashes and country code, addresses in lower case."""
    text = text.strip()
    if kind == "mobile":
        digits = re.sub(r"[\s\-()]", "", text)
        return re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", digits)
    return text.upper() if kind == "identity" else text.lower() if kind == "email" else text


class Masked:
    """A personal value: its text is the mask; `reveal` gives what is behind it.

    One that was `stored` is decrypted when it is first asked for, so that a lost key stops no log-in.
    """

    __slots__ = ("_clear", "_kind", "_stored")

    def __init__(self, clear: str, kind: str, *, stored: str = "") -> None:
        self._clear, self._kind, self._stored = clear, kind, stored

    def reveal(self) -> str:
        """The clear text; whoever asks records why."""
        if self._stored:
            self._clear, self._stored = decrypted(self._stored), ""
        return self._clear

    def __str__(self) -> str:
        clear = self.reveal()
        return MASKS[self._kind](clear) if clear else ""

    def __repr__(self) -> str:
        return f"<{self}>"

    def __bool__(self) -> bool:
        return bool(self._stored or self._clear)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())


class PiiField(models.TextField):  # type: ignore[type-arg]
    """A personal text: `mask` is name, mobile, identity or email; empty is None."""

    def __init__(self, *args: Any, mask: str, **kwargs: Any) -> None:
        self.mask = mask
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"mask": self.mask}

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Masked | None:
        return None if value is None else Masked("", self.mask, stored=value)

    def to_python(self, value: Any) -> Masked | None:
        if value is None or isinstance(value, Masked):
            return value
        text = normalised(str(value), self.mask)
        return Masked(text, self.mask) if text else None

    def get_prep_value(self, value: Any) -> str | None:
        held = self.to_python(value)
        return encrypted(held.reveal()) if held else None

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted; search its PiiKeyField with pii.key_of")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj) or "")


class PiiKeyField(models.CharField):  # type: ignore[type-arg]
    """The keyed hash of the PiiField named `source`, kept with every save; blank while that is empty."""

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs |= {"max_length": 64, "blank": True, "editable": False, "db_index": True}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("max_length", "blank", "editable", "db_index"):
            kwargs.pop(implied, None)
        return name, path, args, kwargs | {"source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        field = model_instance._meta.get_field(self.source)
        assert isinstance(field, PiiField)
        held = field.to_python(getattr(model_instance, self.source))
        value = key_of(held.reveal(), field.mask) if held else ""
        setattr(model_instance, self.attname, value)
        return value


def key_of(text: str, kind: str) -> str:
    """The keyed hash under which a value is found: HMAC-SHA256 of the normalised text, in hex."""
    clear = normalised(text, kind)
    return hmac.new(_index_key(), f"{kind}\0{clear}".encode(), hashlib.sha256).hexdigest()


def encrypted(clear: str) -> str:
    """The clear text under the first key."""
    number, _dot, raw = sealed(clear.encode()).partition(b".")
    return f"{number.decode()}.{base64.urlsafe_b64encode(raw).decode()}"


def decrypted(stored: str) -> str:
    """The clear text of a stored value; Unreadable when no key fits."""
    number, _dot, raw = stored.partition(".")
    try:
        return opened(number.encode() + b"." + base64.urlsafe_b64decode(raw)).decode()
    except ValueError as error:
        raise Unreadable(str(error)) from error


def sealed(clear: bytes) -> bytes:
    """Bytes under the first key, its number in front."""
    number, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE)
    return number.encode() + b"." + nonce + AESGCM(key).encrypt(nonce, clear, number.encode())


def opened(stored: bytes) -> bytes:
    """The bytes behind sealed ones; Unreadable when no key fits."""
    number, _dot, raw = stored.partition(b".")
    key = _keys().get(number.decode(errors="replace"))
    if key is None:
        raise Unreadable(f"no key {number.decode(errors='replace')} is given")
    try:
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], number)
    except (InvalidTag, ValueError) as error:
        raise Unreadable("a stored value was changed") from error


def is_current(stored: str) -> bool:
    """Whether a stored value is encrypted with the first key."""
    return stored.partition(".")[0] == next(iter(_keys()))


def _keys() -> dict[str, bytes]:
    return _derived(tuple(settings.PII_KEYS or (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)))


@cache
def _derived(given: tuple[str, ...]) -> dict[str, bytes]:
    made = [_derive(text, b"dealerops.pii") for text in given]
    return {hashlib.sha256(key).hexdigest()[:8]: key for key in made}


def _index_key() -> bytes:
    return _derive(settings.PII_INDEX_KEY or settings.SECRET_KEY, b"dealerops.pii.index")


@cache
def _derive(text: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(text.encode())
