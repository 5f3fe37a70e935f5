"""People of the network and what they owe, plan, decide and write."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY

from apps.accounts import queries as accounts_queries
from apps.accounts.models import Delegation, RightsChange, User
from apps.accounts.rights import grants
from apps.accounts.sessions import VISITOR, SessionStore, handle_of
from apps.core.roles import Role
from apps.dealers.models import Dealer, OrgUnit
from apps.reports.models import Duty
from apps.sales.models import RetailDelivery
from apps.work import services as work
from apps.work.models import Approval, KeyAccount, Notice
from apps.work.queries.activities import About
from apps.work.rules.activities import Subject
from apps.work.services import activities, bulletins, findings, meetings
from tests.contract.marks import Owned, canary
from tests.factories import network as factory


def in_the_field(unit: OrgUnit) -> User:
    return factory.persona(f"field_{unit.code}", Role.ACCOUNT_MANAGER, unit=unit)


def field_work(dealer: Dealer, person: User, now: datetime) -> dict[str, Any]:
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


def duty(dealer: Dealer) -> Duty:
    """A duty of the dealer's general manager that may be reported as done by hand."""
    row = Duty.objects.filter(dealer=dealer, role=Role.DEALER_GENERAL, code="GS-10").get()
    Duty.objects.filter(pk=row.pk).update(note=canary(dealer, "DUTYNOTE"))
    return row


def delegation(user: User, mate: User, now: datetime) -> Delegation:
    day = now.date()
    return Delegation.objects.create(
        delegator=user, delegate=mate, roles=[], valid_from=day, valid_to=day, reason="", created_at=now
    )


def errands(owned: Owned, now: datetime) -> dict[str, Any]:
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


def change(user: User, now: datetime) -> RightsChange:
    """A change of a money role that waits for a second administrator."""
    wish = grants.Wish(allowed=False, reason="x")
    actor = accounts_queries.actor_for(user, on=now.date())
    return grants.change_grant(role=Role.HQ_FINANCE, action="sales.view", wish=wish, actor=actor, now=now)


def mark(dealer: Dealer) -> None:
    Dealer.objects.filter(pk=dealer.pk).update(
        name=canary(dealer, "NAME"),
        short_name=canary(dealer, "SHORT"),
        address=canary(dealer, "ADDRESS"),
        search_key=canary(dealer, "SEARCH").lower(),
    )
    dealer.refresh_from_db()


def name_users(user: User, dealer: Dealer) -> None:
    User.objects.filter(pk=user.pk).update(
        display_name=canary(dealer, "USER"), email=f"{canary(dealer, 'MAIL')}@example.com"
    )
    user.refresh_from_db()


def session(user: User, now: datetime) -> str:
    """An open session of a user, by the name pages give it."""
    store = SessionStore()
    store[SESSION_KEY] = user.pk
    store[VISITOR] = {"agent": f"CANARY-{user.username}-AGENT", "opened_at": now.isoformat()}
    store.save()
    return handle_of(str(store.session_key))
