"""Reads of counts: sheets, their lines, what is left to look at."""

from __future__ import annotations

from django.db.models import QuerySet

from apps.core.access import Actor
from apps.inventory import policies
from apps.inventory.models import CountLine, CountSheet
from apps.inventory.rules import CountResult


def counts(*, actor: Actor) -> QuerySet[CountSheet]:
    """Counts of the actor's dealers."""
    return policies.count.visible_to(actor, CountSheet.objects.select_related("dealer"))


def count_lines(*, actor: Actor) -> QuerySet[CountLine]:
    """The vehicles on counts of the actor's dealers."""
    return policies.count_line.visible_to(actor, CountLine.objects.select_related("sheet", "dealer"))


def lines_of(sheet: CountSheet) -> QuerySet[CountLine]:
    """The vehicles on a count: those not looked at first, then the last one found."""
    return sheet.lines.order_by("found_at", "vehicle_text", "pk")


def variances(sheet: CountSheet) -> QuerySet[CountLine]:
    """The vehicles of a count that need a word: missing, too many, misplaced, or without certificate."""
    wrong = sheet.lines.filter(result__in=(CountResult.MISSING, CountResult.SURPLUS, CountResult.WRONG_PLACE))
    return (wrong | sheet.lines.filter(lacks_certificate=True)).order_by("result", "vehicle_text", "pk")
