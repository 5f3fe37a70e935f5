"""Meetings: inviting, answering, signing in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError
from apps.core.kit.pages import DetailPage, ListPage, ObjectFormPage, ObjectPage
from apps.work.filters.meetings import InvitationFilter
from apps.work.forms.meetings import InviteForm, ReplyForm
from apps.work.policies import activities as policies
from apps.work.queries import activities
from apps.work.queries import meetings as queries
from apps.work.services import meetings as services
from apps.work.tables import meetings as tables
from apps.work.tables.activities import activity_url


class Invite(ObjectFormPage):
    action = policies.RECORD
    title = _("Invite to the meeting")
    query = activities.own_activities
    form_class = InviteForm
    submit_label = _("Invite")

    def page_title(self) -> str:
        return str(self.title)

    def save(self, cleaned: dict[str, Any]) -> str:
        call = services.Call(**cleaned | {"names": cleaned["names"].splitlines()})
        done = services.invite(activity=self.object, call=call, actor=self.actor, now=timezone.now())
        said = _t("%(invited)d invited, %(listed)d more put on the list without an account.")
        messages.success(self.request, said % {"invited": done.invited, "listed": done.listed})
        return activity_url(self.object)


class SignIn(ObjectPage):
    """Somebody of the list is there."""

    action = policies.RECORD
    query = activities.own_activities

    def post(self, request: HttpRequest, pk: int, attendance: int) -> HttpResponse:
        services.sign_in(activity=self.object, attendance=attendance, actor=self.actor, now=timezone.now())
        return redirect(activity_url(self.object))


class InvitationList(ListPage):
    action = policies.INVITATIONS
    title = _("Invitations to meetings")
    query = queries.invitations
    filterset = InvitationFilter
    table = tables.InvitationTable
    empty = _("You are invited to no meeting.")


class InvitationDetail(DetailPage):
    """An invitation, made for the phone: what, when, where, and two buttons."""

    action = policies.INVITATIONS
    query = queries.invitations
    template_name = "work/invitation_detail.html"
    history_tab = False

    def page_title(self) -> str:
        return self.object.title or _t("Meeting")

    def context(self) -> dict[str, Any]:
        row = self.object
        return {
            "badge": tables.reply_badge(row),
            "may_answer": row.called_off_at is None and row.held_on >= timezone.localdate(),
        }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = ReplyForm(request.POST)
        form.is_valid()
        given = form.cleaned_data
        try:
            services.answer(
                invitation=self.object,
                coming=given.get("reply") == "coming",
                reason=given.get("reason", ""),
                actor=self.actor,
                now=timezone.now(),
            )
        except DomainError as error:
            return self.show(status=409, error=str(next(iter(error.fields.values()), error)))
        messages.success(request, _t("Thank you. Your answer is recorded."))
        return redirect("work:invitation-detail", pk=pk)
