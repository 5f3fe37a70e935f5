"""Personal canaries sent through the product, and every place searched where they could come out again."""

from __future__ import annotations

import io
import json
import logging
import random
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from apps.accounts import entrance
from apps.accounts.rights import actors
from apps.core import gate, pii
from apps.core.access import Actor
from apps.core.logging import JsonFormatter, MaskedReports
from apps.core.models import AuditEvent
from apps.dealers.models import Dealer, DealerContact
from proofs.arena import Report

REASON = {"reason": "proof of masking"}


class Canaries:
    """Contact persons with numbers and addresses that stand nowhere else, entered as people do."""

    def __init__(self, rng: random.Random, keeper: Client, dealers: Sequence[Dealer]) -> None:
        self.clear: list[str] = []
        for nth, dealer in enumerate(dealers):
            mobile = f"13{rng.randrange(10**8, 10**9)}"
            email = f"canary{rng.randrange(10**9)}@example.com"
            given = {"role": "sales", "name": f"金丝雀{nth}", "mobile": mobile, "email": email}
            keeper.post(reverse("dealers:contact-create", args=[dealer.pk]), given)
            self.clear += [mobile, email, given["name"]]
        self.contacts = list(DealerContact.objects.order_by("pk"))

    def found_in(self, content: bytes) -> list[str]:
        """The canaries in an answer, also inside of workbooks."""
        texts = [content]
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                texts = [book.read(name) for name in book.namelist()]
        escaped = {clear: clear.encode("unicode_escape") for clear in self.clear}
        return [
            clear
            for clear in self.clear
            for text in texts
            if clear.encode() in text or (not clear.isascii() and escaped[clear] in text)
        ]


def search_all(report: Report, rng: random.Random, *, keeper: str, readers: Sequence[str]) -> None:
    """Enter canaries, do everything one may do with them, and look for them in every place."""
    with _listening() as log:
        hands = browser(keeper)
        canaries = Canaries(rng, hands, list(Dealer.objects.order_by("pk")[:3]))
        report.expect(len(canaries.contacts) == 3, "the canaries were not entered")
        _use(report, canaries, hands)
        _read(report, canaries, [*readers, keeper])
        _fail(canaries)
    lines = "\n".join(log)
    report.expect("canary failure" in lines, "the log was not heard")
    report.expect(not canaries.found_in(lines.encode()), "a log line holds clear data")
    _stores(report, canaries)
    _reports(report, canaries)


def browser(name: str) -> Client:
    """The browser of a user."""
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.get(username=name))
    session = client.session
    session[entrance.VERIFIED] = "proof"  # the whole way in, second factor included
    session.save()
    return client


def _use(report: Report, canaries: Canaries, hands: Client) -> None:
    """A reason opens exactly one person; change and refusal show masks."""
    first = canaries.contacts[0]
    url = reverse("dealers:contact-reveal", args=[first.pk])
    before = AuditEvent.objects.filter(action="dealers.reveal_contact").count()
    report.expect(len(set(canaries.found_in(hands.post(url, REASON).content))) == 3, "a reason opens nothing")
    written = AuditEvent.objects.filter(action="dealers.reveal_contact").count() - before
    report.expect(written == 1, f"looking at clear data left {written} events")
    report.expect(not canaries.found_in(hands.post(url, {"reason": ""}).content), "opened without a reason")
    change = reverse("dealers:contact-change", args=[first.pk])
    for answer in (hands.get(change), hands.post(change, {"role": "sales", "email": "wrong"})):
        report.expect(not canaries.found_in(answer.content), "the form of a change shows clear data")


def _read(report: Report, canaries: Canaries, names: Sequence[str]) -> None:
    """Every page, export and endpoint that shows persons or events, as each reader, open to who may read.

    Whoever may read everything comes last, because reading leaves events that must be read too.
    """
    opened = set()
    for name in names:
        client = browser(name)
        reader = actors.actor_for(get_user_model().objects.get(username=name), on=timezone.localdate())
        for url, dealer_id in _addresses(canaries):
            answer, wanted = client.get(url), _may_read(reader, url, dealer_id)
            found = canaries.found_in(answer.content)
            report.expect(not found, f"{name} reads {found} at {url}")
            right = answer.status_code == 200 if wanted else answer.status_code in (403, 404)
            report.expect(right, f"{name} is answered {answer.status_code} at {url}")
            opened |= {url} if answer.status_code == 200 else set()
    never = {url for url, _dealer in _addresses(canaries)} - opened
    report.expect(not never, f"nobody could read {sorted(never)}, so nothing was searched there")
    masks = {str(contact.mobile).encode() for contact in canaries.contacts}
    shown = browser(names[-1]).get(reverse("dealers:contact-list")).content
    report.expect(all(mask in shown for mask in masks), "the list does not show the persons it masks")


def _may_read(reader: Actor, url: str, dealer_id: int | None) -> bool:
    """Whether the reader holds the right an address asks for, over the dealer it is about."""
    (code,) = gate.asked_by(resolve(urlsplit(url).path).func, "GET") or {""}
    return reader.may(code) and (dealer_id is None or reader.narrowed(code).scope.holds_dealer(dealer_id))


def _addresses(canaries: Canaries) -> Iterator[tuple[str, int | None]]:
    """What is read, with the dealer it is about."""
    listed, audit = reverse("dealers:contact-list"), reverse("core:audit-list")
    search, api = reverse("portal:search"), reverse("dealer-contact-list")
    first = canaries.contacts[0]
    for url in (listed, f"{listed}?_export=xlsx", f"{listed}?sort=-role", f"{listed}?q={first.mobile}", api):
        yield url, None
    for url in (audit, f"{audit}?_export=xlsx", reverse("audit-event-list")):
        yield url, None
    for contact in canaries.contacts:
        here = reverse("dealers:dealer-detail", args=[contact.dealer_id])
        for url in (
            f"{here}?tab=contacts",
            f"{here}?tab=changes",
            reverse("portal:dealer", args=[contact.dealer.code]),
            reverse("dealers:contact-reveal", args=[contact.pk]),
            reverse("dealer-contact-detail", args=[contact.pk]),
        ):
            yield url, contact.dealer_id
        yield f"{search}?q={contact.dealer.code}", None
    for event in AuditEvent.objects.filter(object_type="dealers.dealercontact"):
        yield reverse("core:audit-detail", args=[event.pk]), None
        yield reverse("audit-event-detail", args=[event.pk]), None


def _fail(canaries: Canaries) -> None:
    """A defect that drags personal numbers into the log."""
    log = logging.getLogger("apps.proof")
    contact = canaries.contacts[0]
    try:
        raise ValueError(f"canary failure {contact.mobile} {canaries.clear[0]}")
    except ValueError:
        log.exception("tried %s and %s", canaries.clear[0], canaries.clear[1])


def _stores(report: Report, canaries: Canaries) -> None:
    """The rows of all tables, and everything the broker and cache hold."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" AS t")
            found = canaries.found_in(cursor.fetchone()[0].encode())
            report.expect(not found, f"table {table} holds {found}")
    store = redis.Redis.from_url(settings.REDIS_URL.replace("redis+socket://", "unix://"))
    kept = b"\n".join(store.dump(key) or b"" for key in store.scan_iter())
    report.expect(not canaries.found_in(kept), "the broker holds clear data")


def _reports(report: Report, canaries: Canaries) -> None:
    """What an error mail would show of a request."""
    request = (
        Client(SERVER_NAME="localhost")
        .post("/x", {"mobile": canaries.clear[0], "email": canaries.clear[1]})
        .wsgi_request
    )
    shown = json.dumps(MaskedReports().get_post_parameters(request))
    report.expect(not canaries.found_in(shown.encode()), "an error report holds clear data")


@contextmanager
def _listening() -> Iterator[list[str]]:
    """The lines the product's log writes meanwhile."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    ear = Ear(logging.DEBUG)
    ear.setFormatter(JsonFormatter())
    names = ("", "django", "apps")
    for name in names:
        logging.getLogger(name).addHandler(ear)
    try:
        yield lines
    finally:
        for name in names:
            logging.getLogger(name).removeHandler(ear)


def unmasked(value: pii.Masked) -> str:
    """The planted defect: the text of a personal value is the value."""
    return value.reveal()
