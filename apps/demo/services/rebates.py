"""Rebates of the sample: two settled months, what the open one may bring, payments and a failed one."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.core.access import Actor
from apps.dealers.models import Dealer
from apps.demo.services import cast, corrections
from apps.incentives import services
from apps.incentives.models import PaymentBatch, Policy, PolicyVersion, SettlementRun, Statement
from apps.incentives.rules import document as documents
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import RunKind, StatementState
from apps.kernel.period import Month
from apps.work import services as work
from apps.work.models import Approval, Webhook, WebhookDelivery
from apps.work.rules.states import MessageState
from apps.work.services import webhooks

CODE = "XL-01"
TIERS = (("0", "0"), ("0.8", "1000"), ("1", "1500"), ("1.1", "2000"))
SUPPORT_CODE = "ZT-01"
AWARD_CODE = "DH-01"
AWARDS = (
    {"upto": "1", "label": {"zh": "金牌经销商", "en": "Gold dealer"}, "value": "80000"},
    {"upto": "3", "label": {"zh": "银牌经销商", "en": "Silver dealer"}, "value": "40000"},
    {"upto": "6", "label": {"zh": "铜牌经销商", "en": "Bronze dealer"}, "value": "20000"},
)
DAY = timedelta(days=1)


def publish(*, last: Month) -> None:
    """Rebate, showroom support and quarterly awards, in force for half a year: every close accrues them."""
    since = last.shift(-5)
    evidence = {"kind": "registration", "within_days": 30, "since": "occurred"}
    tiers = [{"from": reach, "value": value} for reach, value in TIERS]
    volume = {"measure": "achievement", "scale": "cliff", "pay": "per_unit", "tiers": tiers}
    clause = {"code": "volume", "type": "volume", "params": volume, "selection": {"evidence": [evidence]}}
    _policy(CODE, "月度销量返利", "Monthly volume rebate", clause, since)
    support = {"value": "300", "pay": "per_unit"}
    showroom = {"channels": ["showroom"]}
    clause = {"code": "showroom", "type": "retail_campaign", "params": support, "selection": showroom}
    bank = {"form": "transfer"}
    _policy(SUPPORT_CODE, "展厅零售支持", "Showroom retail support", clause, since, payout=bank)
    awards = {"measure": "sales.retail_units", "awards": [*AWARDS]}
    clause = {"code": "convention", "type": "convention_award", "params": awards}
    quarter = {"kind": "quarter"}
    _policy(AWARD_CODE, "季度大会奖", "Quarterly convention award", clause, since, term=quarter)


def build(*, last: Month, actor: Actor, now: datetime) -> None:
    """Settle the two months before the open one, pay the first, and show what the open one may bring.

    The first was settled in time; what became known of it since is settled again now.
    """
    months = [last.previous, last, last.next]
    fin = cast.person("hq_fin", now)
    _webhooks(now)
    windows = [Window(month.first, month.last) for month in months]
    rebate, support = (Policy.objects.get(code=code) for code in (CODE, SUPPORT_CODE))
    then = timezone.make_aware(datetime.combine(last.first, time(10))) + timedelta(days=11)
    first = _settle(rebate, windows[0], actor, fin, then)
    _settle(support, windows[0], actor, fin, then)
    corrections.granted(first, then + 2 * DAY)
    services.deem_confirmed(now=then + 14 * DAY)
    _pay("wallet", first, fin, then + 16 * DAY)
    corrections.answered_by_bank(_pay("transfer", None, fin, then + 16 * DAY), then + 18 * DAY)
    second = _settle(rebate, windows[1], actor, fin, now)
    _settle(support, windows[1], actor, fin, now)
    corrections.dispute(second, "浙A·D5821", now)
    services.calculate(policy=rebate, window=windows[2], kind=RunKind.INTERIM, actor=actor, now=now)
    _award(last, actor, fin, now)
    corrections.found_false(first, min(then + 20 * DAY, now))
    again = _settle(rebate, windows[0], actor, fin, now)
    corrections.taken_back(again, fin, now)


def _policy(code: str, zh: str, en: str, clause: dict[str, Any], since: Month, **more: Any) -> None:
    label = {"zh": zh, "en": en}
    read = documents.read({"code": code, "label": label, "components": [clause], **more})
    policy = Policy.objects.create(code=code, label_zh=zh, label_en=en)
    PolicyVersion.objects.create(
        policy=policy,
        version=1,
        state="published",
        document=read.data(),
        sha256=read.sha256(),
        effective_from=since.first,
        published_on=since.first,
        published_at=timezone.make_aware(datetime.combine(since.first, time(9))),
    )


def _award(last: Month, actor: Actor, fin: Actor, now: datetime) -> None:
    """The awards of the last whole quarter: issued, and confirmed by most who won."""
    end = next(last.shift(-back) for back in range(3) if last.shift(-back).month % 3 == 0)
    window = Window(end.shift(-2).first, end.last)
    run = _settle(Policy.objects.get(code=AWARD_CODE), window, actor, fin, now)
    won = Statement.objects.filter(run=run, amount__gt=0).order_by("-amount", "pk")
    keys = [row.pk for no, row in enumerate(won) if no % 3 != 2]
    rows = Statement.objects.filter(pk__in=keys)
    rows.update(state=StatementState.CONFIRMED, confirmed_at=now, confirmed_by="总经理")


def _settle(policy: Policy, window: Window, actor: Actor, fin: Actor, now: datetime) -> SettlementRun:
    run = services.calculate(policy=policy, window=window, kind=RunKind.FINAL, actor=actor, now=now)
    services.ask_release(run=run, actor=actor, now=now)
    asked = Approval.objects.get(flow="incentives.release", target_id=run.pk)
    work.decide(approval=asked, verdict="approve", comment="", actor=fin, now=now)
    return run


def _pay(form: str, run: SettlementRun | None, fin: Actor, now: datetime) -> PaymentBatch:
    """What dealers agreed to is payable; payments go out in a form, of a run without its smallest ones."""
    agreed = Statement.objects.filter(state=StatementState.CONFIRMED)
    services.make_payable(statements=list(agreed.values_list("pk", flat=True)), actor=fin, now=now)
    owed = Statement.objects.filter(run=run, state=StatementState.PAYABLE).order_by("-delta")
    least = owed[len(owed) * 4 // 5].delta if owed else Decimal(0)
    maker = cast.person("hq_admin", now)
    batch = services.build_batch(form=form, minimum_amount=least, actor=maker, now=now)
    services.submit_batch(batch=batch, actor=maker, now=now)
    asked = Approval.objects.get(flow="incentives.payments", target_id=batch.pk)
    work.decide(approval=asked, verdict="approve", comment="", actor=fin, now=now)
    return batch


def _webhooks(now: datetime) -> None:
    """An address of the maker's ERP and one of the dealer with log-ins; nothing is sent to them."""
    events = ["incentives.payment_made", "incentives.statement_published"]
    admin, gm = cast.person("hq_admin", now), cast.person("dealer_gm", now)
    made = [
        webhooks.create_webhook(label=label, url=url, events=events, dealer_id=dealer, actor=actor, now=now)[
            0
        ]
        for label, url, actor, dealer in (
            ("集团 ERP", "https://erp.example.com/dealerops", admin, None),
            ("门店 DMS", "https://dms.example.com/hooks", gm, min(gm.scope.dealer_ids)),
        )
    ]
    for row in made:
        _told(row, events, now)


def _told(hook: Webhook, events: list[str], now: datetime) -> None:
    """What was sent lately: one arrived at the second try, one was given up; then it was switched off."""
    code = hook.owner.code if hook.owner else Dealer.objects.order_by("pk").values_list("code", flat=True)[0]
    tried = [
        {"at": (now - timedelta(minutes=back)).isoformat(), "status": status, "error": ""}
        for back, status in ((65, 503), (64, 200))
    ]
    for no, (event, state) in enumerate(zip(events, (MessageState.SENT, MessageState.FAILED), strict=True)):
        tries = tried if state == MessageState.SENT else [tried[0]] * 8
        WebhookDelivery.objects.create(
            webhook=hook,
            event=event,
            key=f"sample-{no}",
            payload={"event": event, "dealer": code, "at": now.isoformat(), "data": {"amount": "34000.00"}},
            state=state,
            attempts=len(tries),
            due_at=now,
            sent_at=now - timedelta(minutes=64) if state == MessageState.SENT else None,
            tries=tries,
            created_at=now - timedelta(minutes=66),
        )
    Webhook.objects.filter(pk=hook.pk).update(active=False)
