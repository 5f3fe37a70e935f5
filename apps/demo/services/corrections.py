"""What changed terms of the sample after they were settled, and a payment that the bank sent back.

A dealer won a dispute, a sale turned out to be false; both are settled again by the next run.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from apps.core.access import Actor
from apps.core.imports import services as imports
from apps.demo.services import cast
from apps.incentives import services
from apps.incentives.models import Dispute, Payment, PaymentBatch, SettlementRun, Statement, StatementLine
from apps.incentives.rules.settling import StatementState
from apps.risk import services as risk
from apps.risk.rules import RetailVerdict
from apps.sales.models import RetailDelivery
from apps.work import services as work
from apps.work.models import Approval

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
HEADINGS = ("付款单号", "结果", "实付金额", "付款日期", "银行流水号", "失败原因")
SENT_BACK = "收款账户户名与开户行预留信息不符，退票"
DAY = timedelta(days=1)


def dispute(run: SettlementRun, plate: str, now: datetime) -> Dispute | None:
    """The people with log-ins dispute the first car of theirs that a document would cure."""
    gm = cast.person("dealer_gm", now)
    row = Statement.objects.filter(run=run, dealer__in=gm.scope.dealer_ids).first()
    line = row.lines.exclude(status="included").exclude(cure="").order_by("vin").first() if row else None
    if row is None or line is None or line.occurred_on is None:
        return None
    on = min(line.occurred_on + 10 * DAY, timezone.localdate(now))
    paper = services.Disputed(line.pk, line.cure, plate, on, "行驶证.pdf", PDF)
    expected = (row.amount or Decimal(0)) + (row.curable_amount or Decimal(0))
    claim = services.Claim("missing_car", expected, "车辆已按期上牌，行驶证见附件。", [paper])
    return services.open_dispute(statement=row, claim=claim, actor=gm, now=now)


def granted(run: SettlementRun, now: datetime) -> None:
    """A dispute of a settled term that headquarters granted two days later."""
    made = dispute(run, "浙A·D3306", now)
    desk = cast.person("hq_policy", now)
    for item in made.items.all() if made else ():
        services.answer(
            item=item, granted=True, reason="行驶证齐全，按期上牌。", actor=desk, now=now + 2 * DAY
        )


def found_false(run: SettlementRun, now: datetime) -> None:
    """Two people found, one day after the other, that a car the neighbour was paid for was never sold."""
    line = _paid_car(run, now)
    if line is None or line.delivery_id is None:
        return
    finding = risk.Finding(
        RetailVerdict.FALSE_RETAIL, "盘点时车辆仍在库，发票抬头为门店员工，三个月内无保养与投保记录。"
    )
    sold = RetailDelivery.objects.get(pk=line.delivery_id)
    row = risk.propose_decision(
        delivery=sold, finding=finding, actor=cast.person("hq_policy", now), now=now - DAY
    )
    asked = Approval.objects.get(flow="risk.retail_decision", target_id=row.pk)
    second = cast.person("hq_audit", now)
    work.decide(approval=asked, verdict="approve", comment="证据充分，同意认定。", actor=second, now=now)


def taken_back(run: SettlementRun, fin: Actor, now: datetime) -> None:
    """The neighbour accepts what is taken back; its next payment is smaller by that."""
    neighbour = cast.person("neighbour_gm", now)
    rows = Statement.objects.filter(run=run, dealer__in=neighbour.scope.dealer_ids, delta__lt=0)
    for row in rows.filter(state=StatementState.PUBLISHED):
        services.confirm(statement=row, actor=neighbour, now=now)
        services.make_payable(statements=[row.pk], actor=fin, now=now)


def answered_by_bank(batch: PaymentBatch, now: datetime) -> None:
    """The return file of the bank: everything arrived but one payment, whose account is not as told."""
    fin, today = cast.person("hq_fin", now), timezone.localdate(now)
    sent = list(Payment.objects.filter(batch=batch, state="ordered").order_by("pk"))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for no, row in enumerate(sent):
        if no == len(sent) // 2:
            writer.writerow((row.reference, "失败", "", "", "", SENT_BACK))
        else:
            writer.writerow((row.reference, "已付", row.amount, today, f"{today:%Y%m%d}{no:08d}", ""))
    taken = imports.upload(
        kind="incentives.payment_return",
        content=text.getvalue().encode(),
        name=f"{batch.number}-回执.csv",
        actor=fin,
        now=now,
        wish=imports.Wish(wait=True),
    )
    imports.commit(batch=taken, mode="all", actor=fin, now=now, wait=True)


def _paid_car(run: SettlementRun, now: datetime) -> StatementLine | None:
    dealers = cast.person("neighbour_gm", now).scope.dealer_ids
    lines = StatementLine.objects.filter(statement__run=run, statement__dealer__in=dealers, amount__gt=0)
    return lines.filter(status="included", delivery__isnull=False).order_by("vin").first()
