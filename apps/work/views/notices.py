"""The bell, what one was told, and how one wants to be told."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, FormPage, ListPage, Page, SimplePage
from apps.work import policies, queries, services
from apps.work.filters.notices import MessageFilter, NoticeFilter
from apps.work.forms.work import PreferenceForm
from apps.work.tables import work as tables

LATEST = 8


class Bell(SimplePage):
    """The number at the bell, asked again every minute."""

    action = policies.VIEW
    template_name = "work/_bell.html"

    def context(self) -> dict[str, Any]:
        return {"unread": queries.unread(actor=self.actor)}


class BellLatest(SimplePage):
    """The newest notices under the bell."""

    action = policies.VIEW
    template_name = "work/_latest.html"

    def context(self) -> dict[str, Any]:
        return {"notices": tables.lines(queries.own_notices(actor=self.actor)[:LATEST])}


class NoticeList(ListPage):
    """Everything one was told."""

    action = policies.VIEW
    title = _("Notices")
    query = queries.own_notices
    filterset = NoticeFilter
    table = tables.NoticeTable
    template_name = "work/notice_list.html"
    empty = _("Nothing yet. What concerns you appears here and at the bell.")
    buttons = (Button(_("How I am told"), "work:preferences", policies.VIEW, "settings"),)

    def context(self) -> dict[str, Any]:
        return {"unread": queries.unread(actor=self.actor)}


class NoticeOpen(Page):
    """Leads to what a notice is about, and takes note that it was read."""

    action = policies.VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = queries.own_notices(actor=self.actor).filter(pk=pk).first()
        if notice is None:
            raise Http404
        if not self.actor.viewer:
            services.mark_read(actor=self.actor, now=timezone.now(), notice=notice)
        inside = notice.url.startswith("/") and url_has_allowed_host_and_scheme(notice.url, None)
        return redirect(notice.url if inside else reverse("work:notice-list"))


class NoticesRead(Page):
    """Marks everything as read."""

    action = policies.VIEW

    def post(self, request: HttpRequest) -> HttpResponse:
        services.mark_read(actor=self.actor, now=timezone.now())
        return redirect("work:notice-list")


class Preferences(FormPage):
    """How one is told of what, when there is quiet, and where messages go."""

    action = policies.VIEW
    title = _("How I am told")
    template_name = "work/preferences.html"
    form_class = PreferenceForm
    success = _("Saved.")

    def form_options(self) -> dict[str, Any]:
        return {
            "chosen": queries.own_preferences(actor=self.actor),
            "profile": queries.own_profile(actor=self.actor),
            "channels": queries.open_channels(),
        }

    def save(self, cleaned: dict[str, Any]) -> str:
        services.prefer(
            modes=cleaned["modes"],
            quiet=(cleaned["quiet_from"], cleaned["quiet_to"]),
            mobile=cleaned["mobile"],
            wecom_id=cleaned["wecom_id"],
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("work:preferences")


class MessageList(ListPage):
    """The outbox: what was sent to whom, when, and what came of it."""

    action = policies.OVERSEE
    title = _("Messages sent")
    query = queries.messages
    filterset = MessageFilter
    table = tables.MessageTable
    empty = _("Nothing was sent yet. Set up e-mail, text messages or WeCom in the environment.")
