"""Stock is counted VIN by VIN; what differs from the book is explained, and adjusted only when approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import access, audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.inventory import notices, policies
from apps.inventory import queries as stock
from apps.inventory.models import CountLine, CountSheet, StockUnit
from apps.inventory.rules import CountResult, CountState, MovementKind, meant
from apps.inventory.services import arrivals, departures, posting
from apps.reports.services import duties as reports
from apps.vehicles import facts, queries, rules
from apps.work import registry
from apps.work import services as work

DUTIES = {"monthly": ("GS-15",), "three_day": ("A1-03",), "warehouse": ("A1-03",)}
"""Kind of count → the duties it proves, by the code of their rule."""


@transaction.atomic
def open_count(*, dealer: Dealer, kind: str, actor: Actor, now: datetime) -> CountSheet:
    """Begin a count with the book of this moment; one of a kind at a time: an open one is answered again.

    Errors: `not_found`.
    """
    _allow(actor, dealer.pk)
    jobs.lock(f"inventory.count:{dealer.pk}")
    held = CountSheet.objects.filter(dealer=dealer, kind=kind, state=CountState.OPEN).first()
    if held is not None:
        return held
    here = StockUnit.objects.filter(dealer=dealer, gone_on=None).select_related("model").order_by("pk")
    units = list(here)
    sheet = CountSheet.objects.create(
        dealer=dealer,
        kind=kind,
        day=timezone.localdate(now),
        book_units=len(units),
        opened_at=now,
        opened_by=actor.label,
    )
    CountLine.objects.bulk_create(
        CountLine(
            dealer=dealer,
            sheet=sheet,
            unit=unit,
            vin=unit.vin,
            vehicle_text=str(unit),
            model_text=f"{unit.model or unit.model_text} {unit.colour}".strip(),
        )
        for unit in units
    )
    after = {"kind": kind, "book_units": len(units)}
    audit.record(actor=actor, action=policies.COUNT, obj=sheet, now=now, after=after)
    return sheet


@transaction.atomic
def scan(
    *,
    sheet: CountSheet,
    code: str,
    actor: Actor,
    now: datetime,
    place: str = "",
    lacks_certificate: bool = False,
) -> CountLine:
    """Note that a vehicle was found, by its VIN, its number, or at least the last six characters of the VIN.

    A whole VIN that is not in the book is a surplus. Errors: `not_open`, `unknown`, `ambiguous` (says which),
    `wrong_vin` for one whose check digit fails.
    """
    row = _open(sheet, actor)
    wanted = rules.normalise(code)
    line = _line(row, wanted)
    if line is None:
        line = CountLine(
            dealer_id=row.dealer_id, sheet=row, vin=wanted, vehicle_text=wanted, result=CountResult.SURPLUS
        )
    elif line.unit_id is not None:
        line.result = CountResult.WRONG_PLACE if place else CountResult.FOUND
    line.place, line.lacks_certificate, line.found_at = place, lacks_certificate, now
    line.save()
    return line


def _line(sheet: CountSheet, wanted: str) -> CountLine | None:
    """The line a code means; None for a right VIN that is on no line."""
    by_vin = {line.vin or line.vehicle_text.upper(): line for line in sheet.lines.all()}
    found = meant(wanted, by_vin)
    if len(found) > 1:
        message = _("%(count)s vehicles end with this: %(vins)s. Type more characters.")
        raise _refused("ambiguous", message % {"count": len(found), "vins": ", ".join(found[:4])})
    if found:
        return by_vin[found[0]]
    if len(wanted) != rules.LENGTH:
        raise _refused(
            "unknown", _("No vehicle of this count has this VIN. Type the whole VIN of a surplus.")
        )
    decoded = queries.decoded({wanted}, today=sheet.day)[wanted]
    wrong = [each for each in decoded.findings if each.severity is rules.Severity.ERROR]
    if wrong:
        raise _refused("wrong_vin", facts.wording(wrong[0]))
    return None


@transaction.atomic
def finish_count(*, sheet: CountSheet, actor: Actor, now: datetime) -> CountSheet:
    """End the looking: what was not found is missing. A count without differences is finished by that.

    Missing vehicles become a to-do of the field. The duties of the count are proved. Errors: `not_open`.
    """
    row = _open(sheet, actor)
    row.lines.filter(result="").update(result=CountResult.MISSING)
    results = list(row.lines.values_list("result", flat=True))
    row.missing_units = results.count(CountResult.MISSING)
    row.surplus_units = results.count(CountResult.SURPLUS)
    row.found_units = len(results) - row.missing_units
    row.finished_at, row.finished_by = now, actor.label
    row.state = CountState.VARIANCE if stock.variances(row).exists() else CountState.CLOSED
    row.closed_at = now if row.state == CountState.CLOSED else None
    row.save()
    _record(row, actor, now)
    reports.prove(
        rules=DUTIES[row.kind],
        dealer_id=row.dealer_id,
        at=now,
        actor=actor,
        proof=("inventory.countsheet", row.pk),
    )
    if row.missing_units:
        notices.vehicles_missing(row, now)
    return row


@transaction.atomic
def explain_count(
    *,
    sheet: CountSheet,
    explanations: Mapping[int, str],
    adjust: frozenset[int],
    actor: Actor,
    now: datetime,
) -> CountSheet:
    """Say why vehicles differ, and which differences the book shall follow; that waits for an approval.

    `explanations` and `adjust` name lines. Without adjustments the count is finished, vehicles found again
    count as found. Errors: `not_variance`, `unexplained`.
    """
    row = _locked(sheet, actor)
    if row.state != CountState.VARIANCE:
        raise DomainError("not_variance", _("There is nothing to explain about this count now."))
    lines = list(stock.variances(row))
    for line in lines:
        line.explanation = explanations.get(line.pk, line.explanation).strip()
        line.is_adjusted = line.pk in adjust and line.result in (CountResult.MISSING, CountResult.SURPLUS)
        if not line.explanation:
            text = _("Explain %(vehicle)s too.") % {"vehicle": line.vehicle_text}
            raise DomainError("unexplained", text)
    CountLine.objects.bulk_update(lines, ["explanation", "is_adjusted"])
    if any(line.is_adjusted for line in lines):
        row.state = CountState.ASKED
        row.save(update_fields=["state"])
        ask = work.Ask(
            flow=FLOW,
            target=row,
            dealer_id=row.dealer_id,
            summary=f"{row.dealer.code} {row}",
            url=reverse("inventory:count-detail", kwargs={"pk": row.pk}),
        )
        work.ask_approval(ask=ask, asked_by=actor, now=now)
    else:
        _close(row, now)
    _record(row, actor, now)
    return row


def _approved(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Let the book follow: missing vehicles leave stock, surplus ones come into it, as adjustments."""
    row = CountSheet.objects.select_for_update(of=("self",)).select_related("dealer").get(pk=target_id)
    system = access.system(actor.label)
    for line in row.lines.filter(is_adjusted=True).select_related("unit"):
        if line.result == CountResult.MISSING and line.unit is not None and line.unit.gone_on is None:
            departures.depart(
                unit=line.unit,
                left_on=row.day,
                kind=MovementKind.ADJUSTMENT,
                note=line.explanation,
                actor=system,
                now=now,
            )
        elif line.result == CountResult.SURPLUS:
            arrivals.record_arrivals(
                rows=[_surplus(line, row)], source=posting.COUNTED, actor=system, now=now
            )
    _close(row, now)
    _record(row, actor, now)


def _turned_down(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """The differences have to be explained again."""
    row = CountSheet.objects.select_for_update(of=("self",)).get(pk=target_id)
    row.state, row.note = CountState.VARIANCE, comment[:300]
    row.save(update_fields=["state", "note"])
    _record(row, actor, now)


FLOW = registry.flow(
    "inventory.count_adjustment",
    _("Adjustment after a stock count"),
    [registry.Step(level=Role.PROVINCE_MANAGER, action=policies.COUNT_APPROVE, within_workdays=3)],
    on_approved=_approved,
    on_returned=_turned_down,
    on_rejected=_turned_down,
    on_withdrawn=_turned_down,
)


def _surplus(line: CountLine, row: CountSheet) -> dict[str, object]:
    empty = dict.fromkeys(("produced_on", "model", "model_id", "trim_text", "colour", "cost_amount"))
    return empty | {
        "external_id": f"{row.pk}-{line.pk}",
        "dealer_id": row.dealer_id,
        "received_on": row.day,
        "kind": MovementKind.ADJUSTMENT,
        "note": line.explanation,
        "vin": line.vin,
    }


def _close(row: CountSheet, now: datetime) -> None:
    row.state, row.closed_at = CountState.CLOSED, now
    row.save(update_fields=["state", "closed_at"])
    notices.count_closed(row, now)


def _open(sheet: CountSheet, actor: Actor) -> CountSheet:
    row = _locked(sheet, actor)
    if row.state != CountState.OPEN:
        raise DomainError("not_open", _("This count is finished already."))
    return row


def _locked(sheet: CountSheet, actor: Actor) -> CountSheet:
    _allow(actor, sheet.dealer_id)
    return CountSheet.objects.select_for_update(of=("self",)).select_related("dealer").get(pk=sheet.pk)


def _allow(actor: Actor, dealer_id: int) -> None:
    if not policies.count.can(actor, policies.COUNT, CountSheet(dealer_id=dealer_id)):
        raise DomainError("not_found", _("This dealer does not exist."))


def _record(row: CountSheet, actor: Actor, now: datetime) -> None:
    told = ("state", "book_units", "found_units", "missing_units", "surplus_units")
    after = {name: getattr(row, name) for name in told}
    audit.record(actor=actor, action=policies.COUNT, obj=row, now=now, after=after)


def _refused(code: str, message: object) -> DomainError:
    return DomainError(code, message, fields={"code": message})
