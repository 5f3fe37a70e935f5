"""Whatever people do to facts, months, settlements and disputes, in any order: the books stay right.

A machine of hypothesis does random steps through the services; each step is followed by looks at the data
base, each settlement is compared with the naive second implementation over the proof's own notes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from apps.closing import runner
from apps.closing import services as closing
from apps.core.errors import DomainError
from apps.incentives import services
from apps.incentives.models import Accrual, DisputeItem, PolicyVersion, Statement, StatementLine
from apps.incentives.queries.candidates import Source
from apps.incentives.rules.facts import Window
from apps.incentives.services import calculating
from apps.incentives.services.stating import content_hash
from apps.kernel.period import Month
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from proofs.arena import Report
from proofs.naive import rebates
from proofs.settling import stage as stages
from proofs.settling import terms
from proofs.settling.looks import FROZEN, LOOKS, PUBLISHED, rows_of
from tests.incentives import story

MONTHS = (Month(2026, 5), Month(2026, 6), Month(2026, 7))
START = stages.at(7, 3)
DAYS, PICKS = st.integers(0, 60), st.integers(0, 999)
BODY: dict[str, Any] = {
    "components": [
        each | {"selection": terms.REGISTERED} for each in terms.POLICIES["PROOF-1"]["components"]
    ],
    "accepted_documents": ["registration"],
}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@dataclass(frozen=True)
class Car:
    """What was told of a car: as of its last correction, its return and the paper a dispute brought."""

    no: int
    dealer: int
    sold: date
    plated: date | None
    returned: bool = False
    paper: date | None = None
    waived: tuple[int, ...] = ()
    """Rows of the delivery that were decided in the dealer's favour."""

    @property
    def key(self) -> str:
        return f"R6-{self.no:04d}"

    def plain(self, pk: int) -> list[dict[str, Any]]:
        """The car as the naive implementation takes it, and its return."""
        told = {
            "key": f"{pk:020d}",
            "kind": "retail",
            "units": "1",
            "occurred_on": self.sold,
            "invoiced_on": self.sold,
            "plated_on": self.paper or self.plated,
            "recorded_on": self.sold,
            "price": "100000",
            "pretax": "88495.58",
            "list_price": None,
            "waived": ("R07",) if pk in self.waived else (),
        }
        back = {**told, "key": f"{self.key} back", "units": "-1", "reverses": told["key"]}
        return [told, back] if self.returned else [told]


@dataclass
class Notes:
    """What the proof wrote down itself: cars by number, figures that may not change, what was set aside."""

    cars: dict[int, Car] = field(default_factory=dict)
    frozen: dict[tuple[str, date, int], str] = field(default_factory=dict)
    published: dict[int, str] = field(default_factory=dict)
    closed: set[Month] = field(default_factory=set)
    aside: dict[tuple[int, date], Decimal] = field(default_factory=dict)


class Machine(RuleBasedStateMachine):
    """One sequence of steps from 3 July on, taken back at its end."""

    stage: stages.Stage
    version: PolicyVersion
    report: Report
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now, self.notes = START, Notes()

    def teardown(self) -> None:
        self.report.trials += 1
        self._count()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def _count(self) -> None:
        """What came about in this sequence, to know that sequences come to something."""
        published = Statement.objects.filter(published_at__isnull=False, dealer__in=self._ids)
        self.done["settled again"] += published.filter(number__gt=1).exclude(delta=0).count()
        self.done["clawed back"] += published.filter(delta__lt=0).count()
        self.done["granted"] += sum(bool(car.waived) for car in self.notes.cars.values())
        self.done["restated"] += sum(key[0] == FROZEN[0] and key[2] > 1 for key in self.notes.frozen)
        self.done["returned"] += sum(car.returned for car in self.notes.cars.values())
        self.done["paid"] += published.filter(state="paid").exclude(delta=0).count()

    @property
    def _ids(self) -> list[int]:
        return [each.pk for each in self.stage.dealers]

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    # --- what dealers tell ---------------------------------------------------------------------------------

    @rule(store=st.integers(0, 1), many=st.integers(1, 9), back=DAYS, plated=st.integers(-5, 40))
    def report_cars(self, store: int, many: int, back: int, plated: int) -> None:
        """Cars of a day, perhaps of a closed month, with their registration if it is there by now."""
        sold = max(self.today - timedelta(days=back), MONTHS[0].first)
        plate = sold + timedelta(days=plated)
        first = len(self.notes.cars) + 1
        for no in range(first, first + many):
            known = plate if plated >= 0 and plate <= self.today else None
            self._tell(Car(no, self.stage.dealers[store].pk, sold, known))

    @precondition(lambda self: self.standing())
    @rule(pick=PICKS, moved=st.integers(-20, 5), plated=st.integers(-5, 35))
    def correct(self, pick: int, moved: int, plated: int) -> None:
        """A car was sold on another day, or registered on another, or not."""
        car = self.standing()[pick % len(self.standing())]
        sold = min(max(car.sold + timedelta(days=moved), MONTHS[0].first), self.today)
        plate = sold + timedelta(days=plated)
        known = plate if plated >= 0 and plate <= self.today else None
        if (sold, known) == (car.sold, car.plated):
            return
        changes = {"occurred_on": sold, "invoiced_on": sold, "plated_on": known}
        sales.correct(delivery=self._row(car), changes=changes, actor=stages.SYSTEM, now=self.now)
        self.notes.cars[car.no] = replace(car, sold=sold, plated=known)

    @precondition(lambda self: self.standing())
    @rule(pick=PICKS)
    def give_back(self, pick: int) -> None:
        """A car comes back today."""
        car = self.standing()[pick % len(self.standing())]
        sales.record_return(
            delivery=self._row(car), returned_on=self.today, note="", actor=stages.SYSTEM, now=self.now
        )
        self.notes.cars[car.no] = replace(car, returned=True)

    def standing(self) -> list[Car]:
        """Cars that were not given back."""
        return [car for car in self.notes.cars.values() if not car.returned]

    # --- time and months -----------------------------------------------------------------------------------

    @rule(days=st.integers(1, 25))
    def wait(self, days: int) -> None:
        """Time passes; who says nothing agrees."""
        if self.today + timedelta(days=days) <= date(2026, 8, 20):
            self.now += timedelta(days=days)
        services.deem_confirmed(now=self.now)

    @rule()
    def close(self) -> None:
        """The earliest month that is open is closed, the first time or again after it was reopened."""
        month = next((each for each in MONTHS if each not in self.notes.closed), None)
        if month is None or month.last >= self.today:
            return
        run = closing.close_month(month=month, actor=stages.SYSTEM, now=self.now)
        done = runner.work_through(run)
        assert done.status == "done", f"the close of {month} is {done.status}"
        self.notes.closed.add(month)
        for table in FROZEN:
            key = (table, month.first, run.revision)
            self.notes.frozen[key] = rows_of(*key)
        told = set(Statement.objects.filter(window_first=month.first).values_list("dealer", flat=True))
        accrued = Accrual.objects.filter(period=month.first, revision=run.revision, version=self.version)
        for dealer, amount in accrued.values_list("dealer", "amount"):
            if dealer not in told:
                self.notes.aside[dealer, month.first] = amount or Decimal(0)

    @precondition(lambda self: self.notes.closed)
    @rule()
    def reopen(self) -> None:
        """The newest closed month is opened for a restatement."""
        month = max(self.notes.closed)
        closing.reopen_month(month=month, reason="Restated", actor=stages.SYSTEM, now=self.now)
        self.notes.closed.remove(month)

    # --- money ---------------------------------------------------------------------------------------------

    @rule(month=st.sampled_from((*MONTHS[:2], MONTHS[1])))
    def settle_and_release(self, month: Month) -> None:
        """A month is settled from what is known, released by a second person, and is as computed by hand."""
        if month.last >= self.today:
            return
        window = Window(month.first, month.last)
        self.now += timedelta(minutes=1)
        run = self.stage.calculate(self.version.policy, window, self.now)
        self._compare(window)
        if not run.statements_count:
            return
        self.stage.hand_in(run, self.now)
        self.stage.release(run, self.now)
        for dealer in [key for key in self.notes.aside if key[1] == month.first]:
            del self.notes.aside[dealer]
        for row in Statement.objects.filter(run=run):
            self.notes.published[row.pk] = _frozen(row)

    def _compare(self, window: Window) -> None:
        source = Source(tuple(self._ids), self.now, documents=(self.version.read,))
        judged = calculating.judge(self.version.read, window, source)
        for dealer, outcome in judged.outcomes.items():
            by_hand = self._by_hand(dealer, window)
            fen = sum(clause.fen or 0 for clause in by_hand.values())
            assert outcome.amount == Decimal(fen).scaleb(-2), (
                f"{dealer} {window}: {outcome.amount}, not {fen}"
            )
            said = {
                (part.code, line.key): line.amount
                for part in outcome.components
                for line in part.lines
                if line.amount
            }
            told = {
                (code, key): Decimal(share).scaleb(-2)
                for code, clause in by_hand.items()
                for key, share in clause.lines.items()
                if share
            }
            assert said == told, f"{dealer} {window}: lines differ: {sorted(said.items() ^ told.items())[:4]}"
        rows = Statement.objects.filter(policy=self.version.policy, window_first=window.first)
        for row in rows.filter(run__state="calculated", dealer__in=judged.outcomes):
            earlier = rows.filter(dealer=row.dealer_id).exclude(pk=row.pk)
            before = sum((each.delta for each in earlier), Decimal(0))
            assert row.amount == judged.outcomes[row.dealer_id].amount
            assert before + row.delta == row.amount, f"{row}: {before} + {row.delta} is not {row.amount}"

    def _by_hand(self, dealer: int, window: Window) -> Mapping[str, rebates.Clause]:
        cars = [car for car in self.notes.cars.values() if car.dealer == dealer]
        held = self._rows([car.key for car in cars])
        facts = [fact for car in cars for fact in car.plain(held[car.key])]
        inside = [fact for fact in facts if window.first <= fact["occurred_on"] <= window.last]
        plain = {
            "no": dealer,
            "window": (window.first, window.last),
            "facts": inside,
            "targets": {},
            "last_year": {},
            "measures": {},
        }
        return rebates.settle({"code": "R6", **BODY}, plain, self.today)

    @precondition(lambda self: self.notes.published)
    @rule(granted=st.booleans(), late=st.integers(0, 29))
    def dispute(self, granted: bool, late: int) -> None:
        """A car that was not paid for its missing registration is disputed with its paper, and decided."""
        line = self._disputable()
        if line is None or line.delivery_id is None or line.occurred_on is None:
            return
        who = "gm_1" if line.dealer_id == self.stage.dealers[0].pk else "gm_2"
        plate: date = min(line.occurred_on + timedelta(days=late), self.today)
        paper = services.Disputed(line.pk, "registration", "", plate, "plate.pdf", PDF)
        claim = services.Claim("missing_car", Decimal(0), "", [paper])
        gm, judge = self.stage.actors[who], self.stage.actors["policy"]
        made = services.open_dispute(statement=line.statement, claim=claim, actor=gm, now=self.now)
        services.answer(item=made.items.get(), granted=granted, reason="No.", actor=judge, now=self.now)
        car = next(each for each in self.notes.cars.values() if story.vin(each.no) == line.vin)
        if granted:
            waived = (*car.waived, line.delivery_id)
            self.notes.cars[car.no] = replace(car, paper=plate, waived=waived)

    def _disputable(self) -> StatementLine | None:
        """The newest car without its registration that may be disputed and was not."""
        asked = DisputeItem.objects.values("line")
        rows = StatementLine.objects.filter(
            statement__in=self.notes.published,
            statement__dispute_until__gte=self.today,
            code="R07",
            cure="registration",
        )
        return rows.exclude(pk__in=asked).order_by("-pk").first()

    @rule()
    def pay(self) -> None:
        """What was agreed becomes payable and goes into wallets."""
        self.stage.make_payable(self.now)
        try:
            batch = self.stage.gather(self.now)
        except DomainError as refused:
            if refused.code == "nothing_payable":
                return
            raise
        self.stage.submit(batch, self.now)
        self.stage.pay(batch, self.now)

    # --- what always holds ---------------------------------------------------------------------------------

    @invariant()
    def the_books_are_right(self) -> None:
        self.now += timedelta(minutes=1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for law, sql in LOOKS.items():
                cursor.execute(sql)
                assert cursor.fetchall() == [], law
            cursor.execute(PUBLISHED)
            held = {pk: (owed, published) for pk, owed, published in cursor.fetchall()}
        for dealer in self.stage.dealers:
            aside = sum((each for key, each in self.notes.aside.items() if key[0] == dealer.pk), Decimal(0))
            owed, published = held.get(dealer.pk, (Decimal(0), Decimal(0)))
            assert owed == published + aside, f"{dealer} is owed {owed}, not {published} + {aside}"

    @invariant()
    def what_was_published_stays(self) -> None:
        for key, found in self.notes.frozen.items():
            assert rows_of(*key) == found, f"{key} changed"
        for row in Statement.objects.filter(pk__in=self.notes.published):
            assert _frozen(row) == self.notes.published[row.pk], f"{row} changed"

    def _tell(self, car: Car) -> None:
        dealer = next(each for each in self.stage.dealers if each.pk == car.dealer)
        told = {"plated_on": car.plated, "vin": story.vin(car.no)}
        self.stage.sell(dealer, [(car.key, car.sold)], self.now, **told)
        self.notes.cars[car.no] = car

    def _row(self, car: Car) -> RetailDelivery:
        return RetailDelivery.objects.get(pk=self._rows([car.key])[car.key])

    def _rows(self, keys: list[str]) -> dict[str, int]:
        """The newest row of each delivery by its key."""
        rows = RetailDelivery.objects.filter(source="proof", external_id__in=keys).order_by("revision")
        return dict(rows.values_list("external_id", "pk"))


def _frozen(row: Statement) -> str:
    """The bytes of a statement and its lines, without where it stands."""
    lines = list(StatementLine.objects.filter(statement=row).order_by("pk").values_list())
    said = (row.amount, row.settled_before, row.delta, row.sha256, content_hash(row, row.lines.all()))
    return repr((said, row.components, lines))
