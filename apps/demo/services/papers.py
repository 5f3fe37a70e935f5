"""What lies on the desks of the sample: a statement with faults, ten-day reports on their way, a correction
asked for, remarks, and an account of one store that has a line of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from apps.core.access import Actor
from apps.dealers.models import Dealer
from apps.demo.services import cast
from apps.finance import services as finance
from apps.finance.models import Statement
from apps.finance.report_forms import ACCOUNTS, MONTHLY
from apps.kernel.period import Month, TenDay
from apps.reports import inputs
from apps.reports.models import Submission
from apps.reports.queries import submissions as queries
from apps.reports.registry import ReportForm
from apps.reports.report_forms.dealers import TEN_DAYS
from apps.reports.rules.declaration import Period
from apps.reports.services import submissions as services
from apps.sales.models import RetailDelivery
from apps.work import queries as asked
from apps.work import services as work

DAY = timedelta(days=1)
FAULTS = {"B14": 1_000_000, "C31": None}
"""Added to the books of the month: assets that do not balance; a cost that is missing."""
UNMAPPED = {"account": "6602.19", "name": "其他管理费用", "amount": "18400"}
TEN_DAY = {
    "target": "28",
    "retail": "24",
    "orders": "26",
    "leads": "96",
    "visits": "143",
    "stock": "118",
    "in_transit": "21",
    "aged": "17",
    "next_orders": "30",
    "funds": "4200000",
    "problems": "两款主销车型长库龄车辆偏多，请协助调拨。",
}
EARLIER = {"retail": "22", "orders": "23", "leads": "88", "visits": "131", "stock": "124", "aged": "19"}


def build(*, dealer: Dealer, last: Month, now: datetime) -> None:
    """Let the people of one dealer and of its area do a morning's paper work."""
    on = now.date()
    books, sales, area = (cast.person(name, now) for name in ("dealer_fin", "dealer_sales", "account"))
    finance.map_account(
        dealer_id=dealer.pk, account="6602.18", name="园区物业费", line="E50", actor=books, now=now
    )
    _statement_with_faults(dealer, last, books, now)
    ended = TenDay.of(TenDay.of(on).first - DAY)
    back = _ten_days(TenDay.of(ended.first - DAY), TEN_DAY | EARLIER, sales, now)
    _ten_days(ended, TEN_DAY, sales, now)
    first = asked.approvals_of(actor=area, target=back)[0]
    work.decide(
        approval=first, verdict="return", comment="库存与系统相差3台，请核对后重报。", actor=area, now=now
    )
    car = RetailDelivery.objects.filter(dealer=dealer).order_by("-pk")[0]
    url = reverse("sales:delivery-detail", kwargs={"pk": car.pk})
    fault = work.Fault("交付日期早登记一天", "以发票与交车单为准，次日交付")
    work.ask_correction(target=car, fault=fault, url=url, actor=sales, now=now)
    home = reverse("dealers:dealer-detail", kwargs={"pk": dealer.pk})
    for actor, text in (
        (area, "下周走访时一并核对长库龄车辆清单。"),
        (sales, "清单已备好，周三上午可核对。"),
    ):
        work.add_remark(target=dealer, text=text, attached=None, url=home, actor=actor, now=now)


def _begun(form: ReportForm, period: Period, actor: Actor, now: datetime) -> Submission:
    place = queries.places(form, actor=actor, on=now.date())[0]
    return services.begin(form=form, place=place, period=period, actor=actor, now=now)


def _statement_with_faults(dealer: Dealer, month: Month, actor: Actor, now: datetime) -> None:
    """The books of the last closed month, typed in with three faults."""
    held = Statement.objects.filter(dealer=dealer, kind="month", period=month.first).first()
    lines: dict[str, Any] = dict(held.lines) if held is not None else {}
    for code, more in FAULTS.items():
        lines[code] = None if more is None else lines.get(code, 0) + more
    row = _begun(MONTHLY, month, actor, now)
    given = inputs.given(MONTHLY, lines, held.notes if held else {}, {ACCOUNTS: [UNMAPPED]})
    services.save(submission=row, given=given, edition=row.edition, actor=actor, now=now)


def _ten_days(period: TenDay, figures: dict[str, str], actor: Actor, now: datetime) -> Submission:
    """The report of ten days, handed in."""
    row = _begun(TEN_DAYS, period, actor, now)
    given = inputs.given(TEN_DAYS, figures, {}, {})
    row = services.save(submission=row, given=given, edition=row.edition, actor=actor, now=now)
    return services.submit(submission=row, edition=row.edition, actor=actor, now=now)
