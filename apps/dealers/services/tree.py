"""The organisation above the dealers: units, and under which unit each stands from which day on."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers import queries
from apps.dealers.models import Division, OrgUnit, UnitPlacement
from apps.dealers.rules import UnitKind, may_stand_under, names, spans
from apps.dealers.rules.spans import Span
from apps.dealers.services import recording

LOCK = "dealers.tree"


@transaction.atomic
def create_unit(
    *,
    code: str,
    name: str,
    kind: str,
    parent: OrgUnit | None,
    valid_from: date,
    actor: Actor,
    now: datetime,
    division: Division | None = None,
) -> OrgUnit:
    """Create a unit under one of a higher level; only headquarters, of which there is one, has no parent."""
    jobs.lock(LOCK)
    code = names.clean_code(code)
    if OrgUnit.objects.filter(code=code).exists():
        raise recording.refusal("code_taken", "code", _("Another unit has this code."))
    _check_parent(kind, parent, valid_from)
    unit = OrgUnit(
        code=code,
        name=names.clean(name),
        kind=kind,
        parent=parent,
        division=division,
        valid_from=valid_from,
        path=uuid.uuid4().hex,
    )
    recording.checked(unit).save()
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    if parent is not None:
        UnitPlacement.objects.create(unit=unit, parent=parent, valid_from=valid_from)
    after = {
        "code": code,
        "name": unit.name,
        "kind": kind,
        "parent": str(parent or ""),
        "valid_from": valid_from,
    }
    audit.record(actor=actor, action="dealers.create_unit", obj=unit, now=now, after=after)
    return unit


@transaction.atomic
def change_unit(
    *, unit: OrgUnit, name: str, actor: Actor, now: datetime, division: Division | None = None
) -> OrgUnit:
    """Rename a unit or tie it to a province."""
    row = OrgUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    before = {"name": row.name, "division": str(row.division or "")}
    row.name, row.division = names.clean(name), division
    recording.checked(row).save(update_fields=["name", "division"])
    was, became = audit.difference(before, {"name": row.name, "division": str(division or "")})
    audit.record(actor=actor, action="dealers.change_unit", obj=row, now=now, before=was, after=became)
    return row


@transaction.atomic
def move_unit(*, unit: OrgUnit, parent: OrgUnit, valid_from: date, actor: Actor, now: datetime) -> OrgUnit:
    """Put a unit with all below it under another unit from a day until its next change on record."""
    jobs.lock(LOCK)
    row = OrgUnit.objects.get(pk=unit.pk)
    if row.kind == UnitKind.HQ:
        raise DomainError("headquarters", _("Headquarters stands at the top and cannot be moved."))
    if valid_from < row.valid_from:
        raise recording.refusal("unit_not_alive", "valid_from", _("The unit did not exist on that day."))
    _check_parent(row.kind, parent, valid_from)
    before = {"parent": str(row.parent or "")}
    history = _history(row)
    changed = spans.changed(history, valid_from, parent.pk)
    wanted = [UnitPlacement(unit=row, parent_id=span.value, **recording.period_of(span)) for span in changed]
    rows = UnitPlacement.objects.filter(unit=row)
    recording.replace_rows(rows, wanted, ("valid_from", "valid_to", "parent_id"))
    today = spans.on(changed, recording.today_of(now))
    if today is not None:
        _stand_under(row, OrgUnit.objects.get(pk=today))
    after = {"parent": str(parent), "valid_from": valid_from}
    audit.record(actor=actor, action="dealers.move_unit", obj=row, now=now, before=before, after=after)
    return row


@transaction.atomic
def close_unit(*, unit: OrgUnit, on: date, actor: Actor, now: datetime) -> OrgUnit:
    """End a unit; `on` is the first day without it. `not_empty` while dealers or units stand in it then."""
    jobs.lock(LOCK)
    recording.require_past(on, now)
    row = OrgUnit.objects.get(pk=unit.pk)
    children = any(parent == row.pk for parent in queries.parents_on(on).values())
    if children or queries.standing_on(on).filter(unit=row).exists() or row.kind == UnitKind.HQ:
        raise DomainError("not_empty", _("Move the dealers and units of this unit elsewhere first."))
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    audit.record(actor=actor, action="dealers.close_unit", obj=row, now=now, after={"valid_to": on})
    return row


def follow_calendar(day: date) -> int:
    """Let parents that change today take effect; answers how many units moved."""
    due = UnitPlacement.objects.filter(valid_from__lte=day).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )
    moved = list(due.exclude(unit__parent=F("parent")).values_list("unit_id", "parent_id"))
    for unit, parent in moved:
        _stand_under(OrgUnit.objects.get(pk=unit), OrgUnit.objects.get(pk=parent))
    return len(moved)


def _history(unit: OrgUnit) -> list[Span[int]]:
    rows = UnitPlacement.objects.filter(unit=unit).order_by("valid_from")
    found = [Span(row.valid_from, row.valid_to, row.parent_id) for row in rows]
    if found or unit.parent_id is None:
        return found
    return [Span(unit.valid_from, None, unit.parent_id)]


def _stand_under(unit: OrgUnit, parent: OrgUnit) -> None:
    """Set today's parent and the paths of the unit and all below it."""
    if unit.parent_id == parent.pk and unit.path == f"{parent.path}{unit.pk}/":
        return
    old, new = unit.path, f"{parent.path}{unit.pk}/"
    below = OrgUnit.objects.filter(path__startswith=old)
    below.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    unit.parent, unit.path = parent, new
    unit.save(update_fields=["parent", "path"])


def _check_parent(kind: str, parent: OrgUnit | None, day: date) -> None:
    if kind == UnitKind.HQ:
        if parent is not None or OrgUnit.objects.filter(kind=UnitKind.HQ).exists():
            raise recording.refusal("headquarters", "kind", _("There is one headquarters, at the top."))
        return
    if parent is None:
        raise recording.refusal("parent", "parent", _("Choose the unit above."))
    if not may_stand_under(kind, parent.kind):
        raise recording.refusal("parent", "parent", _("The unit above must be of a higher level."))
    if parent.valid_from > day or (parent.valid_to is not None and parent.valid_to <= day):
        raise recording.refusal("unit_not_alive", "parent", _("The unit above does not exist on that day."))
