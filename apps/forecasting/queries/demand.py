"""What dealers told they need in a month, added up: agent, distribution centre, unit, network.

Source: GS-10, GS-11, Q004-69.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from apps.core import reach
from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.dealers.rules import Capability, ChannelPattern
from apps.forecasting.queries import forecasts
from apps.forecasting.rules import demand
from apps.forecasting.rules.demand import RollUp, Told
from apps.kernel.period import Month
from apps.reports.models import Duty, SubmissionVersion
from apps.reports.rules.states import State
from apps.vehicles.models import CarModel

FORM, DUTY = "forecasting.demand", "GS-10"
AGENTS = (ChannelPattern.SOLE_AGENT, ChannelPattern.FRANCHISE)


@dataclass(frozen=True)
class Child:
    """One dealer: what it told, what it told for the month before, the centre it belongs to (None: none)."""

    dealer: Dealer
    centre: Dealer | None
    told: Told
    before: int | None
    due_at: datetime
    overdue: bool

    @property
    def change(self) -> int | None:
        """Units more than in the month before; None while one of both is not told."""
        if self.told.told_at is None or self.before is None:
            return None
        return self.told.units - self.before

    @property
    def differs(self) -> bool:
        """Whether the dealer told another number than our forecast."""
        return self.told.told_at is not None and demand.needs_reason(self.told.units, self.told.forecast)


@dataclass(frozen=True)
class Line:
    """A unit or a centre with its agents: the sum; `change` compares dealers that told both months."""

    label: str
    code: str
    month: Month
    sum: RollUp
    change: int | None


@dataclass(frozen=True)
class ModelLine:
    """A model: units told in all, and our forecast of the dealers who told."""

    name: str
    units: int
    forecast: Decimal | None


@dataclass(frozen=True)
class Demand:
    """The demand of a month as an actor sees it: the sum, units below, centres and dealers, models."""

    month: Month
    due_at: datetime
    whole: Line
    units: Sequence[Line]
    centres: Sequence[Line]
    models: Sequence[ModelLine]
    children: Sequence[Child]


def of_month(*, actor: Actor, month: Month, now: datetime, unit: OrgUnit | None = None) -> Demand:
    """The demand for a month of the actor's dealers, of those in a unit where asked.

    A distribution centre that reaches no agent by itself still sees the sum of those that report to it.
    """
    rows = _places(actor, unit)
    ids = [row.pk for row in rows]
    due_at = _due(ids, month)
    judged = _Judge(month, due_at, now)
    children = _children(rows, judged)
    centres = _by_centre(children, judged) or _own_agents(rows, judged)
    return Demand(
        month,
        due_at,
        judged.line("", "", children),
        _by_unit(actor, unit, children, judged),
        centres,
        _by_model(ids, month),
        sorted(children, key=lambda child: (child.told.told_at is not None, child.dealer.code)),
    )


@dataclass(frozen=True)
class _Judge:
    month: Month
    due_at: datetime
    now: datetime

    def line(self, label: str, code: str, children: Sequence[Child]) -> Line:
        """The sum of some dealers."""
        whole = demand.rolled_up((child.told for child in children), due_at=self.due_at, now=self.now)
        changes = [child.change for child in children if child.change is not None]
        return Line(label, code, self.month, whole, sum(changes) if changes else None)


def _places(actor: Actor, unit: OrgUnit | None) -> list[Dealer]:
    rows = _open(dealers.dealers(actor=actor))
    return list(rows if unit is None else rows.filter(unit__path__startswith=unit.path))


def _open(rows: QuerySet[Dealer]) -> QuerySet[Dealer]:
    """Those that do business today, by code."""
    going = Q(closed_on__isnull=True) | Q(closed_on__gt=timezone.localdate())
    return rows.filter(going, merged_into__isnull=True).order_by("code")


def _children(rows: Sequence[Dealer], judged: _Judge) -> list[Child]:
    ids, month = [row.pk for row in rows], judged.month
    told, before = _told(ids, month), _told(ids, month.previous)
    expected: dict[int, Decimal] = defaultdict(Decimal)
    for (dealer, _model), one in forecasts.next_month(ids, month=month).items():
        expected[dealer] += one.value
    centres = centres_of(rows)
    found = []
    for row in rows:
        units, at = told.get(row.pk, (0, None))
        earlier = before.get(row.pk)
        found.append(
            Child(
                row,
                centres.get(row.pk),
                Told(units, expected.get(row.pk), at),
                None if earlier is None else earlier[0],
                judged.due_at,
                at is None and judged.now > judged.due_at,
            )
        )
    return found


def _versions(ids: Collection[int], month: Month) -> QuerySet[SubmissionVersion]:
    """The reports of some dealers about a month in the versions that count: handed in, not returned."""
    rows = SubmissionVersion.objects.filter(
        submission__form=FORM,
        submission__period=month.first,
        submission__dealer__in=ids,
        no=F("submission__submitted_version"),
    )
    return rows.exclude(submission__state__in=(State.DRAFT, State.RETURNED))


def _told(ids: Collection[int], month: Month) -> dict[int, tuple[int, datetime | None]]:
    """Dealer → units, and when they were handed in."""
    rows = _versions(ids, month).values_list(
        "submission__dealer", "content__values__units", "submission__submitted_at"
    )
    return {dealer: (int(units), at) for dealer, units, at in rows if units is not None}


def _due(ids: Collection[int], month: Month) -> datetime:
    """When the demand was due: as the duty says, else at the end of the month before."""
    before = month.previous
    duties = Duty.objects.filter(code=DUTY, dealer__in=ids, due_on__gte=before.first, due_on__lte=before.last)
    told: datetime | None = duties.aggregate(due=Max("due_at"))["due"]
    return told or timezone.make_aware(datetime.combine(before.last, time(23, 59, 59)))


def centres_of(rows: Sequence[Dealer]) -> dict[int, Dealer]:
    """Agent → its distribution centre: of the partners that store for others, the one in its own unit, else
    in the nearest unit above, headquarters aside; of several the first by code.
    """
    centres = sorted((row for row in rows if _is_centre(row)), key=lambda row: row.code)
    found: dict[int, Dealer] = {}
    for row in rows:
        if row.channel_pattern in AGENTS and not _is_centre(row):
            steps = row.unit.path.strip("/").split("/")
            for depth in range(len(steps), 1, -1):
                path = f"/{'/'.join(steps[:depth])}/"
                near = next((one for one in centres if one.unit.path.startswith(path)), None)
                if near is not None:
                    found[row.pk] = near
                    break
    return found


def _is_centre(row: Dealer) -> bool:
    return Capability.STORAGE in row.capabilities


def _own_agents(rows: Sequence[Dealer], judged: _Judge) -> list[Line]:
    """The sums of the agents outside the actor's reach that report to a centre of its own."""
    own = {row.pk for row in rows if _is_centre(row)}
    if not own:
        return []
    with reach.beyond("an agent tells its distribution centre its demand; the centre sees sums only"):
        everybody = list(_open(Dealer.objects.select_related("unit")))
        centres = centres_of(everybody)
        agents = [row for row in everybody if row.pk in centres and centres[row.pk].pk in own]
        children = [child for child in _children([*rows, *agents], judged) if child.dealer.pk not in own]
    lines = []
    for row in rows:
        mine = [child for child in children if centres.get(child.dealer.pk) == row]
        if mine:
            lines.append(judged.line(str(row), row.code, mine))
    return lines


def _by_centre(children: Sequence[Child], judged: _Judge) -> list[Line]:
    """Every distribution centre with the agents that report to it, by code."""
    known = {child.dealer.pk: child for child in children}
    centres = {child.dealer.pk: child.centre.pk for child in children if child.centre is not None}
    lines = []
    for head, members in demand.gathered(known, centres).items():
        if len(members) > 1:
            row = known[head].dealer
            lines.append(judged.line(str(row), row.code, [known[pk] for pk in members]))
    return sorted(lines, key=lambda line: line.code)


def _by_unit(actor: Actor, unit: OrgUnit | None, children: Sequence[Child], judged: _Judge) -> list[Line]:
    """The units right below the one shown, or below the highest the actor reaches, that hold dealers."""
    rows = list(dealers.units(actor=actor).filter(valid_to__isnull=True).order_by("path"))
    top = unit or (rows[0] if rows else None)
    if top is None:
        return []
    lines = []
    for row in rows:
        if row.parent_id == top.pk:
            below = [child for child in children if child.dealer.unit.path.startswith(row.path)]
            if below:
                lines.append(judged.line(row.name, row.code, below))
    return lines


def _by_model(ids: Collection[int], month: Month) -> list[ModelLine]:
    """What was told of each model beside our forecast of the same dealers, the most wanted first."""
    told: dict[str, int] = defaultdict(int)
    heard = set()
    rows = _versions(ids, month).values_list("submission__dealer", "content__tables__models")
    for dealer, lines in rows:
        heard.add(dealer)
        for line in lines or ():
            if line.get("model") and line.get("model_units"):
                told[line["model"].strip()] += int(line["model_units"])
    models = {row.pk: row for row in CarModel.objects.all()}
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for (_dealer, model), one in forecasts.next_month(sorted(heard), month=month).items():
        expected[models[model].code] += one.value
    names = {row.code: row.name for row in models.values()}
    found = [
        ModelLine(names.get(code, code), told.get(code, 0), expected.get(code)) for code in {*told, *expected}
    ]
    return sorted(found, key=lambda line: (-line.units, line.name))
