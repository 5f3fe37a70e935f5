"""Secrets that must be read again are stored sealed with a key made from the product's secret key."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(secret: bytes) -> str:
    """The secret as text that only the holder of the key can open."""
    return _keys().encrypt(secret).decode()


def open_sealed(sealed: str) -> bytes:
    """The secret of a sealed text; InvalidToken when it was sealed with another key."""
    return _keys().decrypt(sealed.encode())


def _keys() -> MultiFernet:
    return MultiFernet([_key(text) for text in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(text: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"dealerops.accounts.sealing")
    return Fernet(base64.urlsafe_b64encode(derived.derive(text.encode())))
