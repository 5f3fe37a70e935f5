"""How far a dealer's stock may be financed. Source: I-09."""

from __future__ import annotations

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.ledger.models import Account
from apps.ledger.rules import AccountKind
from apps.metrics.registry import Measure, registry


def lines(month: Month) -> QuerySet[Account]:
    """The credit lines of dealers, as they are now."""
    return Account.objects.filter(kind=AccountKind.CREDIT_LINE, dealer__isnull=False)


registry.measure(
    Measure(
        code="inventory.credit_limit_amount",
        label=_("Credit line"),
        kind=Kind.STOCK,
        unit=Unit.YUAN,
        facts=lines,
        aggregate=Sum("limit_amount"),
        feed=None,
        columns=(
            Column("kind", _("kind of account"), value=lambda row: row.get_kind_display()),
            Column("limit_amount", _("credit limit"), "money"),
        ),
        known_only=True,
    )
)
