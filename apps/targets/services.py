"""Targets are set by the maker, countersigned by the dealer, and replaced by new versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch
from apps.core.roles import Role
from apps.core.spreadsheet.errors import Phrase
from apps.kernel.period import Month
from apps.periods import queries as periods
from apps.targets import policies
from apps.targets.models import Target
from apps.targets.rules import signature
from apps.vehicles import facts, versions
from apps.vehicles.models import Series
from apps.work import calendar, registry
from apps.work import services as work

IMPORT = "targets.target"
WORKDAYS_TO_SIGN = 3
EVENING = time(18)
_RECORD = "dealer_id bigint, month date, kind text, line text, units integer"
TARGETS = versions.Versioned(Target, names=("kind", "line"), value="units")
_NO_LINE = Phrase(gettext_noop("There is no such model line."))
_CLOSED = Phrase(gettext_noop("This month is closed; its targets stay as they are."))
_ONCE = Phrase(gettext_noop("This target stands in two rows."))

TO_SIGN = registry.todo(
    "targets.sign",
    gettext_lazy("Countersign targets"),
    gettext_lazy("Countersign the targets of %(month)s"),
    icon="target",
)
OBJECTED = registry.notice(
    "targets.objected",
    gettext_lazy("A dealer objects to a target"),
    gettext_lazy("%(dealer)s proposes %(wanted)s instead of %(units)s for %(month)s: %(reason)s"),
    icon="target",
)


def problems_of(rows: Sequence[Mapping[str, Any]]) -> list[RowProblem]:
    """What is wrong with rows, and which say what is in force already; nothing is stored."""
    lines = set(Series.objects.values_list("code", flat=True))
    shut = periods.shut_months()
    known = TARGETS.in_force(rows)
    seen: set[tuple[Any, ...]] = set()
    found: list[RowProblem] = []
    for row in rows:
        key = TARGETS.key_of(row)
        if row.get("line") and row["line"] not in lines:
            found.append(RowProblem(row["row_no"], "line", "unknown_line", _NO_LINE, value=row["line"]))
        elif key in seen:
            found.append(RowProblem(row["row_no"], "dealer", "twice", _ONCE))
        elif known.get(key) == row["units"]:
            found.append(RowProblem(row["row_no"], "units", SAME, ""))
        elif Month.of(row["month"]) in shut:
            found.append(RowProblem(row["row_no"], "month", "month_closed", _CLOSED))
        seen.add(key)
    return found


@transaction.atomic
def set_targets(
    *,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    actor: Actor,
    now: datetime,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
) -> facts.Recorded:
    """Set targets: rows of `dealer_id`, `month` (a day of it), `kind`, `line` ("" for everything), `units`.

    What is in force with the same units stays, signed or not; anything else becomes a new version, and the
    dealer's general manager is asked to sign it. Wrong rows raise `rows_refused`, together with what was
    `unreadable`, or are left out with `only_good`.
    """
    numbered = [{"row_no": number, **row, "source": source} for number, row in enumerate(rows, 1)]
    for row in numbered:
        if not policies.target.can(actor, policies.SET, Target(dealer_id=row["dealer_id"])):
            raise DomainError("not_found", _("This dealer does not exist."))
    problems = [*unreadable, *problems_of(numbered)]
    good = facts.good_rows(numbered, problems, only_good=only_good)
    made = _post(facts.from_rows(good, _RECORD), None, actor, now)
    audit.record_many(
        actor=actor,
        action=policies.SET,
        changes=[
            audit.Change(row, after={"units": row.units, "version": row.version})
            for row in Target.objects.filter(pk__in=made).order_by("pk")
        ],
        now=now,
    )
    return facts.Recorded(len(made), len(good) - len(made), 0, problems)


@transaction.atomic
def take_batch(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Set the targets of the good staged rows of an import."""
    given = facts.from_batch(batch, IMPORT, _RECORD)
    made = _post(given, batch, actor, now)
    return Committed(created=len(made), same=versions.counted(given) - len(made))


@transaction.atomic
def sign_targets(*, target: Target, seen: Collection[int], actor: Actor, now: datetime) -> int:
    """Countersign everything a dealer was set for a month; answers how many targets were signed.

    `seen` are the keys of the targets in front of the signer. Errors: `changed` when others are in force by
    now, `signed_already` when nothing is left to sign.
    """
    _allow(actor, target)
    jobs.lock(f"targets:{target.dealer_id}:{target.period:%Y-%m}")
    same = {"dealer_id": target.dealer_id, "period": target.period, "replaced_at__isnull": True}
    rows = list(Target.objects.select_for_update(of=("self",)).filter(**same).select_related("dealer"))
    if {row.pk for row in rows} != set(seen):
        raise DomainError("changed", _("The targets changed meanwhile. Look at them again before you sign."))
    waiting = [row for row in rows if row.signed_at is None]
    if not waiting:
        raise DomainError("signed_already", _("These targets are signed already."))
    for row in waiting:
        row.signed_at, row.signed_by = now, actor.label
        row.signature = signature(
            dealer=row.dealer.code,
            period=row.period,
            kind=row.kind,
            line=row.line,
            version=row.version,
            units=row.units,
            by=actor.label,
            at=now.isoformat(),
        )
    Target.objects.bulk_update(waiting, ["signed_at", "signed_by", "signature"])
    audit.record_many(
        actor=actor,
        action=policies.SIGN,
        changes=[
            audit.Change(row, after={"units": row.units, "signature": row.signature}) for row in waiting
        ],
        now=now,
    )
    work.close_todo(key=_todo_key(target.dealer_id, target.period), now=now, by=actor.label)
    return len(waiting)


@transaction.atomic
def object_to(*, target: Target, units: int, reason: str, actor: Actor, now: datetime) -> None:
    """Propose other units for a target, with a reason; the field staff of the dealer is told.

    Errors: `signed_already`, `changed` when the target was replaced.
    """
    _allow(actor, target)
    row = Target.objects.select_for_update(of=("self",)).select_related("dealer").get(pk=target.pk)
    if row.replaced_at is not None:
        raise DomainError("changed", _("The targets changed meanwhile. Look at them again before you sign."))
    if row.signed_at is not None:
        raise DomainError("signed_already", _("These targets are signed already."))
    before = {"wanted_units": row.wanted_units, "objection": row.objection}
    row.wanted_units, row.objection = units, reason
    row.save(update_fields=["wanted_units", "objection"])
    after = {"wanted_units": units, "objection": reason}
    audit.record(actor=actor, action="targets.object", obj=row, now=now, before=before, after=after)
    work.tell_holders(
        notice=OBJECTED,
        roles=[Role.ACCOUNT_MANAGER, Role.REGION_MANAGER],
        dealer_id=row.dealer_id,
        key=f"targets.objected:{row.pk}:{units}",
        now=now,
        params={
            "dealer": str(row.dealer),
            "wanted": units,
            "units": row.units,
            "month": f"{row.period:%Y-%m}",
            "reason": reason,
        },
        url=reverse("targets:target-detail", kwargs={"pk": row.pk}),
    )


def _allow(actor: Actor, target: Target) -> None:
    if not policies.target.can(actor, policies.SIGN, target):
        raise DomainError("forbidden", _("Your role does not include this action."))


def _post(given: facts.Given, batch: ImportBatch | None, actor: Actor, now: datetime) -> list[int]:
    """Make versions of the given targets that differ from what is in force; answers their keys."""
    stamp = {"set_at": now, "set_by": actor.label, "batch_id": batch.pk if batch else None}
    made = TARGETS.replace(given, stamp=stamp, now=now)
    _ask_to_sign({(dealer, period): pk for pk, dealer, period in made}, actor, now)
    return [pk for pk, _dealer, _period in made]


def _ask_to_sign(made: Mapping[tuple[int, date], int], actor: Actor, now: datetime) -> None:
    due_on = calendar.load().add_workdays(timezone.localdate(now), WORKDAYS_TO_SIGN)
    due_at = timezone.make_aware(datetime.combine(due_on, EVENING))
    wanted = [
        work.Wanted(
            key=_todo_key(dealer, period),
            params={"month": f"{period:%Y-%m}"},
            url=reverse("targets:target-detail", kwargs={"pk": pk}),
            role=Role.DEALER_GENERAL,
            dealer_id=dealer,
            due_at=due_at,
        )
        for (dealer, period), pk in made.items()
    ]
    work.open_todos(code=TO_SIGN, wanted=wanted, now=now, opened_by=actor.label)


def _todo_key(dealer_id: int, period: date) -> str:
    return f"targets.sign:{dealer_id}:{period:%Y-%m}"
