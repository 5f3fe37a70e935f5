"""Ten-day orders from the draft to the arrival, with the money of the dealer's accounts."""

from __future__ import annotations

import threading
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from apps.core import access
from apps.core.errors import DomainError
from apps.core.models import AuditEvent, Job
from apps.inventory import services as inventory
from apps.inventory.models import Shipment
from apps.kernel.period import Month
from apps.ledger import queries as accounts
from apps.ledger import services as ledger
from apps.ledger.models import Account, Hold
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, transfer
from apps.ordering import queries, services
from apps.ordering.models import OrderLine, OrderPlan
from apps.ordering.rules.windows import Terms, window_of
from apps.ordering.services.following import arrive
from apps.reports.models import Duty
from apps.reports.services import counting, generating
from apps.vehicles.models import Brand, CarModel, Series
from apps.work.models import Todo

pytestmark = pytest.mark.django_db
SYSTEM = access.system("test")
WINDOW = window_of(date(2026, 7, 15), Terms())
PRICE = Decimal(100_000)


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 7, day, hour, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def model(db) -> CarModel:
    series = Series.objects.create(brand=Brand.objects.create(code="B", name="B"), code="S", name="S")
    return CarModel.objects.create(series=series, code="M1", name="M1")


@pytest.fixture
def people(network, actor_of, am_1, d1_gm, hq_ops):
    return {"am": actor_of(am_1), "gm": actor_of(d1_gm), "ops": actor_of(hq_ops)}


@pytest.fixture
def put(network):
    """Money on D001's deposit."""

    def paid(amount: int, reference: str = "B1", day: int = 10) -> None:
        payment = ledger.Payment(network.d1.pk, Decimal(amount), date(2026, 7, day), reference)
        ledger.record_payment(payment=payment, actor=SYSTEM, now=at(day))

    return paid


@pytest.fixture
def drafted(network, model, people):
    """A plan of D001 with lines of 6 and 4 cars."""
    plan = services.draft_plan(dealer=network.d1, window=WINDOW, actor=people["am"], now=at(10))
    for units in (6, 4):
        wanted = services.Wanted(model.pk, units, PRICE, suggested=units)
        services.add_line(plan=plan, wanted=wanted, actor=people["am"], now=at(10))
    return plan


@pytest.fixture
def submitted(drafted, people):
    services.report(plan=drafted, actor=people["am"], now=at(11))
    return services.submit(plan=drafted, actor=people["gm"], now=at(12))


def states(plan) -> list[tuple[str, Decimal]]:
    return list(plan.lines.order_by("number").values_list("state", "missing_amount"))


def code(call) -> str:
    with pytest.raises(DomainError) as caught:
        call()
    return caught.value.code


def test_a_deposit_400000_short_blocks_a_line_until_it_is_paid(
    put, drafted, people, network, run_jobs
) -> None:
    put(600_000)
    services.report(plan=drafted, actor=people["am"], now=at(11))
    assert Todo.objects.get(code="ordering.submit").dealer_id == network.d1.pk
    plan = services.submit(plan=drafted, actor=people["gm"], now=at(12))
    assert states(plan) == [("funded", 0), ("blocked", 400_000)]
    assert accounts.funds([network.d1.pk])[network.d1.pk].deposit == 0
    todo = Todo.objects.get(code="ordering.pay")
    assert (todo.params["missing"], todo.role, todo.state) == ("400,000.00", "dealer_finance", "open")
    assert Todo.objects.get(code="ordering.submit").state == "done"
    assert code(lambda: services.confirm(plan=plan, actor=people["ops"], now=at(13))) == "waits_for_money"

    jobs_before = Job.objects.count()
    payment = ledger.Payment(network.d1.pk, Decimal(400_000), date(2026, 7, 13), "B2")
    ledger.record_payment(payment=payment, actor=SYSTEM, now=at(13))
    assert Job.objects.count() == jobs_before + 1
    services.fund_blocked(dealer_id=network.d1.pk, actor=SYSTEM, now=at(13))
    assert states(plan) == [("funded", 0), ("funded", 0)]
    assert Todo.objects.get(code="ordering.pay").state == "done"

    plan = services.confirm(plan=plan, actor=people["ops"], now=at(14))
    assert states(plan) == [("confirmed", 0), ("confirmed", 0)]
    assert set(plan.lines.values_list("promised_on", flat=True)) == {date(2026, 7, 24)}
    book = Book(network.d1.pk)
    assert accounts.balance(book=book, kind=AccountKind.DEPOSIT) == 0
    assert accounts.balance(book=book, kind=AccountKind.VEHICLES) == 1_000_000
    assert accounts.trial_balance() == {"CNY": 0}


def test_a_payment_asks_for_the_job_that_pays_blocked_lines(put, submitted, run_jobs, monkeypatch) -> None:
    monkeypatch.setattr("apps.ordering.handlers.timezone.now", lambda: at(13))
    put(1_000_000, day=13)
    assert run_jobs() == 1
    assert states(submitted) == [("funded", 0), ("funded", 0)]


def test_wallet_then_deposit_then_credit_pay_a_line(put, drafted, people, network) -> None:
    put(350_000)
    book = Book(network.d1.pk)
    lines = transfer(AccountKind.REBATE_COST, AccountKind.REBATE_WALLET, Decimal(100_000))
    draft = Draft("w", book, EntryKind.PAYOUT, lines, date(2026, 7, 1))
    ledger.post(draft=draft, actor=SYSTEM, now=at(10))
    credit = ledger.open_account(book=book, kind=AccountKind.CREDIT_LINE, now=at(10))
    ledger.set_limit(account=credit, limit_amount=Decimal(200_000), reason="x", actor=SYSTEM, now=at(10))
    services.report(plan=drafted, actor=people["am"], now=at(11))
    plan = services.submit(plan=drafted, actor=people["gm"], now=at(12))
    assert states(plan) == [("funded", 0), ("blocked", 350_000)]
    held = Hold.objects.order_by("pk").values_list("account__kind", "amount")
    assert list(held) == [("rebate_wallet", 100_000), ("deposit", 350_000), ("credit_line", 150_000)]
    assert accounts.funds([network.d1.pk])[network.d1.pk].total == 50_000


def test_lines_change_before_the_cut_off_and_not_after(put, submitted, people, client_of, d1_gm) -> None:
    first, second = submitted.lines.order_by("number")
    change = {first.pk: (5, ""), second.pk: (4, "")}
    saving = {"plan": submitted, "quantities": change, "actor": people["gm"]}
    with pytest.raises(DomainError) as caught:
        services.save_lines(now=at(12, 20), **saving)
    assert list(caught.value.fields) == [f"reason_{first.pk}"]
    change[first.pk] = (5, "展厅满了")
    services.save_lines(now=at(12, 20), **saving)
    first.refresh_from_db()
    assert (first.quantity, first.reason) == (5, "展厅满了")
    told = queries.amendments(submitted, actor=people["gm"])[0]
    assert (told.before, told.after) == (["M1 × 6"], ["M1 × 5 (展厅满了)"])
    event = AuditEvent.objects.filter(action="ordering.plan").latest("pk")
    assert (event.before["lines"][0], event.after["lines"][0]) == ("M1 × 6", "M1 × 5 (展厅满了)")
    other_tab = saving | {"quantities": {first.pk: (7, "团购")}, "seen": {first.pk: 6, second.pk: 4}}
    assert code(lambda: services.save_lines(now=at(12, 20), **other_tab)) == "stale", "it showed 6, now 5"
    client = client_of(d1_gm)
    with time_machine.travel(at(12, 20), tick=False):
        path = f"/ordering/{submitted.pk}/units/"
        assert f'name="seen_{first.pk}" value="5"' in client.get(path).content.decode()
        sent = {f"units_{first.pk}": 7, f"reason_{first.pk}": "团购", f"seen_{first.pk}": 6}
        sent |= {f"units_{second.pk}": 4, f"reason_{second.pk}": "", f"seen_{second.pk}": 4}
        assert "已被他人修改" in client.post(path, sent).content.decode()
    first.refresh_from_db()
    assert first.quantity == 5
    change[first.pk] = (9, "更多")
    assert code(lambda: services.save_lines(now=at(13, 0), **saving)) == "cut_off"
    first.refresh_from_db()
    assert first.quantity == 5
    wanted = services.Wanted(first.model_id, 1, PRICE)
    adding = {"plan": submitted, "wanted": wanted, "actor": people["gm"], "now": at(13, 0)}
    assert code(lambda: services.add_line(**adding)) == "cut_off"


def test_a_changed_line_gives_its_money_back_and_is_paid_anew(put, drafted, people, network) -> None:
    put(600_000)
    services.report(plan=drafted, actor=people["am"], now=at(11))
    plan = services.submit(plan=drafted, actor=people["gm"], now=at(12))
    first, second = plan.lines.order_by("number")
    smaller = {first.pk: (2, "少订"), second.pk: (4, "")}
    services.save_lines(plan=plan, quantities=smaller, actor=people["gm"], now=at(12))
    assert states(plan) == [("funded", 0), ("funded", 0)]
    account = Account.objects.get(kind=AccountKind.DEPOSIT)
    assert (account.held, account.balance) == (600_000, 600_000)
    none = {first.pk: (0, "不要了")}
    services.save_lines(plan=plan, quantities=none, actor=people["gm"], now=at(12))
    account.refresh_from_db()
    assert (account.held, states(plan)[0]) == (400_000, ("dropped", 0))


def test_what_is_left_on_an_account_counts_once_for_all_blocked_lines(put, submitted, people) -> None:
    put(100_000)
    services.fund_blocked(dealer_id=submitted.dealer_id, actor=SYSTEM, now=at(12))
    assert states(submitted) == [("blocked", 500_000), ("blocked", 400_000)]


def test_steps_keep_their_order_and_their_people(drafted, people, network, actor_of, d2_gm) -> None:
    assert code(lambda: services.submit(plan=drafted, actor=people["gm"], now=at(11))) == "state"
    assert code(lambda: services.report(plan=drafted, actor=people["gm"], now=at(11))) == "forbidden"
    services.report(plan=drafted, actor=people["am"], now=at(11))
    assert code(lambda: services.submit(plan=drafted, actor=people["am"], now=at(11))) == "forbidden"
    other = actor_of(d2_gm)
    assert code(lambda: services.submit(plan=drafted, actor=other, now=at(11))) == "forbidden"
    new = {"dealer": network.d1, "window": WINDOW, "now": at(11)}
    assert code(lambda: services.draft_plan(actor=other, **new)) == "not_found"
    assert services.draft_plan(actor=people["gm"], **new) == drafted
    drafted.refresh_from_db()
    assert drafted.state == "reported"


def test_an_empty_plan_is_not_reported_and_an_unsubmitted_one_lapses(network, people) -> None:
    plan = services.draft_plan(dealer=network.d1, window=WINDOW, actor=people["am"], now=at(10))
    assert code(lambda: services.report(plan=plan, actor=people["am"], now=at(11))) == "empty"
    assert services.follow(actor=SYSTEM, now=at(12)).lapsed == 0
    assert services.follow(actor=SYSTEM, now=at(13)).lapsed == 1
    plan.refresh_from_db()
    assert plan.state == "lapsed"
    assert code(lambda: services.report(plan=plan, actor=people["am"], now=at(13))) == "state"


def test_blocked_lines_are_given_up_when_the_money_day_is_over(put, drafted, people) -> None:
    put(600_000)
    services.report(plan=drafted, actor=people["am"], now=at(11))
    plan = services.submit(plan=drafted, actor=people["gm"], now=at(12))
    services.confirm(plan=plan, actor=people["ops"], now=at(15))
    assert [state for state, _missing in states(plan)] == ["confirmed", "dropped"]


def test_a_late_line_is_chased_until_it_arrived(put, submitted, people, network) -> None:
    put(1_000_000)
    services.fund_blocked(dealer_id=network.d1.pk, actor=SYSTEM, now=at(12))
    services.confirm(plan=submitted, actor=people["ops"], now=at(13))
    assert services.follow(actor=SYSTEM, now=at(23)).late == 0
    assert services.follow(actor=SYSTEM, now=at(24)).late == 2
    assert Todo.objects.filter(code="ordering.chase", state="open", role="account_manager").count() == 2
    first, second = submitted.lines.order_by("number")
    assert arrive(arrived={first.order_no: 6, second.order_no: 1}, actor=SYSTEM, now=at(25)) == 2
    assert arrive(arrived={first.order_no: 6, second.order_no: 1}, actor=SYSTEM, now=at(25)) == 0
    assert Todo.objects.filter(code="ordering.chase", state="open").count() == 1
    row = {"dealer_id": network.d1.pk, "order_no": second.order_no, "shipped_on": date(2026, 7, 20)}
    rows = [{**row, "external_id": f"S{each}", "colour": "白"} for each in range(4)]
    inventory.announce_shipments(rows=rows, source="maker", actor=SYSTEM, now=at(25))
    Shipment.objects.update(arrived_on=date(2026, 7, 26))
    services.follow(actor=SYSTEM, now=at(26))
    submitted.refresh_from_db()
    assert (submitted.state, [state for state, _ in states(submitted)]) == ("closed", ["arrived", "arrived"])


def test_the_desk_and_the_money_needed(put, submitted, people, network, model) -> None:
    put(600_000, day=12)
    services.fund_blocked(dealer_id=network.d1.pk, actor=SYSTEM, now=at(12))
    services.draft_plan(dealer=network.d2, window=WINDOW, actor=people["am"], now=at(12))
    desk = queries.desk(actor=people["am"], on=date(2026, 7, 12))
    told = (desk.window.code, desk.dealers, desk.begun, desk.reported, desk.submitted, desk.blocked)
    assert told == ("2026-07-15", 2, 2, 1, 1, 1)
    assert desk.missing == 400_000
    assert queries.desk(actor=people["gm"], on=date(2026, 7, 12)).own == submitted
    rows, funds = queries.cash_need(actor=people["gm"], on=date(2026, 7, 12))
    told = [(str(row.starts_on), str(row.money_on), row.units, row.amount, row.held) for row in rows]
    assert told == [("2026-07-15", "2026-07-14", 10, 1_000_000, 600_000)]
    assert (rows[0].missing, rows[0].open) == (400_000, 0)
    (bought,) = queries.purchases(actor=people["ops"], on=date(2026, 7, 12))
    assert (bought["dealer__code"], bought["model_name"], bought["units"]) == ("D001", "M1", 10)
    assert queries.models_to_buy(actor=people["gm"], on=date(2026, 7, 12))[0]["amount"] == 1_000_000
    assert funds.total == 0


def test_duties_count_themselves_from_orders(put, submitted, network, am_1, people) -> None:
    """A1-09 reported and A1-08 submitted need both dealers of the unit; confirmation starts A1-10."""
    generating.generate(month=Month(2026, 7), now=at(1))
    counting.count(now=at(12, 12))
    rows = Duty.objects.filter(unit=network.area_1, nominal__day__in=(11, 12)).order_by("code")
    told = {row.code: (row.counted, row.needed, row.state) for row in rows if row.code in ("A1-08", "A1-09")}
    assert told == {"A1-08": (1, 2, "open"), "A1-09": (1, 2, "open")}
    put(1_000_000)
    services.fund_blocked(dealer_id=network.d1.pk, actor=SYSTEM, now=at(12))
    services.confirm(plan=submitted, actor=people["ops"], now=at(13))
    assert Duty.objects.get(code="A1-10").unit_id == network.area_1.pk


def test_pages_lead_from_the_draft_to_the_submission(
    network, model, client_of, am_1, d1_gm, monkeypatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(11))
    field, store = client_of(am_1), client_of(d1_gm)
    asked = {"dealer": "D001", "starts_on": "2026-07-15"}
    page = field.post("/ordering/new/", asked)
    url = page["Location"]
    assert "还没有行" in field.get(url).content.decode() or field.get(url).status_code == 200
    line = {"model": "M1", "quantity": "3", "price_amount": "100000", "colour": "白"}
    assert field.post(f"{url}add/", line).status_code == 302
    row = OrderLine.objects.get()
    assert (row.quantity, row.price_amount, row.order_no) == (3, 100_000, "D001-260715-1")
    units = {f"units_{row.pk}": "4", f"reason_{row.pk}": ""}
    assert field.post(f"{url}units/", units)["Location"] == url
    assert field.post(f"{url}report/").status_code == 302
    assert field.get(f"{url}submit/").status_code == 403
    assert store.post(f"{url}submit/").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.missing_amount, OrderPlan.objects.get().submitted_by) == (
        "blocked",
        400_000,
        str(d1_gm),
    )
    told = store.get(url).content.decode()
    assert "400,000.00" in told
    assert store.get("/ordering/lines/?_export=xlsx").status_code == 200
    assert "2026-07-15" in store.get("/ordering/money/").content.decode()
    assert store.get("/ordering/money/?_export=xlsx").status_code == 200
    assert "没有逾期" in store.get("/ordering/late/").content.decode()
    assert "白 × 4" in told


@pytest.mark.django_db(transaction=True)
def test_of_two_plans_submitted_at_once_one_gets_the_last_money(put, drafted, people, network, model) -> None:
    """Two connections want 1,000,000 each of 1,300,000: one plan is paid, the other says what is missing."""
    put(1_300_000)
    later = services.draft_plan(
        dealer=network.d1, window=window_of(date(2026, 7, 25), Terms()), actor=people["am"], now=at(11)
    )
    services.add_line(plan=later, wanted=services.Wanted(model.pk, 10, PRICE), actor=people["am"], now=at(11))
    plans = (drafted, later)
    for plan in plans:
        services.report(plan=plan, actor=people["am"], now=at(11))
    gate = threading.Barrier(2)

    def submit(plan: OrderPlan) -> None:
        gate.wait(20)
        services.submit(plan=plan, actor=people["gm"], now=at(12))
        connection.close()

    threads = [threading.Thread(target=submit, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    account = Account.objects.get(kind=AccountKind.DEPOSIT)
    assert (account.held, account.balance) == (1_000_000, 1_300_000)
    told = sorted({state for state, _missing in states(plan)}.pop() for plan in plans)
    assert told == ["blocked", "funded"]
    assert sum(line.missing_amount for line in OrderLine.objects.all()) == 700_000
