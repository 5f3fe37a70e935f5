"""What the data base refuses about accounts, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError

_WORDS = {
    "ledger_short": ("insufficient_funds", _("There is not enough on the account.")),
    "ledger_frozen": ("account_frozen", _("The account is frozen.")),
    "ledger_captured": ("beyond_hold", _("No more can be captured than was held.")),
    "ledger_hold_key_key": ("key_reused", _("This key was already used for something else.")),
    "ledger_holdend_hold_id_key": ("hold_ended", _("This amount was already captured or released.")),
    "ledger_entry_reverses_id_key": ("reversed", _("This entry was already reversed.")),
    "periods_closed": ("month_closed", _("The month was closed meanwhile; please try again.")),
}


@contextmanager
def in_words() -> Iterator[None]:
    """Turn a refusal of the data base into a `DomainError`; what was tried inside leaves nothing behind."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        words = _WORDS.get(constraint(error))
        if words is None:
            raise
        raise DomainError(*words) from error


def constraint(error: IntegrityError) -> str:
    """The name of the rule of the data base that refused."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""
