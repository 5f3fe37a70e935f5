"""Webhooks: set up, given new secrets, switched, and what was sent to them with a replay."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import refusals
from apps.core.errors import DomainError
from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, add_domain_error
from apps.work import registry
from apps.work.filters.webhooks import DeliveryFilter
from apps.work.forms.webhooks import WebhookForm
from apps.work.policies.webhooks import OWN
from apps.work.queries import webhooks as queries
from apps.work.services import webhooks as services
from apps.work.tables import webhooks as tables

SHOWN = 20
SECRET = "work/webhook_secret.html"  # noqa: S105 - the name of a template


class WebhookList(ListPage):
    action = OWN
    title = _("Webhooks")
    query = queries.webhooks
    table = tables.WebhookTable
    empty = _("No webhook yet. Set one up to tell a system outside of statements and payments.")
    buttons = (
        Button(_("Set up a webhook"), "work:webhook-new", OWN, "plus", True),
        Button(_("Deliveries"), "work:delivery-list", OWN, "send"),
    )


class WebhookNew(FormPage):
    """Sets a webhook up and shows its secret once."""

    action = OWN
    title = _("Set up a webhook")
    form_class = WebhookForm
    submit_label = _("Create the webhook")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            given = dict(form.cleaned_data)
            given["dealer_id"] = given.pop("dealer")
            try:
                row, secret = services.create_webhook(**given, actor=self.actor, now=timezone.now())
            except DomainError as error:
                refusals.notice(request, error)
                add_domain_error(form, error)
            else:
                return self.show(SECRET, status=201, webhook=row, secret=secret)
        return self.show(status=422, form=form, submit_label=self.submit_label)


class WebhookDetail(DetailPage):
    action = OWN
    query = queries.webhooks
    template_name = "work/webhook_detail.html"
    buttons = (
        Button(_("New secret"), "work:webhook-rotate", OWN, "key"),
        Button(_("Switch on or off"), "work:webhook-switch", OWN, "power"),
    )

    def context(self) -> dict[str, Any]:
        row, words = self.object, registry.events()
        sent = queries.deliveries(actor=self.actor).filter(webhook=row).order_by("-pk")
        return {
            "badge": tables.webhook_badge(row),
            "events": [words.get(code, code) for code in row.events],
            "deliveries": tables.DeliveryTable(sent[:SHOWN]),
            "former": bool(row.former_until and row.former_until > timezone.now()),
        }


class WebhookRotate(ConfirmPage):
    action = OWN
    query = queries.webhooks
    question = _("Make a new secret? For a day deliveries carry signatures by both, so that nothing is lost.")
    submit_label = _("Make a new secret")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        secret = services.rotate_secret(webhook=self.object, actor=self.actor, now=timezone.now())
        return self.show(SECRET, status=201, webhook=self.object, secret=secret)


class WebhookSwitch(ConfirmPage):
    action = OWN
    query = queries.webhooks
    question = _("Switch this webhook on or off? What waits is sent when it is on again.")
    submit_label = _("Switch on or off")

    def act(self) -> str:
        row = self.object
        services.switch(webhook=row, active=not row.active, actor=self.actor, now=timezone.now())
        return reverse("work:webhook-detail", kwargs={"pk": row.pk})


class DeliveryList(ListPage):
    action = OWN
    title = _("Deliveries of webhooks")
    query = queries.deliveries
    filterset = DeliveryFilter
    table = tables.DeliveryTable
    empty = _("Nothing was sent yet. Deliveries appear when a subscribed event happens.")


class DeliveryDetail(DetailPage):
    action = OWN
    query = queries.deliveries
    template_name = "work/delivery_detail.html"
    buttons = (Button(_("Send again"), "work:delivery-replay", OWN, "refresh", True),)

    def page_title(self) -> str:
        return tables.event_text(self.object)

    def context(self) -> dict[str, Any]:
        row = self.object
        return {
            "badge": tables.delivery_badge(row),
            "payload": json.dumps(row.payload, ensure_ascii=False, indent=2, sort_keys=True),
        }


class DeliveryReplay(ConfirmPage):
    action = OWN
    query = queries.deliveries
    question = _("Send this delivery again? It keeps its number, so that the receiver knows a repetition.")
    submit_label = _("Send again")
    success = _("It is sent again.")

    def act(self) -> str:
        services.replay(delivery=self.object, actor=self.actor, now=timezone.now())
        return reverse("work:delivery-detail", kwargs={"pk": self.object.pk})
