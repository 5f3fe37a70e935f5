"""Password rules beside Django's: no words of the place, and what some must follow besides."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.accounts import services

WORDS = ("dealerops", "password", "qwerty", "admin", "welcome", "mima", "woaini", "iloveyou", "abc123")
_RUN = re.compile(r"(.)\1{3,}")
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
FRESH = 6
"""How many characters must be left once the words and repetitions anybody would try are taken out."""


class ContextValidator:
    """Refuses passwords that are little more than a word anybody would try: the product, the user's name."""

    def validate(self, password: str, user: Any = None) -> None:
        names = [getattr(user, name, "") or "" for name in ("username", "display_name")]
        rest = password.lower()
        for word in sorted({*WORDS, *filter(None, names)}, key=len, reverse=True):
            rest = rest.replace(word.lower(), "")
        rest = re.sub(r"(19|20)\d\d|0123456789|123456789|12345678|1234567|123456|12345|1234", "", rest)
        if len(set(_RUN.sub(r"\1", rest))) < FRESH:
            raise ValidationError(self.get_help_text(), code="password_guessable")

    def get_help_text(self) -> str:
        return _("Not a word anybody would try here with a few digits, nor the same few characters repeated.")


class HistoryValidator:
    """Refuses the passwords a user had last where `DEALEROPS_PASSWORD_HISTORY` says how many (MLPS)."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is not None and services.was_used(user=user, password=password):
            raise ValidationError(self.get_help_text(), code="password_used")

    def get_help_text(self) -> str:
        count = settings.PASSWORD_HISTORY
        return _("None of the last %(count)s passwords.") % {"count": count} if count else ""


class CompositionValidator:
    """Asks for three of four kinds of characters where `DEALEROPS_PASSWORD_COMPOSITION` is set (MLPS)."""

    def validate(self, password: str, user: Any = None) -> None:
        if not settings.PASSWORD_COMPOSITION:
            return
        if sum(bool(re.search(kind, password)) for kind in _CLASSES) < 3:
            raise ValidationError(self.get_help_text(), code="password_composition")

    def get_help_text(self) -> str:
        if not settings.PASSWORD_COMPOSITION:
            return ""
        return _("At least three of: small letters, capital letters, digits, other characters.")
