"""What happened in the product becomes points: once for each rule, event and person, however often run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import queries as accounts
from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.engagement import policies
from apps.engagement.events import Event, events
from apps.engagement.models import Earning, EarnRule, SaleCredit
from apps.engagement.rules import Terms, earned, usable_until
from apps.kernel.period import Month
from apps.ledger import services as ledger
from apps.ledger.models import Entry
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, Line
from apps.sales.models import RetailDelivery

BATCH = 5_000
"""So many events are posted in one transaction."""

_VERSIONS = """
    SELECT r.*, lead(r.effective_from) OVER (PARTITION BY r.code ORDER BY r.effective_from) AS until
      FROM engagement_earnrule AS r WHERE r.event = %(event)s
"""
_NEW = """
WITH happened AS ({source}), versions AS ({versions})
SELECT v.id, h.key, a.user_id, d.code || ' ' || d.name, h.happened_on, h.units
  FROM happened AS h
  JOIN versions AS v ON h.happened_on >= v.effective_from AND (v.until IS NULL OR h.happened_on < v.until)
   AND v.active
  JOIN accounts_assignment AS a ON a.dealer_id = h.dealer_id AND a.role = ANY (v.roles)
   AND a.valid_from <= h.happened_on AND (a.valid_to IS NULL OR a.valid_to >= h.happened_on)
   AND (h.person_id IS NULL OR a.user_id = h.person_id) AND (h.role = '' OR a.role = h.role)
  JOIN dealers_dealer AS d ON d.id = h.dealer_id
  LEFT JOIN engagement_earning AS e ON e.code = v.code AND e.key = h.key AND e.person_id = a.user_id
 WHERE h.stands AND e.id IS NULL
 GROUP BY v.id, h.key, a.user_id, d.id, h.happened_on, h.units
 ORDER BY h.happened_on, h.key, a.user_id, v.id
 LIMIT {batch}
"""
_TURNED = """
WITH happened AS ({source})
SELECT e.id FROM engagement_earning AS e
  JOIN engagement_earnrule AS r ON r.id = e.rule_id AND r.event = %(event)s
  JOIN happened AS h ON h.key = e.key
 WHERE e.stands <> h.stands ORDER BY e.id LIMIT {batch}
"""


class Happened(NamedTuple):
    """An event that brings a person points under a rule, not granted yet."""

    rule: int
    key: str
    person: int
    place: str
    on: date
    units: int


@transaction.atomic
def name_seller(*, delivery: RetailDelivery, person_id: int, actor: Actor, now: datetime) -> SaleCredit:
    """Say who of the store sold a car, once; points follow in the next run.

    Errors: `not_a_sale`, `named_already`, `not_staff` for somebody who held no post at the store that day.
    """
    if not policies.credit.can(actor, policies.NAME_SELLER, SaleCredit(dealer_id=delivery.dealer_id)):
        raise DomainError("forbidden", _("Your role does not include this action."))
    jobs.lock_shared("engagement.seller")  # not while a file of sellers is taken
    jobs.lock(f"engagement.seller:{delivery.source}:{delivery.external_id}")
    if delivery.quantity < 0 or delivery.is_counter:
        raise DomainError("not_a_sale", _("Only a delivered car has a seller."))
    same = {"delivery__source": delivery.source, "delivery__external_id": delivery.external_id}
    if SaleCredit.objects.filter(**same).exists():
        raise DomainError("named_already", _("The seller of this car was named already."))
    staff = accounts.held_on(delivery.occurred_on).filter(dealer=delivery.dealer_id, user=person_id)
    if not staff.exists():
        text = _("This person held no post at the store on that day.")
        raise DomainError("not_staff", text, fields={"person": text})
    row = SaleCredit.objects.create(
        dealer_id=delivery.dealer_id,
        delivery=delivery,
        person_id=person_id,
        recorded_at=now,
        recorded_by=actor.label[:150],
    )
    after = {"person": str(row.person), "vin": delivery.vin}
    audit.record(actor=actor, action=policies.NAME_SELLER, obj=row, now=now, after=after)
    return row


def earn(*, actor: Actor, now: datetime) -> int:
    """Grant what happened and is not granted, take back what no longer stands; returns how many changed.

    Set-based: a few statements for each batch of events, and the same events again change nothing.
    """
    done = 0
    for event in events().values():
        for step in (_grant_batch, _turn_batch):
            while found := step(event, actor, now):
                done += found
                if found < BATCH:
                    break
    return done


@transaction.atomic
def _grant_batch(event: Event, actor: Actor, now: datetime) -> int:
    jobs.lock("engagement.earn")
    sql = _NEW.format(source=event.sql, versions=_VERSIONS, batch=BATCH)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"event": event.code})
        found = [Happened(*row) for row in cursor.fetchall()]
    if not found:
        return 0
    rules = EarnRule.objects.in_bulk({each.rule for each in found})
    counts = _Counts({each.person for each in found}, {rule.code for rule in rules.values()}, found)
    rows = [
        Earning(
            rule_id=each.rule,
            code=rules[each.rule].code,
            key=each.key,
            person_id=each.person,
            place=each.place[:200],
            happened_on=each.on,
            units=each.units,
            points=counts.count(rules[each.rule], each),
            recorded_at=now,
        )
        for each in found
    ]
    _post(rows, rules, actor, now)
    Earning.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def _turn_batch(event: Event, actor: Actor, now: datetime) -> int:
    """Events that were taken back, or that stand again."""
    jobs.lock("engagement.earn")
    with connection.cursor() as cursor:
        cursor.execute(_TURNED.format(source=event.sql, batch=BATCH), {"event": event.code})
        keys = [row[0] for row in cursor.fetchall()]
    rows = list(Earning.objects.filter(pk__in=keys).select_related("rule", "entry").order_by("pk"))
    gone = [row for row in rows if row.stands and row.entry]
    ledger.post_many(
        drafts=[_counter(row, row.entry, now) for row in gone if row.entry], actor=actor, now=now
    )
    again = [row for row in rows if not row.stands]
    for row in rows:
        row.stands = not row.stands
        row.turn += row.stands
    _post(again, {row.rule_id: row.rule for row in again}, actor, now)
    Earning.objects.bulk_update(rows, ["stands", "turn", "entry"], batch_size=BATCH)
    return len(rows)


class _Counts:
    """How many points each person has under each rule on a day and in a month, counted on while granting."""

    def __init__(self, people: set[int], codes: set[str], found: Sequence[Happened]) -> None:
        self.had: dict[Any, Decimal] = defaultdict(Decimal)
        first = min(Month.of(each.on).first for each in found)
        last = max(Month.of(each.on).last for each in found)
        rows = Earning.objects.filter(
            person__in=people, code__in=codes, happened_on__range=(first, last), stands=True
        )
        for code, person, on, points in rows.values_list("code", "person", "happened_on", "points"):
            self._add(code, person, on, points)

    def _add(self, code: str, person: int, on: date, points: Decimal) -> None:
        self.had[code, person, on] += points
        self.had[code, person, Month.of(on)] += points

    def count(self, rule: EarnRule, each: Happened) -> Decimal:
        """The points of an event, which then count for the next one."""
        terms = Terms(
            rule.points,
            rule.factor,
            None if rule.day_cap is None else Decimal(rule.day_cap),
            None if rule.month_cap is None else Decimal(rule.month_cap),
        )
        today = self.had[rule.code, each.person, each.on]
        month = self.had[rule.code, each.person, Month.of(each.on)]
        points = earned(terms, each.units, today=today, this_month=month)
        self._add(rule.code, each.person, each.on, points)
        return points


def _post(rows: Sequence[Earning], rules: dict[int, EarnRule], actor: Actor, now: datetime) -> None:
    paid = [row for row in rows if row.points]
    drafts = [_grant(row, rules[row.rule_id]) for row in paid]
    entries: list[Entry] = ledger.post_many(drafts=drafts, actor=actor, now=now)
    for row, entry in zip(paid, entries, strict=True):
        row.entry = entry


def _grant(row: Earning, rule: EarnRule) -> Draft:
    return Draft(
        key=f"points:{row.code}:{row.key}:{row.person_id}:{row.turn}",
        book=Book(person_id=row.person_id),
        kind=EntryKind.GRANT,
        lines=[
            Line(AccountKind.POINTS_COST, -row.points),
            Line(AccountKind.POINTS, row.points, usable_until(row.happened_on, rule.valid_months)),
        ],
        occurred_on=row.happened_on,
        target_label="engagement.earnrule",
        target_id=rule.pk,
        note=rule.label_zh,
    )


def _counter(row: Earning, entry: Entry, now: datetime) -> Draft:
    """The opposite of a grant; what was spent meanwhile is owed and taken off what is earned next."""
    return Draft(
        key=f"{entry.key}:back",
        book=Book(person_id=row.person_id),
        kind=EntryKind.CLAWBACK,
        lines=[Line(AccountKind.POINTS, -row.points), Line(AccountKind.POINTS_COST, row.points)],
        occurred_on=timezone.localdate(now),
        target_label="engagement.earnrule",
        target_id=row.rule_id,
        note=row.rule.label_zh,
        reverses_id=entry.pk,
    )
