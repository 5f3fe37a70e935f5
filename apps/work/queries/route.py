"""The day of somebody in the field: where to go in which order, and what is known of each place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import F, Max, QuerySet

from apps.core.access import Actor
from apps.work import registry
from apps.work.models import Activity, Finding
from apps.work.policies import activities as policies
from apps.work.queries import activities
from apps.work.registry import DueAt
from apps.work.rules.activities import SITES, Point, State, distance_m

MOST_STOPS = 40
SHOWN = 3
"""How many findings and how much that is due a stop shows."""


@dataclass(frozen=True)
class Stop:
    """A place of the route: where it stands, how far from the one before, and what is known of it."""

    no: int
    activity: Activity
    address: str
    point: Point | None
    metres: int | None
    last_on: date | None
    findings: Sequence[Finding]
    due: Sequence[DueAt]

    @property
    def more_findings(self) -> int:
        """How many open findings are not shown."""
        return max(len(self.findings) - SHOWN, 0)

    @property
    def over(self) -> bool:
        """Whether nothing is left to do here today."""
        return self.activity.state in (State.DONE, State.CANCELLED)

    @property
    def map_url(self) -> str:
        """A link that the phone opens in the map it has."""
        if self.point is None:
            return ""
        place = f"{self.point.latitude},{self.point.longitude}"
        return f"geo:{place}?q={place}"


@dataclass(frozen=True)
class Route:
    """The stops of a day in their order, and the beeline between those that are known, in metres."""

    stops: Sequence[Stop] = field(default_factory=tuple)

    @property
    def metres(self) -> int:
        """The length of all legs that are known."""
        return sum(stop.metres or 0 for stop in self.stops)

    @property
    def left(self) -> int:
        """How many stops are still to be made."""
        return sum(not stop.over for stop in self.stops)


def stops_of(*, actor: Actor, day: date) -> QuerySet[Activity]:
    """One's own activities of a day at places one goes to, in the order one chose, else by the hour."""
    rows = activities.own_activities(actor=actor).filter(planned_on=day, subject__in=SITES)
    order = (F("route_no").asc(nulls_last=True), F("planned_time").asc(nulls_last=True), "pk")
    return rows.exclude(state=State.CANCELLED).order_by(*order)


def route(*, actor: Actor, day: date, now: datetime) -> Route:
    """The stops of a day with the last visit, the open findings and what is due there; a few statements."""
    rows = list(stops_of(actor=actor, day=day)[:MOST_STOPS])
    dealers = {row.dealer_id for row in rows if row.dealer_id is not None}
    last, found = _last_visits(actor, rows, day), _findings(actor, dealers)
    due = _due(actor, dealers, now)
    stops: list[Stop] = []
    before: Point | None = None
    for no, row in enumerate(rows, start=1):
        point = activities.point_of(row.outlet or row.dealer or row.key_account)
        metres = distance_m(before, point) if before and point else None
        before = point or before
        about = row.outlet or row.dealer or row.key_account
        stops.append(
            Stop(
                no,
                row,
                str(getattr(about, "address", "")),
                point,
                metres,
                last.get(_place(row)),
                found.get(row.dealer_id or 0, ()),
                due.get(row.dealer_id or 0, ())[:SHOWN],
            )
        )
    return Route(stops)


def _place(row: Activity) -> tuple[int | None, int | None, int | None]:
    return row.dealer_id, row.outlet_id, row.key_account_id


def _last_visits(
    actor: Actor, rows: Sequence[Activity], day: date
) -> Mapping[tuple[int | None, int | None, int | None], date]:
    """When each place was last visited before the day, by anybody the actor sees."""
    seen = policies.activity.visible_to(actor, Activity.objects.all())
    done = seen.filter(kind="visit", state=State.DONE, occurred_on__lt=day)
    here = done.filter(dealer__in={row.dealer_id for row in rows if row.dealer_id}) | done.filter(
        key_account__in={row.key_account_id for row in rows if row.key_account_id}
    )
    grouped = (
        here.order_by().values("dealer_id", "outlet_id", "key_account_id").annotate(last=Max("occurred_on"))
    )
    return {(each["dealer_id"], each["outlet_id"], each["key_account_id"]): each["last"] for each in grouped}


def _findings(actor: Actor, dealers: set[int]) -> Mapping[int, Sequence[Finding]]:
    found: dict[int, list[Finding]] = defaultdict(list)
    rows = activities.findings(actor=actor).filter(dealer__in=dealers).exclude(state="closed")
    for row in rows.order_by("due_on", "pk"):
        found[row.dealer_id or 0].append(row)
    return found


def _due(actor: Actor, dealers: set[int], now: datetime) -> Mapping[int, Sequence[DueAt]]:
    found: dict[int, list[DueAt]] = defaultdict(list)
    for query in registry.due_queries():
        for dealer, rows in query(actor=actor, dealer_ids=dealers, now=now).items():
            found[dealer] += rows
    return {dealer: sorted(rows, key=lambda each: each.due_at) for dealer, rows in found.items()}
