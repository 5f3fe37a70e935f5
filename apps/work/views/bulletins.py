from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage
from apps.work.filters.bulletins import BulletinFilter
from apps.work.forms.bulletins import BulletinForm
from apps.work.policies import bulletins as policies
from apps.work.queries import bulletins as queries
from apps.work.services import bulletins as services
from apps.work.tables import bulletins as tables

MOST_SHOWN = 200


class BulletinList(ListPage):
    action = policies.VIEW
    title = _("Bulletins")
    query = queries.bulletins
    filterset = BulletinFilter
    table = tables.BulletinTable
    empty = _("No bulletin yet.")
    buttons = (Button(_("Publish"), "work:bulletin-publish", policies.PUBLISH, "speakerphone", True),)


class PublishBulletin(FormPage):
    action = policies.PUBLISH
    title = _("Publish a bulletin")
    form_class = BulletinForm
    submit_label = _("Publish")
    success = _("The bulletin is published.")

    def initial(self) -> dict[str, Any]:
        return {"read_by_on": timezone.localdate(), "audience": "both"}

    def save(self, cleaned: dict[str, Any]) -> str:
        row = services.publish_bulletin(draft=services.Draft(**cleaned), actor=self.actor, now=timezone.now())
        return reverse("work:bulletin-detail", kwargs={"pk": row.pk})


class BulletinDetail(DetailPage):
    """The bulletin; its readers confirm it here, its publishers see who has not."""

    action = policies.VIEW
    query = queries.bulletins
    template_name = "work/bulletin_detail.html"
    history_tab = False

    def context(self) -> dict[str, Any]:
        row = self.object
        over = queries.is_over(actor=self.actor, bulletin=row)
        receipts = queries.receipts(actor=self.actor, bulletin=row)
        return {
            "over": over,
            "late": row.read_by_on < timezone.localdate(),
            "read": row.sent - row.unread,
            "receipts": tables.ReceiptTable(receipts[:MOST_SHOWN]) if over else None,
            "more": over and row.sent > MOST_SHOWN,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        services.confirm_bulletin(bulletin=self.object, actor=self.actor, now=timezone.now())
        messages.success(request, _t("Thank you. Your reading is confirmed."))
        return redirect("work:bulletin-list")
