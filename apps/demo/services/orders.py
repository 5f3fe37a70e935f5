"""Accounts and ten-day orders: money paid in, credit, a rebate wallet, three past orders, one being made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from apps.core.access import Actor
from apps.dealers.models import Dealer
from apps.demo.rules import CATALOGUE, stream
from apps.demo.rules.cars import COLOURS, MIX
from apps.ledger import services as ledger
from apps.ledger.models import Account, AccountChange
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, Line, transfer
from apps.ordering import services as ordering
from apps.ordering.models import OrderLine, OrderPlan
from apps.ordering.rules.plans import LineState, PlanState
from apps.ordering.rules.windows import Terms, Window, coming, window_of
from apps.vehicles import facts
from apps.vehicles.models import Trim

PAST = 3
# The cars of a model that came to a dealer fulfil its ordered lines one after another; the last may be late.
_FULFILLED = """
WITH wanted AS (
    SELECT order_no, dealer_id, model_id, promised_on,
           sum(arrived_units) OVER (PARTITION BY dealer_id, model_id ORDER BY promised_on, id) AS upto,
           arrived_units AS units
      FROM ordering_orderline
), came AS (
    SELECT id, dealer_id, model_id,
           row_number() OVER (PARTITION BY dealer_id, model_id ORDER BY arrived_on, id) AS place
      FROM inventory_shipment
     WHERE unit_id IS NOT NULL AND arrived_on > (SELECT min(promised_on) - 20 FROM ordering_orderline)
)
UPDATE inventory_shipment AS s SET order_no = wanted.order_no, promised_on = wanted.promised_on
  FROM came JOIN wanted ON wanted.dealer_id = came.dealer_id AND wanted.model_id = came.model_id
       AND came.place <= wanted.upto AND came.place > wanted.upto - wanted.units
 WHERE s.id = came.id
"""
BEING_MADE = 12
"""For so many dealers the order of now is made, by what people do; the rest did not begin yet."""
_ZONE = ZoneInfo("Asia/Shanghai")


def build(dealers: Sequence[Dealer], hero: Dealer, *, seed: int, actor: Actor, now: datetime) -> None:
    """Give every dealer its accounts and past orders, and some the order being made."""
    trims = {trim.code: trim for trim in Trim.objects.select_related("model")}
    windows = _past(now.date())
    ledger.post_many(drafts=list(_drafts(dealers, windows, seed)), actor=actor, now=now)
    _credit(dealers, seed, now)
    _history(dealers, windows, trims, seed)
    facts.execute(_FULFILLED)
    near = [hero, *(dealer for dealer in dealers if dealer.pk != hero.pk)][:BEING_MADE]
    window = coming(now.date(), Terms(), 1)[0]
    ledger.take_payments(payments=_of_the_bank(near, now.date(), seed), source="icbc", actor=actor, now=now)
    for place, dealer in enumerate(near):
        _being_made(dealer, window, trims, place, actor, now, seed)


def _past(day: date) -> list[Window]:
    """The last windows before the one that runs, the oldest first."""
    found: list[Window] = []
    start = day
    while len(found) < PAST:
        start -= timedelta(days=1)
        if start.day in (5, 15, 25):
            found.append(window_of(start, Terms()))
    return found[::-1]


def _drafts(dealers: Sequence[Dealer], windows: Sequence[Window], seed: int) -> Iterator[Draft]:
    for dealer in dealers:
        rng, book = stream(seed, "accounts", dealer.pk), Book(dealer.pk)
        for window in windows:
            amount, day = Decimal(rng.randrange(80, 400) * 10_000), window.money_on
            key = f"sample:{dealer.code}:{window.code}"
            lines = transfer(AccountKind.BANK, AccountKind.DEPOSIT, amount)
            note = f"工行 {day:%Y%m%d}{rng.randrange(10_000):04d}"
            yield Draft(f"{key}:in", book, EntryKind.TOP_UP, lines, day, note=note)
            spent = transfer(AccountKind.DEPOSIT, AccountKind.VEHICLES, amount * rng.randrange(80, 98) / 100)
            yield Draft(f"{key}:out", book, EntryKind.ORDER, spent, window.starts_on, note=window.code)
        first, rebate = windows[0].starts_on, Decimal(rng.randrange(4, 40) * 5_000)
        wallet = [
            Line(AccountKind.REBATE_COST, -rebate),
            Line(AccountKind.REBATE_WALLET, rebate, date(first.year + 1, 12, 31)),
        ]
        yield Draft(f"sample:{dealer.code}:rebate", book, EntryKind.PAYOUT, wallet, first, note="上季度返利")


def _of_the_bank(dealers: Sequence[Dealer], today: date, seed: int) -> list[ledger.Payment]:
    """Yesterday's file of the bank: payments of dealers, and three of nobody known."""
    day, rng, found = today - timedelta(days=1), stream(seed, "bank", 0), []
    for number, dealer in enumerate(dealers[:6], 1):
        amount, number_of_bank = Decimal(rng.randrange(20, 90) * 10_000), f"ICBC{day:%Y%m%d}{number:04d}"
        paid = ledger.Payment(dealer.pk, amount, day, number_of_bank, note="旬订单车款", payer=dealer.name)
        found.append(paid)
    unknown = (
        (f"{dealers[0].name}（分公司）", "车款", Decimal(350_000)),
        ("远达贸易有限公司", f"代{dealers[-1].code}付车款", Decimal(520_000)),
        ("本行", "季度结息", Decimal("1286.35")),
    )
    for number, (payer, note, amount) in enumerate(unknown, 7):
        number_of_bank = f"ICBC{day:%Y%m%d}{number:04d}"
        found.append(ledger.Payment(None, amount, day, number_of_bank, note=note, payer=payer))
    return found


def _credit(dealers: Sequence[Dealer], seed: int, now: datetime) -> None:
    rows = Account.objects.bulk_create(
        Account(dealer=dealer, kind=AccountKind.CREDIT_LINE, currency="CNY", opened_at=now)
        for dealer in dealers
        if dealer.pk % 3
    )
    AccountChange.objects.bulk_create(
        AccountChange(
            dealer_id=row.dealer_id,
            account=row,
            limit_amount=Decimal(stream(seed, "credit", row.dealer_id or 0).randrange(2, 9) * 500_000),
            reason="年度授信",
            recorded_at=now,
            recorded_by="财务部",
        )
        for row in rows
    )


def _history(dealers: Sequence[Dealer], windows: Sequence[Window], trims: dict[str, Trim], seed: int) -> None:
    plans = OrderPlan.objects.bulk_create(_closed(dealer, window) for window in windows for dealer in dealers)
    lines = []
    for plan in plans:
        rng = stream(seed, f"orders {plan.starts_on}", plan.dealer_id)
        late = plan.starts_on == windows[-1].starts_on and rng.random() < 0.12
        for number, (trim, colour, suggested) in enumerate(_wanted(trims, rng), 1):
            units = max(1, suggested + rng.choice((0, 0, 0, -1, 1)))
            missing = 1 if late and number == 1 else 0
            lines.append(
                OrderLine(
                    dealer_id=plan.dealer_id,
                    plan=plan,
                    number=number,
                    order_no=f"{plan.dealer.code}-{plan.starts_on:%y%m%d}-{number}",
                    model=trim.model,
                    trim=trim,
                    colour=colour,
                    quantity=units,
                    suggested=suggested,
                    reason="" if units == suggested else "按本店客流调整",
                    price_amount=_price(trim),
                    state=LineState.CONFIRMED if missing else LineState.ARRIVED,
                    promised_on=plan.starts_on + timedelta(days=5),
                    arrived_units=units - missing,
                )
            )
        plan.state = PlanState.CONFIRMED if late else PlanState.CLOSED
    OrderLine.objects.bulk_create(lines)
    OrderPlan.objects.bulk_update(plans, ["state"], batch_size=2_000)


def _closed(dealer: Dealer, window: Window) -> OrderPlan:
    def at(day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour, 10), _ZONE)

    return OrderPlan(
        dealer=dealer,
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        draft_on=window.draft_on,
        report_on=window.report_on,
        submit_on=window.submit_on,
        money_on=window.money_on,
        state=PlanState.CLOSED,
        created_at=at(window.draft_on, 15),
        created_by="客户经理",
        reported_at=at(window.report_on, 10),
        reported_by="客户经理",
        submitted_at=at(window.submit_on, 16),
        submitted_by=f"{dealer.code} 总经理",
        confirmed_at=at(window.money_on, 17),
        confirmed_by="总部运营",
    )


def _wanted(trims: dict[str, Trim], rng: Random) -> list[tuple[Trim, str, int]]:
    found = []
    for car, share in zip(CATALOGUE, MIX, strict=True):
        if rng.random() < 0.3 + share / 50:
            trim = trims[f"{car.code}-{rng.choice((1, 2))}"]
            units = 1 + rng.randrange(share // 5 + 1)
            found.append((trim, rng.choice(COLOURS), units))
    return found or [(trims[f"{CATALOGUE[0].code}-1"], COLOURS[0], 2)]


def _price(trim: Trim) -> Decimal:
    return (trim.list_amount or Decimal(100_000)) * Decimal("0.94")


def _being_made(
    dealer: Dealer,
    window: Window,
    trims: dict[str, Trim],
    place: int,
    actor: Actor,
    now: datetime,
    seed: int,
) -> None:
    plan = ordering.draft_plan(dealer=dealer, window=window, actor=actor, now=now)
    rng = stream(seed, "order of now", dealer.pk)
    for trim, colour, units in [] if plan.lines.exists() else _wanted(trims, rng):
        wanted = ordering.Wanted(trim.model_id, units, _price(trim), trim.pk, colour)
        ordering.add_line(plan=plan, wanted=wanted, actor=actor, now=now)
    if place % 4 != 3:
        ordering.report(plan=plan, actor=actor, now=now)
    if place % 4 in (0, 1):
        ordering.submit(plan=plan, actor=actor, now=now)
    people = {"created_by": "客户经理", "reported_by": "客户经理", "submitted_by": f"{dealer.code} 总经理"}
    known = OrderPlan.objects.get(pk=plan.pk)
    done = {name: by for name, by in people.items() if getattr(known, name)}
    OrderPlan.objects.filter(pk=plan.pk).update(**done)
