"""The yard of the sample: cars on their way, kept for orders, pledged to banks, counted and offered."""

# ruff: noqa: S608 -- nothing of a request is in these statements

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count

from apps.core import access
from apps.core.access import Actor
from apps.dealers.models import Dealer
from apps.inventory import queries
from apps.inventory import services as inventory
from apps.inventory.models import CountSheet, Shipment, StockUnit, TransferProposal, UnitMark
from apps.inventory.rules import Answer, CountKind, Inspection, MarkKind
from apps.vehicles import facts

WAREHOUSES = 3
AWAY = "外展车辆，已通知当日归库"
AGED_STORES = 5
BOUGHT_BACK_AFTER = 120
PLANS = {
    "promotion": (45, "长库龄车专项促销：置换补贴 6,000 元"),
    "task": (60, "销售顾问每人认领一台，月底前清库，成交另奖 800 元"),
}
CARRIERS = "(ARRAY['安捷物流', '长久汽运', '顺运商品车', '中铁特货'])"
LENDERS = "(ARRAY['工商银行', '平安银行', '品牌汽车金融'])"
_DRAW = "(('x' || substr(md5({of}), 1, 7))::bit(28)::int)"
_UNIT = _DRAW.format(of="u.vin")
_CAR = "u.vin, u.model_id, u.model_text, u.trim_text, u.colour, u.cost_amount"
_ARRIVED = f"""
INSERT INTO inventory_shipment (dealer_id, source, external_id, order_no, vin, model_id, model_text,
       trim_text, colour, cost_amount, is_paid, carrier, allocated_on, promised_on, shipped_on, eta_on,
       arrived_on, unit_id, inspection, inspected_by, recorded_at)
SELECT u.dealer_id, 'maker', 'FY' || u.vin, 'BZ' || to_char(u.received_on - 20, 'YYYYMM'), {_CAR}, true,
       {CARRIERS}[1 + {_UNIT} %% 4], u.received_on - 12, u.received_on - 2 + {_UNIT} %% 5, u.received_on - 5,
       u.received_on - 1 + (CASE WHEN {_UNIT} %% 4 = 3 THEN {_UNIT} %% 3 - 1 ELSE {_UNIT} %% 3 END),
       u.received_on, u.id, 'good', '收车员', u.received_on - 12 + time '09:00'
  FROM inventory_stockunit AS u
 WHERE u.external_id = u.vin AND u.received_on > %(today)s::date - 75
"""
_COMING = f"""
INSERT INTO inventory_shipment (dealer_id, source, external_id, order_no, model_id, model_text, trim_text,
       colour, cost_amount, is_paid, carrier, allocated_on, promised_on, shipped_on, eta_on, recorded_at)
SELECT u.dealer_id, 'maker', 'FY' || u.vin || '-N', 'BZ' || to_char(%(today)s::date, 'YYYYMM'), u.model_id,
       u.model_text, u.trim_text, u.colour, u.cost_amount, {_UNIT} %% 3 > 0,
       CASE WHEN {_UNIT} %% 4 > 0 THEN {CARRIERS}[1 + {_UNIT} %% 4] ELSE '' END, %(today)s::date - 9,
       %(today)s::date + {_UNIT} %% 6 - 1,
       CASE WHEN {_UNIT} %% 4 > 0 THEN %(today)s::date - 4 END,
       CASE WHEN {_UNIT} %% 4 > 0 THEN %(today)s::date + {_UNIT} %% 5 - 1 END,
       %(today)s::date - 9 + time '09:00'
  FROM inventory_stockunit AS u WHERE u.gone_on IS NULL AND {_UNIT} %% 7 = 0
"""
_KEPT = f"""
INSERT INTO inventory_reservation (dealer_id, unit_id, order_no, note, until, reserved_at, reserved_by,
       released_by, release_note)
SELECT u.dealer_id, u.id,
       'XS' || to_char(%(today)s::date, 'YYYYMM') || lpad(({_UNIT} %% 10000)::text, 4, '0'), '',
       %(today)s::date + 7, greatest(u.received_on, %(today)s::date - 2) + time '15:00', '销售顾问', '', ''
  FROM inventory_stockunit AS u WHERE u.gone_on IS NULL AND {_UNIT} %% 25 = 1
"""
_LOANS = f"""
INSERT INTO inventory_floorplanloan (dealer_id, unit_id, lender, number, principal_amount, annual_rate,
       free_days, started_on, recorded_at)
SELECT u.dealer_id, u.id, {LENDERS}[1 + {_UNIT} %% 3], 'DK' || right(u.vin, 8), round(u.cost_amount * 0.8, 2),
       0.052 + 0.006 * ({_UNIT} %% 3), 30 * ({_UNIT} %% 2), u.received_on, u.received_on + time '16:00'
  FROM inventory_stockunit AS u WHERE u.gone_on IS NULL AND {_UNIT} %% 10 < 6
"""
_MARKS = f"""
INSERT INTO inventory_unitmark (dealer_id, unit_id, kind, value, reason, valid_from, set_at, set_by)
SELECT u.dealer_id, u.id, m.kind, m.value, m.reason, u.received_on, u.received_on + time '17:00', m.by
  FROM inventory_stockunit AS u CROSS JOIN LATERAL (VALUES
       ('certificate', CASE WHEN {_UNIT} %% 10 < 6 THEN 'bank' WHEN {_UNIT} %% 97 = 0 THEN 'missing'
                            ELSE 'dealer' END, '', '财务', true),
       ('location', (ARRAY['一号库', '二号库', '展厅'])[1 + {_UNIT} %% 3], '', '库管', {_UNIT} %% 2 = 0),
       ('test_drive', '', '', '库管', {_UNIT} %% 61 = 2), ('display', '', '', '库管', {_UNIT} %% 17 = 3),
       ('stop_sale', '', '制动管路排查，待总部通知', '总部', {_UNIT} %% 503 = 4)
       ) AS m (kind, value, reason, by, holds)
 WHERE u.gone_on IS NULL AND m.holds
"""
_COUNTS = f"""
INSERT INTO inventory_countsheet (dealer_id, kind, state, day, book_units, found_units, missing_units,
       surplus_units, opened_at, opened_by, finished_at, finished_by, closed_at, note)
SELECT d.dealer_id, 'monthly', 'closed', d.day, d.units, d.units - d.gap, d.gap, 0, d.day + time '09:00',
       '财务经理', d.day + time '10:30', '财务经理', d.day + time '11:00', ''
  FROM (SELECT u.dealer_id, m.day, count(*) AS units,
               CASE WHEN {_DRAW.format(of="u.dealer_id::text || m.day")} %% 5 = 0 THEN 1 ELSE 0 END AS gap
          FROM inventory_stockunit AS u
          JOIN (VALUES (date_trunc('month', %(today)s::date)::date - 1),
                       ((date_trunc('month', %(today)s::date) - interval '1 month')::date - 1)) AS m (day)
            ON u.received_on <= m.day AND (u.gone_on IS NULL OR u.gone_on > m.day)
         GROUP BY u.dealer_id, m.day) AS d
"""
_COUNTED = f"""
INSERT INTO inventory_countline (dealer_id, sheet_id, unit_id, vin, vehicle_text, model_text, result, place,
       lacks_certificate, found_at, explanation, is_adjusted)
SELECT dealer_id, sheet_id, id, vin, vin, model_text,
       CASE WHEN place <= gap THEN 'missing' WHEN draw %% 89 = 5 THEN 'wrong_place' ELSE 'found' END,
       CASE WHEN place > gap AND draw %% 89 = 5 THEN '二号库' ELSE '' END, place > gap AND draw %% 97 = 0,
       CASE WHEN place > gap THEN finished_at END,
       CASE WHEN place <= gap THEN '外展车辆，盘点后已归库' ELSE '' END, false
  FROM (SELECT u.*, s.id AS sheet_id, s.missing_units AS gap, s.finished_at, {_UNIT} AS draw,
               row_number() OVER (PARTITION BY s.id ORDER BY {_UNIT}, u.id) AS place
          FROM inventory_countsheet AS s
          JOIN inventory_stockunit AS u
            ON u.dealer_id = s.dealer_id AND u.received_on <= s.day
           AND (u.gone_on IS NULL OR u.gone_on > s.day)
         WHERE s.finished_at IS NOT NULL) AS counted
"""


def load(*, hero: Dealer, now: datetime, today: date) -> None:
    """What stands around the stock: statements for the volume, the services for what people do."""
    for statement in (_ARRIVED, _COMING, _KEPT, _LOANS, _MARKS, _COUNTS, _COUNTED):
        facts.execute(statement, {"today": today})
    actor = access.system("样例运营")
    _receiving(actor, now, today)
    _counting(hero, actor, now)
    _moving(actor, now, today)
    _ageing(hero, actor, now, today)


def _receiving(actor: Actor, now: datetime, today: date) -> None:
    """Cars that did not come as announced: one is answered already, the others wait for an answer."""
    coming = Shipment.objects.filter(arrived_on=None, shipped_on__isnull=False).order_by("-eta_on", "pk")
    found = [
        (Inspection.REFUSED, "左前门与翼子板划伤，要求承运商赔付后再收"),
        (Inspection.ABSENT, "运单 6 台，实到 5 台"),
        (Inspection.REFUSED, "前挡风玻璃裂纹，拒收"),
    ]
    for shipment, (inspection, note) in zip(coming[:3], found, strict=False):
        row = inventory.receive_shipment(
            shipment=shipment,
            inspection=inspection,
            arrived_on=today,
            vin="",
            note=note,
            actor=actor,
            now=now,
        )
    inventory.answer_exception(
        shipment=row, note="已安排更换玻璃并重新发运", cancel=False, actor=actor, now=now
    )


def _counting(hero: Dealer, actor: Actor, now: datetime) -> None:
    """A count somebody is at, and warehouse checks of small stores: one agrees, one lacks a car."""
    sheet = inventory.open_count(dealer=hero, kind=CountKind.THREE_DAY, actor=actor, now=now)
    _scan(sheet, 8, actor, now)
    stock = StockUnit.objects.filter(gone_on=None).exclude(dealer=hero).values("dealer")
    small = stock.annotate(cars=Count("pk")).filter(cars__gt=WAREHOUSES).order_by("cars", "dealer")
    for no, dealer in enumerate(Dealer.objects.get(pk=row["dealer"]) for row in small[:WAREHOUSES]):
        then = now - timedelta(days=1 + no)
        sheet = inventory.open_count(dealer=dealer, kind=CountKind.WAREHOUSE, actor=actor, now=then)
        _scan(sheet, sheet.book_units - no, actor, then)
        row = inventory.finish_count(sheet=sheet, actor=actor, now=then + timedelta(minutes=50))
        if no > 1:
            told = dict.fromkeys(row.lines.filter(result="missing").values_list("pk", flat=True), AWAY)
            inventory.explain_count(
                sheet=row, explanations=told, adjust=frozenset(), actor=actor, now=then + timedelta(hours=2)
            )


def _scan(sheet: CountSheet, units: int, actor: Actor, now: datetime) -> None:
    for vin in list(sheet.lines.order_by("pk").values_list("vin", flat=True)[:units]):
        inventory.scan(sheet=sheet, code=vin, actor=actor, now=now)


def _moving(actor: Actor, now: datetime, today: date) -> None:
    """The transfers that help most are suggested; one is on its way, another waits for the truck."""
    together: dict[str, Any] = {"note": "", "actor": actor, "now": now, "whole_lot": True}
    for place, each in enumerate(queries.suggestions(actor=actor, on=today, limit=4)):
        lot = inventory.suggest_transfers(
            giver=each.giver,
            taker=each.taker,
            model=each.model,
            units=min(each.suggestion.units, 5),
            note="库存系数偏高，建议支援缺货门店",
            actor=actor,
            now=now,
        )
        for answer in (Answer.CONFIRM, Answer.AGREE) if place > 1 else ():
            inventory.answer_transfer(
                proposal=TransferProposal.objects.get(pk=lot[0].pk), answer=answer, **together
            )
        if place == 3:
            inventory.ship_transfer(
                proposal=TransferProposal.objects.get(pk=lot[0].pk),
                carrier="安捷物流",
                shipped_on=today,
                eta_on=today + timedelta(2),
                **together,
            )


def _ageing(hero: Dealer, actor: Actor, now: datetime, today: date) -> None:
    """Agreements about old cars, cars bought back, plans for others, and one that may not be sold."""
    oldest = StockUnit.objects.filter(gone_on=None, received_on__lte=today - timedelta(BOUGHT_BACK_AFTER))
    stores = list(
        dict.fromkeys(row.dealer for row in oldest.select_related("dealer").order_by("received_on"))
    )
    for no, dealer in enumerate([hero, *[each for each in stores if each != hero][: AGED_STORES - 1]]):
        _agree(dealer, today + timedelta(25 + 40 * no), actor, now, today)
        for turn, (kind, (since, plan)) in enumerate(PLANS.items()):
            old = queries.aged_units(dealer, older_than=since, vins=(), on=today)[:6]
            if old and (no == 0 or no % 2 == turn):
                inventory.plan_aged_action(
                    dealer=dealer,
                    units=old,
                    kind=kind,
                    plan=plan,
                    due_on=now.date() + timedelta(12 + 5 * no),
                    actor=actor,
                    now=now,
                )
    car = StockUnit.objects.filter(dealer=hero, gone_on=None, received_on__lte=today).order_by("pk").last()
    if car is not None and not UnitMark.objects.filter(unit=car, kind=MarkKind.STOP_SALE).exists():
        inventory.set_mark(
            unit=car,
            kind=MarkKind.STOP_SALE,
            value="",
            reason="制动管路排查，待总部通知",
            valid_from=max(car.received_on, today),
            actor=actor,
            now=now,
        )


def _agree(dealer: Dealer, ends_on: date, actor: Actor, now: datetime, today: date) -> None:
    """An agreement, and the oldest car that nobody has reserved taken back under it."""
    terms = inventory.Terms(
        f"HG{today:%Y}-{dealer.code}",
        f"库龄超过 {BOUGHT_BACK_AFTER} 天的车辆，按成本 95% 回购，运费由厂家承担。",
        BOUGHT_BACK_AFTER,
        Decimal("0.95"),
        10,
        today - timedelta(200),
        ends_on,
    )
    agreement = inventory.agree_buy_back(dealer=dealer, terms=terms, actor=actor, now=now)
    old = queries.aged_units(dealer, older_than=BOUGHT_BACK_AFTER, vins=(), on=today)
    held = {*queries.kept_for().values_list("unit", flat=True)}
    held |= {*queries.stop_sales(old).values_list("unit", flat=True)}
    free = [unit for unit in old if unit.pk not in held]
    for unit in free[:1]:
        inventory.buy_back(unit=unit, agreement=agreement, bought_on=today, actor=actor, now=now)
