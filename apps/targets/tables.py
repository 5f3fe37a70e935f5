from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.targets.models import STATES, Target
from apps.targets.rules import TargetState

_COLOURS = {TargetState.WAITING: "amber", TargetState.SIGNED: "green", TargetState.OBJECTED: "red"}
_LABELS = dict(STATES)


def state_badge(row: Target) -> tuple[str, Any]:
    """Where the target stands between the maker and the dealer."""
    return (_COLOURS[row.state], _LABELS[row.state.value])


def line_text(row: Target) -> Any:
    """The model line, or that it is everything."""
    return row.line or _("All model lines")


_KIND = Column(
    "kind",
    _("Kind"),
    value=lambda row: row.get_kind_display(),
    link=lambda row: reverse("targets:target-detail", kwargs={"pk": row.pk}),
)
_LINE = Column("line", _("Model line"), value=line_text)
_UNITS = Column("units", _("Units"), "units", sort="units")
_STATE = Column("state", _("Status"), "badge", value=state_badge)
_SIGNED = (Column("signed_by", _("Signed by")), Column("signed_at", _("Signed at"), "datetime"))
_WANTED = (
    Column("wanted_units", _("Units the dealer proposes"), "units"),
    Column("objection", _("The dealer's reason")),
)


class TargetTable(Table):
    """Targets in force, newest month first."""

    columns = (
        Column("period", _("Month"), "month", sort="period"),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        _KIND,
        _LINE,
        _UNITS,
        _STATE,
        Column("version", _("Version"), "number"),
        *_SIGNED,
        *_WANTED,
    )
    order_by = ("-period", "dealer__code", "kind", "line")


class SheetTable(Table):
    """Everything a dealer shall reach in a month."""

    columns = (_KIND, _LINE, _UNITS, _STATE, *_SIGNED, *_WANTED)
    order_by = ("kind", "line")


class VersionTable(Table):
    """The versions of one target, newest first."""

    columns = (
        Column("version", _("Version"), "number"),
        _UNITS,
        Column("set_by", _("Set by")),
        Column("set_at", _("Set at"), "datetime"),
        _STATE,
        *_SIGNED,
        Column("signature", _("Signature"), "code"),
        *_WANTED,
    )
    order_by = ("-version",)


def facts_of(row: Target) -> list[dict[str, Any]]:
    """A target as one block of label and value."""
    told = [
        (_("Dealer"), f"{row.dealer.code} {row.dealer}", "text"),
        (_("Month"), row.period, "month"),
        (_("Kind"), row.get_kind_display(), "text"),
        (_("Model line"), line_text(row), "text"),
        (_("Units"), row.units, "units"),
        (_("Status"), state_badge(row), "badge"),
        (_("Set by"), row.set_by, "text"),
        (_("Set at"), row.set_at, "datetime"),
    ]
    return [{"facts": [{"label": label, "value": value, "kind": kind} for label, value, kind in told]}]
