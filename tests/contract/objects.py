"""A network in which every kind of object exists for D001, its sister D003 of one investor, and D004."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import get_resolver

from apps.accounts import queries as accounts_queries
from apps.accounts import services as accounts
from apps.accounts.models import Assignment, User
from apps.closing import services as closing
from apps.closing.models import Run
from apps.core import files, jobs
from apps.core.access import Actor
from apps.core.imports import services as imports
from apps.core.models import Job, MappingProfile
from apps.core.roles import Role
from apps.dealers import services as dealers
from apps.dealers.models import Dealer, OrgUnit
from apps.finance.models import Statement, StoreAccount, WorkingCapitalStandard
from apps.forecasting.models import ClimateWeights
from apps.incentives import services as incentives
from apps.incentives.models import BackTest, PaymentBatch, PolicyVersion, SettlementRun
from apps.incentives.models import Statement as RebateStatement
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import RunKind
from apps.inventory import services as inventory
from apps.inventory.models import Shipment, StockMovement, StockUnit
from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.reports.models import DutyRule
from apps.reports.services import generating
from apps.sales.models import RetailDelivery
from apps.work import registry
from tests.contract import facts, people, rewards
from tests.contract.marks import JUNE, PRIMES, SYSTEM, Owned, World, canary, vin_of
from tests.contract.money import accounts_and_orders, payment_of, webhook_of
from tests.factories import network as factory
from tests.incentives import story

registry.flow(
    "contract.flow",
    "Contract",
    [registry.Step(Role.REGION_MANAGER, "inventory.transfer")],
    on_withdrawn=lambda **_what: None,
)


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
        people.mark(dealer)
    network.d4.refresh_from_db()
    people.name_users(cast["d4_gm"], network.d4)
    people.name_users(cast["d4_sm"], network.d4)
    people.name_users(cast["d2_other"], network.d2)
    model = facts.catalogue()
    ops = accounts_queries.actor_for(cast["hq_ops"], on=now.date())
    for dealer in (network.d1, network.d2, network.d3, network.d4, network.d5):
        facts.facts(dealer, model, ops, now)
    own = _things(network.d1, cast["d1_gm"], network.d3, network.area_1, ops, now)
    sister = _things(network.d3, cast["d3_gm"], network.d5, network.area_2, ops, now)
    foreign = _things(network.d4, cast["d4_gm"], network.d5, network.province_js, ops, now)
    field = (cast["am_1"], *(people.in_the_field(place) for place in (network.area_2, network.province_js)))
    for owned, person in zip((own, sister, foreign), field, strict=True):
        owned.keys.update(people.field_work(owned.dealer, person, now))
    generating.generate(month=Month(2026, 7), now=now)
    for owned in (own, sister, foreign):
        owned.keys["duty"] = people.duty(owned.dealer).pk
    run, settled = _close(now), _settled(ops, now)
    mates = (cast["d1_sm"], cast["d2_other"], cast["d2_other"])
    for owned, mate in zip((own, sister, foreign), mates, strict=True):
        staff = cast[f"{owned.user.username.partition('_')[0]}_sm"]
        owned.keys["staff"] = staff.pk
        owned.keys["staff_role"] = staff.assignments.get().pk
        owned.keys.update(facts.results(owned.dealer, ops, now))
        owned.keys["delegation"] = people.delegation(owned.user, mate, now).pk
        owned.keys.update(people.errands(owned, now) | webhook_of(owned.dealer, canary, now))
        owned.keys.update(_disputed(owned, now))
        owned.keys["payment"] = payment_of(owned.dealer, canary, now).pk
    shared = _shared(run, ops, now) | {"change": people.change(cast["second"], now).pk}
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
        content=facts.table(dealer),
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
        **facts.care(dealer, here[4], ops, now),
        "shipment": Shipment.objects.get(source=source).pk,
        "reservation": kept.pk,
        "proposal": offered.pk,
        "file": stored.pk,
        "batch": batch.pk,
        "profile": profile.pk,
        "token": token.pk,
        "session": people.session(user, now),
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
        "report": facts.report(dealer, actor, now),
        "store_account": StoreAccount.objects.get(dealer=dealer).pk,
        "delivery": RetailDelivery.objects.filter(dealer=dealer).latest("pk").pk,
        "evidence": facts.evidence(dealer, ops, now),
        "decision": facts.decision(dealer, ops, now),
        "target": facts.target(dealer, ops, now),
        "delivered_score": facts.delivered_score(dealer, ops, now),
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


def _close(now: datetime) -> Run:
    run = closing.close_month(month=JUNE, actor=SYSTEM, now=now)
    while job := Job.objects.filter(status__in=jobs.UNFINISHED).order_by("created_at").first():
        if not jobs.run(str(job.pk)):
            job.refresh_from_db()
            raise AssertionError(f"{job.code}: {job.error}")
    run.refresh_from_db()
    assert run.status == "done"
    return run


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
