from __future__ import annotations

from django.db.models import Case, F, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.alerts.models import AlertEpisode, AlertRule
from apps.core.kit import formats
from apps.core.kit.tables import Column, Table

OPEN_FIRST = Case(When(state="open", then=0), When(state="acknowledged", then=1), default=2)
_COLOURS = {"open": "red", "acknowledged": "amber", "closed": "grey"}


def rule_name(rule: AlertRule) -> str:
    """The rule's name in the reader's language."""
    return formats.label_of(rule)


def state_badge(episode: AlertEpisode) -> tuple[str, str]:
    """The state with its colour."""
    return _COLOURS[episode.state], str(episode.get_state_display())


class EpisodeTable(Table):
    """Alerts with what is at stake."""

    columns = (
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column(
            "dealer",
            _("Dealer"),
            value=lambda row: str(row.dealer),
            link=lambda row: reverse("alerts:episode-detail", kwargs={"pk": row.pk}),
        ),
        Column("rule", _("Alert"), value=lambda row: rule_name(row.rule)),
        Column("side", _("Side"), value=lambda row: str(row.get_side_display())),
        Column("last_value", _("Value"), "number", sort="last_value"),
        Column("stake_amount", _("At stake a year (¥)"), "money", sort="stake_amount"),
        Column("opened_period", _("Opened in"), "month", sort="opened_period"),
        Column("last_period", _("Last read in"), "month", sort="last_period"),
        Column("state", _("State"), "badge", value=state_badge, sort="state"),
    )
    order_by = (OPEN_FIRST, F("stake_amount").desc(nulls_last=True), "-last_period", "pk")
