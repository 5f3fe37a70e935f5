"""A network in which every kind of object exists for D001, its sister D003 of one investor, and D004."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.urls import get_resolver

from apps.accounts import queries as accounts_queries
from apps.accounts import services as accounts
from apps.accounts.models import Assignment, Delegation, RightsChange, User
from apps.accounts.rights import grants
from apps.accounts.sessions import VISITOR, SessionStore, handle_of
from apps.alerts.models import AlertAction, AlertEpisode
from apps.closing import services as closing
from apps.closing.models import Run
from apps.core import access, files, jobs
from apps.core.access import Actor
from apps.core.imports import services as imports
from apps.core.models import AuditEvent, Job, MappingProfile
from apps.core.roles import Role
from apps.dealers import services as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.finance import services as finance
from apps.finance.models import Statement, StoreAccount, WorkingCapitalStandard
from apps.finance.rules.accounts import Balance
from apps.forecasting.models import ClimateWeights, DealerForecast, UnitForecast
from apps.health.models import HealthScore
from apps.incentives import services as incentives
from apps.incentives.models import Accrual, BackTest, PaymentBatch, PolicyVersion, SettlementRun
from apps.incentives.models import Statement as RebateStatement
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import RunKind
from apps.inventory import services as inventory
from apps.inventory.models import FloorPlanLoan, Shipment, StockMovement, StockUnit
from apps.inventory.rules import MarkKind
from apps.kernel.period import Month, TenDay, months_between
from apps.metrics import services as metrics
from apps.reports import inputs as report_inputs
from apps.reports import report_forms
from apps.reports.models import Duty, DutyRule
from apps.reports.queries import submissions as reports
from apps.reports.services import generating
from apps.reports.services import submissions as report_services
from apps.risk import services as risk
from apps.sales import services as sales
from apps.sales.models import RetailDelivery, SaleEvidence
from apps.scores import services as scores
from apps.scores.models import DeliveredScore
from apps.targets import services as targets
from apps.targets.models import Target
from apps.vehicles import rules as vin_rules
from apps.vehicles.models import Brand, CarModel, ModelAlias, Series
from apps.work import registry
from apps.work import services as work
from apps.work.models import Approval, KeyAccount, Notice
from apps.work.queries.activities import About
from apps.work.rules.activities import Subject
from apps.work.services import activities, bulletins, findings, meetings
from tests.contract import rewards
from tests.contract.money import accounts_and_orders, payment_of, webhook_of
from tests.factories import network as factory
from tests.finance.rows import statement
from tests.incentives import story
from tests.inventory.rows import arrival, departure
from tests.sales.rows import row as delivery

SYSTEM = access.system("contract")
registry.flow(
    "contract.flow",
    "Contract",
    [registry.Step(Role.REGION_MANAGER, "inventory.transfer")],
    on_withdrawn=lambda **_what: None,
)
JUNE = Month(2026, 6)
MAY = Month(2026, 5)
SOLD = (Month(2025, 4), Month(2025, 5), Month(2025, 6), Month(2026, 4), MAY, JUNE)
MEDIAN = "D003"
PRIMES = {"D001": "100003", "D002": "200003", "D003": "300007", "D004": "400009", "D005": "500009"}
"""A price of each dealer that no other figure of the network can be."""


def canary(dealer: Dealer, what: str) -> str:
    """A text that can only come from a row of this dealer."""
    return f"CANARY-{dealer.code}-{what}"


@dataclass(frozen=True)
class Owned:
    """The objects of one dealer: kind → key in an address."""

    dealer: Dealer
    user: User
    keys: dict[str, Any]


@dataclass(frozen=True)
class World:
    """The network, who works in it, and what stands in addresses."""

    network: factory.Network
    cast: dict[str, User]
    own: Owned
    sister: Owned
    foreign: Owned
    shared: dict[str, Any]


def build_world(now: datetime) -> World:
    """Facts of four dealers, a closed June, and one object of every kind for D001 and D004."""
    assert get_resolver().url_patterns  # loads the pages, which declare what can be corrected
    network = factory.build()
    cast = factory.cast(network)
    cast["d4_gm"] = factory.persona("d4_gm", Role.DEALER_GENERAL, dealer=network.d4)
    cast["d4_sm"] = factory.persona("d4_sm", Role.DEALER_SALES, dealer=network.d4)
    cast["d3_gm"] = factory.persona("d3_gm", Role.DEALER_GENERAL, dealer=network.d3)
    cast["d3_sm"] = factory.persona("d3_sm", Role.DEALER_SALES, dealer=network.d3)
    cast["second"] = factory.persona("second", Role.HQ_ADMIN, unit=network.hq)
    cast["d2_other"] = factory.persona("d2_other", Role.DEALER_SALES, dealer=network.d2)
    for dealer in (network.d2, network.d4, network.d5):
        _mark(dealer)
    network.d4.refresh_from_db()
    _name_users(cast["d4_gm"], network.d4)
    _name_users(cast["d4_sm"], network.d4)
    _name_users(cast["d2_other"], network.d2)
    model = _catalogue()
    ops = accounts_queries.actor_for(cast["hq_ops"], on=now.date())
    for dealer in (network.d1, network.d2, network.d3, network.d4, network.d5):
        _facts(dealer, model, ops, now)
    own = _things(network.d1, cast["d1_gm"], network.d3, network.area_1, ops, now)
    sister = _things(network.d3, cast["d3_gm"], network.d5, network.area_2, ops, now)
    foreign = _things(network.d4, cast["d4_gm"], network.d5, network.province_js, ops, now)
    field = (cast["am_1"], *(_in_the_field(place) for place in (network.area_2, network.province_js)))
    for owned, person in zip((own, sister, foreign), field, strict=True):
        owned.keys.update(_field_work(owned.dealer, person, now))
    generating.generate(month=Month(2026, 7), now=now)
    for owned in (own, sister, foreign):
        owned.keys["duty"] = _duty(owned.dealer).pk
    run, settled = _close(now), _settled(ops, now)
    mates = (cast["d1_sm"], cast["d2_other"], cast["d2_other"])
    for owned, mate in zip((own, sister, foreign), mates, strict=True):
        staff = cast[f"{owned.user.username.partition('_')[0]}_sm"]
        owned.keys["staff"] = staff.pk
        owned.keys["staff_role"] = staff.assignments.get().pk
        owned.keys.update(_results(owned.dealer, ops, now))
        owned.keys["delegation"] = _delegation(owned.user, mate, now).pk
        owned.keys.update(_work(owned, now) | webhook_of(owned.dealer, canary, now))
        owned.keys.update(_disputed(owned, now))
        owned.keys["payment"] = payment_of(owned.dealer, canary, now).pk
    shared = _shared(run, ops, now) | {"change": _change(cast["second"], now).pk}
    shared |= {"settlement_run": settled.pk, "payment_batch": PaymentBatch.objects.get().pk}
    shared |= _replayed(now)
    shared |= _rewarded(cast, (own, sister, foreign), field, ops, now)
    _configured(network)
    return World(network, cast, own, sister, foreign, shared)


def _configured(network: factory.Network) -> None:
    """What the admin site keeps without a page of its own."""
    ClimateWeights.objects.create(effective_from=JUNE.first)
    WorkingCapitalStandard.objects.create(dealer=network.d1, amount=2_000_000, effective_from=JUNE.first)


def _rewarded(cast: Any, stores: Any, field: Any, ops: Actor, now: datetime) -> dict[str, Any]:
    """Points of a seller of each store, the bonus of a person of the field, a gift, a rule and a contest."""
    hq = OrgUnit.objects.get(kind="hq")
    leader = factory.persona("prov_all", Role.PROVINCE_MANAGER, unit=hq)
    shop = rewards.shop(now)
    for owned, person in zip(stores, field, strict=True):
        staff = cast[f"{owned.user.username.partition('_')[0]}_sm"]
        owned.keys.update(rewards.rewards(owned.dealer, staff, canary, ops, now))
        owned.keys["bonus"] = rewards.bonus(person, leader, now)
    return shop


def _in_the_field(unit: OrgUnit) -> User:
    return factory.persona(f"field_{unit.code}", Role.ACCOUNT_MANAGER, unit=unit)


def _field_work(dealer: Dealer, person: User, now: datetime) -> dict[str, Any]:
    """A visit under way with a shared finding, a meeting with a list, a bulletin and a key account."""
    actor = accounts_queries.actor_for(person, on=now.date())
    about = About(Subject.DEALER, dealer=dealer)
    plan = activities.Plan("visit", now.date(), purpose=canary(dealer, "AIM"))
    visit = activities.plan_activity(plan=plan, about=about, actor=actor, now=now)
    activities.check_in(activity=visit, actor=actor, now=now)
    answers = {"business": "normal", "summary": canary(dealer, "VISIT")}
    note = canary(dealer, "PRIVATE")
    activities.save_answers(activity=visit, answers=answers, note=note, actor=actor, now=now)
    found = findings.Found(canary(dealer, "FINDING"), now.date(), shared=True)
    finding = findings.open_finding(activity=visit, found=found, actor=actor, now=now)
    plan = activities.Plan("meeting", now.date(), topic="dealers", title=canary(dealer, "MEETING"))
    meeting = activities.plan_activity(plan=plan, actor=actor, now=now)
    call = meetings.Call(names=[canary(dealer, "GUEST"), dealer.code], message=canary(dealer, "CALLED"))
    meetings.invite(activity=meeting, call=call, actor=actor, now=now)
    draft = bulletins.Draft(canary(dealer, "BULLETIN"), canary(dealer, "TOLD"), "both", now.date())
    bulletin = bulletins.publish_bulletin(draft=draft, actor=actor, now=now)
    bulletin.receipts.filter(dealer__isnull=False).exclude(dealer=dealer).delete()  # sent to one dealer only
    account = KeyAccount.objects.create(
        unit=visit.unit, code=canary(dealer, "KA"), name=canary(dealer, "KEYACCOUNT")
    )
    return {
        "activity": visit.pk,
        "finding": finding.pk,
        "meeting": meeting.pk,
        "attendance": meeting.attendance.get(user=None).pk,
        "invitation": meeting.attendance.get(user__isnull=False).pk,
        "bulletin": bulletin.pk,
        "key_account": account.pk,
    }


def _duty(dealer: Dealer) -> Duty:
    """A duty of the dealer's general manager that may be reported as done by hand."""
    row = Duty.objects.filter(dealer=dealer, role=Role.DEALER_GENERAL, code="GS-10").get()
    Duty.objects.filter(pk=row.pk).update(note=canary(dealer, "DUTYNOTE"))
    return row


def _delegation(user: User, mate: User, now: datetime) -> Delegation:
    day = now.date()
    return Delegation.objects.create(
        delegator=user, delegate=mate, roles=[], valid_from=day, valid_to=day, reason="", created_at=now
    )


def _work(owned: Owned, now: datetime) -> dict[str, Any]:
    """What the general manager of a dealer was told, has to do, and asked for."""
    dealer, user = owned.dealer, owned.user
    said = {"by": canary(dealer, "TELLER"), "title": canary(dealer, "TASK")}
    work.notify(notice="work.task", recipients=[user.pk], key="contract", params=said, url="/", now=now)
    actor = accounts_queries.actor_for(user, on=now.date())
    todo = work.create_task(title=canary(dealer, "TODO"), due_at=now, person=None, actor=actor, now=now)
    asked = Approval.objects.create(
        flow="contract.flow",
        target_label="dealers.dealer",
        target_id=dealer.pk,
        target_text=canary(dealer, "TARGET"),
        summary=canary(dealer, "ASK"),
        dealer=dealer,
        shared=True,
        asked_by=user,
        asked_label=user.display_name,
        asked_at=now,
        level=Role.REGION_MANAGER,
        due_at=now,
    )
    sent = work.Attachment(f"{canary(dealer, 'ATTACHED')}.csv", canary(dealer, "PROOF").encode())
    remark = work.add_remark(
        target=dealer, text=canary(dealer, "REMARK"), attached=sent, url="/", actor=actor, now=now
    )
    saved = work.save_filter(page="/sales/", name=canary(dealer, "MINE"), query="x=1", actor=actor, now=now)
    delivery = RetailDelivery.objects.filter(dealer=dealer).earliest("pk")
    fault = work.Fault(canary(dealer, "WRONG"), canary(dealer, "RIGHT"), sent)
    correction = work.ask_correction(target=delivery, fault=fault, url="/", actor=actor, now=now)
    return {
        "notice": Notice.objects.filter(user=user).earliest("pk").pk,
        "todo": todo.pk,
        "approval": asked.pk,
        "remark": remark.pk,
        "saved_filter": saved.pk,
        "correction": correction.pk,
    }


def _change(user: User, now: datetime) -> RightsChange:
    """A change of a money role that waits for a second administrator."""
    wish = grants.Wish(allowed=False, reason="x")
    actor = accounts_queries.actor_for(user, on=now.date())
    return grants.change_grant(role=Role.HQ_FINANCE, action="sales.view", wish=wish, actor=actor, now=now)


def _mark(dealer: Dealer) -> None:
    Dealer.objects.filter(pk=dealer.pk).update(
        name=canary(dealer, "NAME"),
        short_name=canary(dealer, "SHORT"),
        address=canary(dealer, "ADDRESS"),
        search_key=canary(dealer, "SEARCH").lower(),
    )
    dealer.refresh_from_db()


def _name_users(user: User, dealer: Dealer) -> None:
    User.objects.filter(pk=user.pk).update(
        display_name=canary(dealer, "USER"), email=f"{canary(dealer, 'MAIL')}@example.com"
    )
    user.refresh_from_db()


def _catalogue() -> CarModel:
    brand = Brand.objects.create(code="XA", name="轩昂")
    series = Series.objects.create(brand=brand, code="XAX", name="X 系列")
    model = CarModel.objects.create(series=series, code="X5", name="X5")
    ModelAlias.objects.create(spelling="轩昂X5", key="轩昂x5", model=model)
    return model


def vin_of(dealer: str, number: int) -> str:
    """A right VIN of a car of this dealer."""
    open_digit = f"LDP{dealer[1:]}A00SA{number:06d}"
    return open_digit[:8] + vin_rules.check_digit(open_digit) + open_digit[9:]


def _facts(dealer: Dealer, model: CarModel, ops: Actor, now: datetime) -> None:
    """Two deliveries in each month of two quarters, and ten cars in stock of which one left."""
    price = Decimal(PRIMES[dealer.code])
    rows = [
        delivery(
            f"{canary(dealer, 'SALE')}-{month}-{nth}",
            dealer.pk,
            occurred_on=date(month.year, month.month, 10 + nth),
            vin=vin_of(dealer.code, nth),
            model="轩昂X5",
            model_id=model.pk,
            trim_text=canary(dealer, "TRIM"),
            colour=canary(dealer, "COLOUR"),
            region_text=canary(dealer, "REGION"),
            note=canary(dealer, "NOTE"),
            price_amount=price,
        )
        for month in SOLD
        for nth in range(1, 3 if month.year == 2025 else 4)
    ]
    sales.record_deliveries(rows=rows, source=f"dms-{dealer.code}", actor=ops, now=now)
    stays = [
        arrival(
            f"{canary(dealer, 'STAY')}-{nth}",
            dealer.pk,
            vin=vin_of(dealer.code, 100 + nth),
            trim_text=canary(dealer, "STAYTRIM"),
            colour=canary(dealer, "STAYCOLOUR"),
            note=canary(dealer, "STAYNOTE"),
            cost_amount=price,
        )
        for nth in range(10)
    ]
    inventory.record_arrivals(rows=stays, source=f"dms-{dealer.code}", actor=ops, now=now)
    gone = departure(f"{canary(dealer, 'STAY')}-9", dealer.pk, date(2026, 6, 20), kind="retail")
    inventory.record_departures(rows=[gone], source=f"dms-{dealer.code}", actor=ops, now=now)
    _statement(dealer, ops, now)
    for feed in ("sales.retail", "inventory.stock"):
        pairs = [(dealer.pk, month) for month in months_between(SOLD[0], JUNE)]
        metrics.mark_reported(feed=feed, pairs=pairs, source=canary(dealer, "FEED"), now=now)


def _statement(dealer: Dealer, ops: Actor, now: datetime) -> None:
    """A statement of June with an account of the store's own.

    The figure of the middle dealer is none of its marks: it is the median of the five, which all may see.
    """
    mark = int(PRIMES[dealer.code])
    name = canary(dealer, "ACCOUNT")
    finance.map_account(dealer_id=dealer.pk, account="6602.09", name=name, line="E80", actor=ops, now=now)
    handed = finance.Handed(
        dealer.pk,
        "month",
        JUNE,
        statement(S31=mark + 1 if dealer.code == MEDIAN else mark),
        {"E80": canary(dealer, "STATEMENTNOTE")},
        [Balance("6602.09", name, Decimal(50_000))],
    )
    finance.record_statement(handed=handed, source=canary(dealer, "SENDER"), actor=ops, now=now)


def _report(dealer: Dealer, actor: Actor, now: datetime) -> int:
    """A ten-day report that a dealer began."""
    form = report_forms.TEN_DAYS
    place = reports.places(form, actor=actor, on=now.date())[0]
    row = report_services.begin(form=form, place=place, period=TenDay(JUNE, 1), actor=actor, now=now)
    given = report_inputs.given(
        form, {"target": PRIMES[dealer.code], "problems": canary(dealer, "PROBLEMS")}, {}, {}
    )
    report_services.save(submission=row, given=given, edition=row.edition, actor=actor, now=now)
    return row.pk


def _things(dealer: Dealer, user: User, other: Dealer, unit: OrgUnit, ops: Actor, now: datetime) -> Owned:
    """What people made at a dealer: a file, imports, a profile, a token, an outlet, a transfer."""
    actor = accounts_queries.actor_for(user, on=now.date())
    stored = files.store(
        content=canary(dealer, "CONTENT").encode(),
        name=f"{canary(dealer, 'FILE')}.txt",
        actor=actor,
        now=now,
        dealer_id=dealer.pk,
    )
    batch = imports.upload(
        kind="sales.retail",
        content=_table(dealer),
        name=f"{canary(dealer, 'IMPORT')}.csv",
        actor=actor,
        now=now,
        wish=imports.Wish(wait=True),
    )
    profile = MappingProfile.objects.create(
        name=canary(dealer, "PROFILE"),
        kind="sales.retail",
        spec=batch.spec,
        dealer_id=dealer.pk,
        owner_id=user.pk,
        owner_label=user.display_name,
        updated_at=now,
    )
    token, _secret = accounts.issue_token(user=user, name=canary(dealer, "TOKEN"), actor=actor, now=now)
    outlet = dealers.create_outlet(
        dealer=dealer,
        code=f"{dealer.code}-1",
        name=canary(dealer, "OUTLET"),
        store_type="city_showroom",
        city=None,
        address=canary(dealer, "OUTLETADDRESS"),
        opened_on=None,
        actor=ops,
        now=now,
    )
    contact = dealers.create_contact(
        dealer=dealer,
        role="general",
        name=canary(dealer, "CONTACT"),
        mobile=f"138{PRIMES[dealer.code]}00",
        email=f"{canary(dealer, 'CONTACTMAIL')}@example.com",
        actor=ops,
        now=now,
    )
    here = StockUnit.objects.filter(dealer=dealer, gone_on=None).order_by("pk")
    moved = inventory.transfer(
        unit=here[0],
        to_dealer=other,
        moved_on=date(2026, 6, 25),
        note=canary(dealer, "TRANSFER"),
        actor=ops,
        now=now,
    )
    offered = inventory.propose_transfer(
        unit=here[2], partner=other.code, note=canary(dealer, "OFFER"), actor=ops, now=now
    )
    coming = {
        "external_id": canary(dealer, "SHIPMENT"),
        "dealer_id": dealer.pk,
        "order_no": canary(dealer, "ORDER"),
        "carrier": canary(dealer, "CARRIER"),
        "colour": canary(dealer, "SHIPCOLOUR"),
        "shipped_on": date(2026, 6, 28),
    }
    source = f"maker-{dealer.code}"
    inventory.announce_shipments(rows=[coming], source=source, actor=ops, now=now)
    money = accounts_and_orders(dealer, canary, now)
    kept = inventory.reserve(unit=here[3], order_no=canary(dealer, "KEPT"), actor=ops, now=now)
    counting = inventory.open_count(dealer=dealer, kind="monthly", actor=ops, now=now)
    keys = {
        **money,
        "count": counting.pk,
        **_care(dealer, here[4], ops, now),
        "shipment": Shipment.objects.get(source=source).pk,
        "reservation": kept.pk,
        "proposal": offered.pk,
        "file": stored.pk,
        "batch": batch.pk,
        "profile": profile.pk,
        "token": token.pk,
        "session": _session(user, now),
        "outlet": outlet.pk,
        "contact": contact.pk,
        "user": user.pk,
        "assignment": Assignment.objects.get(user=user).pk,
        "transfer": moved.pk,
        "unit": unit.pk,
        "unit_code": unit.code,
        "dealer": dealer.pk,
        "dealer_code": dealer.code,
        "vin": vin_of(dealer.code, 101),
        "stock_unit": here[1].pk,
        "movement": StockMovement.objects.filter(unit=here[1]).latest("pk").pk,
        "statement": Statement.objects.get(dealer=dealer).pk,
        "report": _report(dealer, actor, now),
        "store_account": StoreAccount.objects.get(dealer=dealer).pk,
        "delivery": RetailDelivery.objects.filter(dealer=dealer).latest("pk").pk,
        "evidence": _evidence(dealer, ops, now),
        "decision": _decision(dealer, ops, now),
        "target": _target(dealer, ops, now),
        "delivered_score": _delivered_score(dealer, ops, now),
    }
    return Owned(dealer, user, keys)


def _settled(ops: Actor, now: datetime) -> SettlementRun:
    """June's cars settled under a policy that asks for documents, which they lack, and published."""
    version = story.policy()
    window = Window(JUNE.first, JUNE.last)
    run = incentives.calculate(
        policy=version.policy, window=window, kind=RunKind.FINAL, actor=SYSTEM, now=now
    )
    published = {"state": "published", "published_at": now}
    SettlementRun.objects.filter(pk=run.pk).update(**published, published_by=ops.label)
    dates = {"clock_from": now.date(), "promised_on": date(2026, 8, 11), "dispute_until": date(2026, 7, 17)}
    RebateStatement.objects.filter(run=run).update(**published, **dates)
    return run


def _replayed(now: datetime) -> dict[str, Any]:
    """The policy of the story, published, and a back-test that found nothing."""
    version = PolicyVersion.objects.get(policy__code="P1")
    months = {"first_month": JUNE.first, "last_month": JUNE.first, "windows": 1, "windows_done": 1}
    run = BackTest.objects.create(
        version=version,
        sha256=version.sha256,
        document=version.document,
        asked_label="policy",
        asked_at=now,
        finished_at=now,
        **months,
    )
    return {"policy_version": version.pk, "back_test": run.pk}


def _disputed(owned: Owned, now: datetime) -> dict[str, Any]:
    """A statement of the dealer with a car that it disputes."""
    row = RebateStatement.objects.get(dealer=owned.dealer)
    line = row.lines.exclude(status="included").earliest("pk")
    paper = incentives.Disputed(line.pk, line.cure, "", date(2026, 7, 1), "a.pdf", b"%PDF-1.4\n%%EOF")
    note = canary(owned.dealer, "DISPUTE")
    claim = incentives.Claim("missing_car", Decimal(1), note, [paper])
    actor = accounts_queries.actor_for(owned.user, on=now.date())
    made = incentives.open_dispute(statement=row, claim=claim, actor=actor, now=now)
    return {
        "rebate_statement": row.pk,
        "car": line.pk,
        "dispute": made.pk,
        "dispute_item": made.items.get().pk,
    }


def _evidence(dealer: Dealer, ops: Actor, now: datetime) -> int:
    """A document about a car the dealer sold."""
    paper = {"dealer_id": dealer.pk, "vin": vin_of(dealer.code, 101), "kind": "registration"}
    paper |= {"number": canary(dealer, "PLATE"), "issued_on": date(2026, 7, 1)}
    sales.record_evidence(
        rows=[paper | {"note": canary(dealer, "PAPERNOTE")}], source="dms", actor=ops, now=now
    )
    return SaleEvidence.objects.get(dealer=dealer).pk


def _delivered_score(dealer: Dealer, ops: Actor, now: datetime) -> int:
    """A survey result of the dealer."""
    row = {"dealer_id": dealer.pk, "month": date(2026, 6, 1), "score": "satisfaction.nps"}
    scores.record_scores(
        rows=[row | {"value": Decimal("41.5"), "note": canary(dealer, "SCORENOTE")}],
        source="survey",
        actor=ops,
        now=now,
    )
    return DeliveredScore.objects.get(dealer=dealer).pk


def _target(dealer: Dealer, ops: Actor, now: datetime) -> int:
    """What the dealer shall sell in August."""
    row = {"dealer_id": dealer.pk, "month": date(2026, 8, 1), "kind": "retail", "line": "", "units": 50}
    targets.set_targets(rows=[row], source="dms", actor=ops, now=now)
    made = Target.objects.get(dealer=dealer)
    Target.objects.filter(pk=made.pk).update(wanted_units=40, objection=canary(dealer, "OBJECTION"))
    return made.pk


def _decision(dealer: Dealer, ops: Actor, now: datetime) -> int:
    """A doubt about a sale that waits for a second person."""
    sold = RetailDelivery.objects.filter(dealer=dealer).earliest("pk")
    finding = risk.Finding("false_retail", canary(dealer, "DOUBT"))
    return risk.propose_decision(delivery=sold, finding=finding, actor=ops, now=now).pk


def _care(dealer: Dealer, unit: StockUnit, ops: Actor, now: datetime) -> dict[str, Any]:
    """A mark on a vehicle, a buy-back agreement and an action on aged stock."""
    mark = inventory.set_mark(
        unit=unit,
        kind=MarkKind.LOCATION,
        value=canary(dealer, "PLACE"),
        reason=canary(dealer, "MARKREASON"),
        valid_from=date(2026, 6, 25),
        actor=ops,
        now=now,
    )
    number = canary(dealer, "AGREEMENT")
    terms = inventory.Terms(
        number, canary(dealer, "TERMS"), 0, Decimal("0.9"), None, date(2026, 1, 1), date(2026, 12, 31)
    )
    agreed = inventory.agree_buy_back(dealer=dealer, terms=terms, actor=ops, now=now)
    planned = inventory.plan_aged_action(
        dealer=dealer,
        units=[unit],
        kind="task",
        plan=canary(dealer, "AGEDPLAN"),
        due_on=date(2026, 8, 1),
        actor=ops,
        now=now,
    )
    loan = FloorPlanLoan.objects.create(
        dealer=dealer,
        unit=unit,
        lender=canary(dealer, "LENDER"),
        number=canary(dealer, "LOAN"),
        principal_amount=90_000,
        annual_rate="0.06",
        started_on=date(2026, 6, 25),
        recorded_at=now,
    )
    return {"mark": mark.pk, "agreement": agreed.pk, "aged": planned.pk, "loan": loan.pk}


def _session(user: User, now: datetime) -> str:
    """An open session of a user, by the name pages give it."""
    store = SessionStore()
    store[SESSION_KEY] = user.pk
    store[VISITOR] = {"agent": f"CANARY-{user.username}-AGENT", "opened_at": now.isoformat()}
    store.save()
    return handle_of(str(store.session_key))


def _table(dealer: Dealer) -> bytes:
    lines = ["销售单号,经销商代码,交车日期,车型,备注"]
    lines += [f"{canary(dealer, 'ROW')},{dealer.code},2026-07-01,轩昂X5,{canary(dealer, 'ROWNOTE')}"]
    lines += [f"{canary(dealer, 'BAD')},{dealer.code},{canary(dealer, 'DAY')},轩昂X5,"]
    return "\n".join(lines).encode()


def _close(now: datetime) -> Run:
    run = closing.close_month(month=JUNE, actor=SYSTEM, now=now)
    while job := Job.objects.filter(status__in=jobs.UNFINISHED).order_by("created_at").first():
        if not jobs.run(str(job.pk)):
            job.refresh_from_db()
            raise AssertionError(f"{job.code}: {job.error}")
    run.refresh_from_db()
    assert run.status == "done"
    return run


def _results(dealer: Dealer, ops: Actor, now: datetime) -> dict[str, Any]:
    """What the close made of the dealer's facts, and what people said to it."""
    episode = AlertEpisode.objects.filter(dealer=dealer).latest("pk")
    AlertEpisode.objects.filter(pk=episode.pk).update(plan=canary(dealer, "PLAN"))
    action = AlertAction.objects.create(
        episode=episode, kind="other", text=canary(dealer, "MEASURE"), planned_at=now, planned_by="x"
    )
    declared = inventory.declare_stock(
        dealer_id=dealer.pk,
        month=JUNE,
        lines={"end": 9 if dealer.code == "D003" else 8},  # it got one from its sister
        actor=ops,
        now=now,
    )
    return {
        "episode": episode.pk,
        "alert_action": action.pk,
        "event": AuditEvent.objects.filter(dealer_id=dealer.pk).latest("pk").pk,
        "score": HealthScore.objects.get(dealer=dealer).pk,
        "forecast": DealerForecast.objects.get(dealer=dealer, model=None).pk,
        "unit_forecast": _unit_forecast(dealer),
        "accrual": Accrual.objects.filter(dealer=dealer).latest("pk").pk,
        "declaration": declared.pk,
    }


def _unit_forecast(dealer: Dealer) -> int:
    return UnitForecast.objects.get(unit=dealer.unit, model=None).pk


def _shared(run: Run, ops: Actor, now: datetime) -> dict[str, Any]:
    """Objects everybody shares, and words that are no secret."""
    values = {
        "label_zh": "自定义",
        "label_en": "Custom",
        "formula": "sales.retail_units * 2",
        "unit": "units",
        "better": "higher",
        "decimals": 0,
        "active": True,
    }
    custom = metrics.save_custom_kpi(code="custom.double", values=values, actor=ops, now=now)
    metrics.set_kpi(code="sales.retail_units", month=JUNE, values={"high_red": None}, actor=ops, now=now)
    metrics.set_feed(feed="sales.retail", month=JUNE, due_day=5, actor=ops, now=now)
    return {
        "kpi": "inventory.coefficient",
        "measure": "sales.retail_units",
        "custom": custom.code,
        "model": "X5",
        "month": str(JUNE),
        "role": "dealer_sales",
        "action": "sales.view",
        "model_label": "dealers.dealer",
        "fact_label": "sales.retaildelivery",
        "feed": "sales.retail",
        "import_kind": "sales.retail",
        "home_panel": "cards",
        "dealer_panel": "cards",
        "run": run.pk,
        "duty_rule": DutyRule.objects.get(code="GS-12").pk,
        "job": str(Job.objects.filter(code="closing.run_step").order_by("pk")[0].pk),
        "link_token": "not-one-of-ours",
    }
