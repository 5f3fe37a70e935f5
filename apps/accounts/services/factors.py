"""The second factor: codes of an authenticator app (RFC 6238) and ten recovery codes, each good for once."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp.oath import TOTP

from apps.accounts import sealing
from apps.accounts.models import RecoveryCode, SecondFactor, User
from apps.accounts.services import entering, throttling
from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError

STEP = 30
DIGITS = 6
TOLERANCE = 1
SAMPLE_MAIL = "@sample.invalid"
"""How the addresses of sample users end; nobody can receive mail there."""
RECOVERY_CODES = 10
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_secret() -> bytes:
    """A secret for an authenticator app: 160 random bits."""
    return secrets.token_bytes(20)


def typed(secret: bytes) -> str:
    """The secret as people type it into an app: base 32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def current_code(secret: bytes, *, now: datetime) -> str:
    """The code an app shows at a moment."""
    return f"{_clock(secret, now).token():0{DIGITS}d}"


def sample_code(*, user: User, now: datetime) -> str:
    """The next code a sample user of a demonstration may type; empty anywhere else."""
    factor = SecondFactor.objects.filter(user=user, user__email__endswith=SAMPLE_MAIL).first()
    if factor is None or not settings.SHOW_SAMPLE_CODES:
        return ""
    clock = _clock(sealing.open_sealed(factor.sealed_secret), now)
    clock.drift = max(0, factor.last_step + 1 - clock.t())
    return f"{clock.token():0{DIGITS}d}" if clock.drift <= TOLERANCE else ""


@transaction.atomic
def set_up(*, user: User, secret: bytes, code: str, actor: Actor, now: datetime, keep: str = "") -> list[str]:
    """Take a secret as the user's second factor once a code of it is shown; returns new recovery codes.

    Sessions opened without it end, but for the one with the key `keep`.
    Raises DomainError `code` when the code is not one of this secret.
    """
    step = _step_of(secret, code, after=None, now=now)
    if step is None:
        text = _("This is not the code of the moment. Check the clock of your phone.")
        raise DomainError("code", text, fields={"code": text})
    SecondFactor.objects.update_or_create(
        user=user,
        defaults={"sealed_secret": sealing.seal(secret), "since_at": now, "last_step": step},
    )
    audit.record(actor=actor, action="accounts.set_up_second_factor", obj=user, now=now)
    entering.end_sessions(user=user, actor=actor, now=now, keep=keep)
    return _replace_recovery_codes(user)


@transaction.atomic
def renew_recovery_codes(*, user: User, actor: Actor, now: datetime) -> list[str]:
    """Ten new recovery codes; the ones before are void."""
    codes = _replace_recovery_codes(user)
    audit.record(actor=actor, action="accounts.renew_recovery_codes", obj=user, now=now)
    return codes


@transaction.atomic
def remove_second_factor(*, user: User, actor: Actor, now: datetime) -> None:
    """Take the second factor from a user who lost it; sessions end, and where one is due the next log-in
    sets up a new one. Raises DomainError for one's own."""
    if user.pk == actor.user_id:
        raise DomainError("own_account", _("Ask a colleague to reset your own second step."))
    RecoveryCode.objects.filter(user=user).delete()
    if SecondFactor.objects.filter(user=user).delete()[0]:
        audit.record(actor=actor, action="accounts.remove_second_factor", obj=user, now=now)
    entering.end_sessions(user=user, actor=actor, now=now)


@transaction.atomic
def accept(*, user: User, code: str, now: datetime) -> tuple[bool, datetime | None]:
    """Whether a code of the app or an unused recovery code was given; it is used up by this.

    The second value tells until when nothing is looked at, after too many wrong codes.
    """
    key = f"code:{user.pk}"
    throttling.wait_for_turn(key=key)
    until = throttling.waits_until(keys=[key], now=now)
    if until is not None:
        return False, until
    if _use_app_code(user, code, now) or _use_recovery_code(user, code, now):
        throttling.forget(key=key)
        return True, None
    throttling.note_failure(key=key, now=now)
    return False, throttling.waits_until(keys=[key], now=now)


def _use_app_code(user: User, code: str, now: datetime) -> bool:
    """Take the code if it is younger than the last one taken, so that none is good twice."""
    factor = SecondFactor.objects.select_for_update().filter(user=user).first()
    if factor is None:
        return False
    secret = sealing.open_sealed(factor.sealed_secret)
    step = _step_of(secret, code, after=factor.last_step, now=now)
    if step is None:
        return False
    factor.last_step = step
    factor.save(update_fields=["last_step"])
    return True


def _use_recovery_code(user: User, code: str, now: datetime) -> bool:
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at=None)
    if not unused.update(used_at=now):
        return False
    actor = Actor(user_id=user.pk, label=str(user))
    audit.record(actor=actor, action="accounts.use_recovery_code", obj=user, now=now)
    return True


def _step_of(secret: bytes, code: str, *, after: int | None, now: datetime) -> int | None:
    """The time step whose code was given: this one, the one before or after; None for any other code."""
    digits = "".join(code.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    clock = _clock(secret, now)
    least = None if after is None else after + 1
    return clock.t() if clock.verify(int(digits), tolerance=TOLERANCE, min_t=least) else None


def _clock(secret: bytes, now: datetime) -> TOTP:
    clock = TOTP(secret, step=STEP, digits=DIGITS)
    clock.time = now.timestamp()
    return clock


def _replace_recovery_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _letter in range(12)) for _code in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=_digest(code)) for code in codes])
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return salted_hmac("accounts.recovery_code", plain, algorithm="sha256").hexdigest()
