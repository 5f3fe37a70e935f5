"""What leaves the product: once, with the same number at every try, in no transaction, at a kind hour."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection

from apps.core.models import AuditEvent
from apps.work import channels, services
from apps.work.models import DigestItem, DigestRun, DigestTime, Message, NoticeProfile, Preference
from apps.work.services import sending

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Receiver:
    """The other side: keeps what arrives by its number, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.got: list[channels.Parcel] = []
        self.fails = 0
        self.refuses = False

    def send(self, parcel: channels.Parcel) -> str:
        self.got.append(parcel)
        if self.refuses:
            raise channels.Refused("unknown")
        if self.fails:
            self.fails -= 1
            raise channels.Unreachable("down")
        return f"got-{parcel.delivery_id}"


@pytest.fixture
def receiver(settings, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """E-mail is set up and leads to the receiver; nobody rings a worker."""
    settings.MESSAGE_CHANNELS = {"email": "the receiver"}
    made = Receiver()
    monkeypatch.setattr(channels, "channel", lambda code: made)
    monkeypatch.setattr(sending, "ring", lambda: None)
    return made


def tell(now, *users, key="k") -> int:
    people = [user.pk for user in users]
    return services.notify(
        notice="test.told", recipients=people, key=key, params={"what": "It"}, url="/somewhere/", now=now
    )


def at_once(user) -> None:
    user.email = f"{user.username}@example.com"
    user.save()
    Preference.objects.create(user=user, code="test.told", channel="email", mode="now")


def send(now) -> int:
    return services.send_due(clock=lambda: now)


def test_who_wants_to_be_told_at_once_gets_one_message(kinds, receiver, am_1, reg_a, now) -> None:
    at_once(am_1)
    tell(now, am_1, reg_a)
    tell(now, am_1, reg_a)
    assert send(now) == 1
    assert send(now) == 0
    (parcel,) = receiver.got
    assert (parcel.to, parcel.subject) == ("am_1@example.com", "Told")
    assert parcel.body == "It happened\nhttp://localhost:8000/somewhere/"
    row = Message.objects.get()
    assert (row.state, row.attempts, row.receipt, row.sent_at) == ("sent", 1, f"got-{row.pk}", now)


def test_a_failed_try_is_repeated_with_the_same_number_and_longer_pauses(kinds, receiver, am_1, now) -> None:
    at_once(am_1)
    tell(now, am_1)
    receiver.fails = 2
    assert send(now) == 0
    assert send(now + timedelta(seconds=59)) == 0
    assert len(receiver.got) == 1
    assert send(now + timedelta(seconds=60)) == 0
    assert send(now + timedelta(seconds=179)) == 0
    assert send(now + timedelta(seconds=180)) == 1
    assert len({parcel.delivery_id for parcel in receiver.got}) == 1
    assert len(receiver.got) == 3
    assert Message.objects.get().attempts == 3


def test_after_eight_tries_it_is_given_up_and_told(kinds, receiver, am_1, now) -> None:
    at_once(am_1)
    tell(now, am_1)
    receiver.fails = 100
    for hour in range(40):
        send(now + timedelta(hours=hour))
    row = Message.objects.get()
    assert (row.state, row.attempts, row.error) == ("failed", 8, "Unreachable: down")
    assert len(receiver.got) == 8


def test_what_is_refused_or_has_no_address_is_not_tried_again(kinds, receiver, am_1, reg_a, now) -> None:
    at_once(am_1)
    Preference.objects.create(user=reg_a, code="test.told", channel="email", mode="now")
    tell(now, am_1, reg_a)
    receiver.refuses = True
    assert send(now) == 0
    errors = dict(Message.objects.values_list("user__username", "error"))
    assert errors == {"am_1": "unknown", "reg_a": "no address"}
    assert set(Message.objects.values_list("state", flat=True)) == {"failed"}
    assert len(receiver.got) == 1


def test_a_sender_that_died_leaves_nothing_behind(kinds, receiver, am_1, now) -> None:
    """Taken but never noted: after the hold another sender repeats it with the same number."""
    at_once(am_1)
    tell(now, am_1)
    (taken,) = sending.take(now=now)
    assert send(now + timedelta(minutes=4)) == 0
    assert receiver.got == []
    assert send(now + timedelta(minutes=5)) == 1
    assert receiver.got[0].delivery_id == str(taken.pk)


def test_a_sender_that_was_overtaken_writes_nothing(kinds, receiver, am_1, now) -> None:
    at_once(am_1)
    tell(now, am_1)
    (slow,) = sending.take(now=now)
    assert send(now + timedelta(minutes=6)) == 1
    sending._note(slow, state="failed", error="late", now=now)
    assert Message.objects.get().state == "sent"


def test_two_senders_never_hold_the_same_message(kinds, receiver, am_1, reg_a, now) -> None:
    at_once(am_1)
    at_once(reg_a)
    tell(now, am_1, reg_a)
    first = {row.pk for row in sending.take(now=now)}
    assert len(first) == 2
    assert not sending.take(now=now)


def test_quiet_hours_hold_a_message_back_until_they_end(kinds, receiver, am_1, now) -> None:
    at_once(am_1)
    NoticeProfile.objects.create(user=am_1, quiet_from=time(22), quiet_to=time(7, 30))
    night = datetime(2026, 7, 12, 23, 0, tzinfo=SHANGHAI)
    tell(night, am_1)
    assert Message.objects.get().due_at == datetime(2026, 7, 13, 7, 30, tzinfo=SHANGHAI)
    assert send(night) == 0
    assert send(datetime(2026, 7, 13, 7, 30, tzinfo=SHANGHAI)) == 1


def test_a_digest_is_one_message_for_each_person_with_what_is_unread(
    kinds, receiver, am_1, reg_a, now, actor_of
) -> None:
    for user in (am_1, reg_a):
        user.email = f"{user.username}@example.com"
        user.save()
    for number in range(3):
        tell(now, am_1, reg_a, key=f"k{number}")
    assert DigestItem.objects.count() == 6
    assert Message.objects.count() == 0
    services.mark_read(actor=actor_of(reg_a), now=now)
    tell(now, reg_a, key="k9")

    later = datetime(2026, 7, 12, 11, 2, tzinfo=SHANGHAI)
    run = services.make_digest(now=later)
    assert (run.slot_at, run.messages) == (datetime(2026, 7, 12, 11, tzinfo=SHANGHAI), 2)
    assert services.make_digest(now=later + timedelta(minutes=5)) is None
    assert send(later) == 2
    bodies = {parcel.to: (parcel.subject[:16], parcel.body.count("It happened")) for parcel in receiver.got}
    assert bodies == {
        "am_1@example.com": ("DealerOps：3 条新通知", 3),
        "reg_a@example.com": ("DealerOps：1 条新通知", 1),
    }
    assert not DigestItem.objects.filter(message=None).exists()

    tell(later, am_1, key="late")
    afternoon = datetime(2026, 7, 12, 14, 0, tzinfo=SHANGHAI)
    assert services.make_digest(now=afternoon).messages == 1
    assert send(afternoon) == 1


def test_a_digest_missed_while_nothing_ran_is_made_up_for_once(kinds, receiver, am_1, now) -> None:
    tell(now, am_1)
    next_morning = datetime(2026, 7, 13, 7, 0, tzinfo=SHANGHAI)
    assert services.make_digest(now=next_morning).slot_at == datetime(2026, 7, 12, 18, tzinfo=SHANGHAI)
    assert services.make_digest(now=next_morning) is None
    assert DigestRun.objects.count() == 1


def test_digest_times_are_what_the_administrator_sets(kinds, receiver, am_1, now) -> None:
    assert [f"{row.at:%H:%M}" for row in DigestTime.objects.all()] == ["08:00", "11:00", "14:00", "18:00"]
    DigestTime.objects.all().update(active=False)
    assert services.make_digest(now=now) is None
    DigestTime.objects.create(at=time(9, 30))
    assert services.make_digest(now=now).slot_at == datetime(2026, 7, 12, 9, 30, tzinfo=SHANGHAI)


def test_nothing_waits_for_a_channel_that_is_not_set_up(kinds, settings, am_1, now) -> None:
    settings.MESSAGE_CHANNELS = {"email": ""}
    at_once(am_1)
    tell(now, am_1)
    assert (Message.objects.count(), DigestItem.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction(kinds, settings, monkeypatch, network, am_1, now) -> None:
    settings.MESSAGE_CHANNELS = {"email": "spy"}
    inside: list[bool] = []

    class Spy:
        def send(self, parcel: channels.Parcel) -> str:
            inside.append(connection.in_atomic_block)
            return "ok"

    monkeypatch.setattr(channels, "channel", lambda code: Spy())
    monkeypatch.setattr(sending, "ring", lambda: None)
    at_once(am_1)
    tell(now, am_1)
    assert send(now) == 1
    assert inside == [False]


def test_an_e_mail_carries_its_delivery_number(kinds, settings, monkeypatch, am_1, now) -> None:
    settings.MESSAGE_CHANNELS = {"email": "apps.work.channels.EmailChannel"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(sending, "ring", lambda: None)
    at_once(am_1)
    tell(now, am_1)
    assert send(now) == 1
    (sent,) = mail.outbox
    number = str(Message.objects.get().pk)
    assert sent.extra_headers["X-Delivery-Id"] == number
    assert sent.extra_headers["Message-ID"] == f"<{number}@localhost>"


def test_preferences_are_kept_and_in_the_trail(client_of, am_1, now) -> None:
    browser = client_of(am_1)
    sent = {"work.task:portal": "off", "quiet_from": "22:00", "quiet_to": "07:00", "mobile": "13812345678"}
    assert browser.post("/work/preferences/", sent).status_code == 302
    profile = NoticeProfile.objects.get(user=am_1)
    assert (profile.quiet_from, profile.quiet_to) == (time(22), time(7))
    assert (str(profile.mobile), profile.mobile.reveal()) == ("138****5678", "13812345678")
    assert Preference.objects.get(user=am_1).mode == "off"
    event = AuditEvent.objects.get(action="work.prefer")
    assert "13812345678" not in str(event.after)
    half = browser.post("/work/preferences/", {"quiet_from": "22:00"})
    assert half.status_code == 422
    assert NoticeProfile.objects.get(user=am_1).quiet_to == time(7)
