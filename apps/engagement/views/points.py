from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.formats import label_of
from apps.core.kit.pages import (
    Button,
    ConfirmPage,
    DetailPage,
    ListPage,
    ObjectFormPage,
    SimplePage,
)
from apps.engagement import filters, forms, policies, queries, services, tables
from apps.engagement.rules import RedemptionState

DELIVERY = "sales.retaildelivery"


class Mine(SimplePage):
    """One's own points: what may be spent, what ends soon, what brings more."""

    action = policies.VIEW
    title = _("My points")
    template_name = "engagement/mine.html"
    buttons = (Button(_("Catalogue of gifts"), "engagement:catalogue", policies.VIEW, "gift", True),)

    def context(self) -> dict[str, Any]:
        today = timezone.localdate()
        wallet = queries.wallet(actor=self.actor, on=today)
        own = queries.redemptions(actor=self.actor).filter(person=self.actor.user_id)
        return {
            "wallet": wallet,
            "lots": tables.LotTable(wallet.lots),
            "movements": tables.MineTable(wallet.movements),
            "rules": [(each, label_of(each)) for each in queries.rules_on(actor=self.actor, on=today)],
            "redemptions": tables.RedemptionTable(own.order_by("-pk")[:5]),
        }


class Catalogue(SimplePage):
    """What points are redeemed for."""

    action = policies.VIEW
    title = _("Catalogue of gifts")
    template_name = "engagement/catalogue.html"
    buttons = (
        Button(_("My points"), "engagement:mine", policies.VIEW, "coins"),
        Button(_("Gifts and stock"), "engagement:gift-list", policies.MANAGE, "settings"),
    )

    def context(self) -> dict[str, Any]:
        wallet = queries.wallet(actor=self.actor, on=timezone.localdate(), shown=0)
        offered = queries.gifts(actor=self.actor).filter(active=True).order_by("points", "code")
        return {"wallet": wallet, "gifts": offered, "may_redeem": self.actor.may(policies.REDEEM)}


class Redeem(ObjectFormPage):
    """Redeems points for a gift."""

    action = policies.REDEEM
    query = queries.gifts
    form_class = forms.RedeemForm
    submit_label = _("Redeem")
    success = _("The points are held; the desk hands the gift out.")

    def page_title(self) -> str:
        return f"{_('Redeem')} · {label_of(self.object)}"

    def context(self) -> dict[str, Any]:
        wallet = queries.wallet(actor=self.actor, on=timezone.localdate(), shown=0)
        text = _("%(points)s points each; you have %(available)s.")
        return {"subtitle": text % {"points": self.object.points, "available": f"{wallet.available:,.0f}"}}

    def initial(self) -> dict[str, Any]:
        assert self.actor.user_id is not None
        place = queries.place_of(self.actor.user_id, on=timezone.localdate())
        return {"key": uuid.uuid4(), "deliver_to": place, "units": 1}

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.redeem(
            gift=self.object,
            units=cleaned["units"],
            deliver_to=cleaned["deliver_to"],
            key=str(cleaned["key"]),
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("engagement:redemption-detail", kwargs={"pk": made.pk})


class RedemptionList(ListPage):
    """One's own redemptions; of everybody for the desk."""

    action = policies.VIEW
    title = _("Redemptions")
    query = queries.redemptions
    filterset = filters.RedemptionFilter
    table = tables.RedemptionTable
    empty = _("Nothing was redeemed yet. Open the catalogue of gifts.")
    buttons = (Button(_("Catalogue of gifts"), "engagement:catalogue", policies.VIEW, "gift", True),)


class RedemptionDetail(DetailPage):
    action = policies.VIEW
    query = queries.redemptions
    template_name = "kit/detail.html"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        row = self.object
        own = row.person_id == self.actor.user_id
        if row.state == RedemptionState.WAITING and own:
            return (Button(_("Cancel"), "engagement:redemption-cancel", policies.REDEEM, "x"),)
        if row.state == RedemptionState.WAITING:
            return (
                Button(_("Hand out"), "engagement:redemption-send", policies.DESK, "check", True),
                Button(_("Refuse"), "engagement:redemption-refuse", policies.DESK, "x"),
            )
        if row.state == RedemptionState.SENT and not own:
            return (
                Button(_("Gift came back"), "engagement:redemption-return", policies.DESK, "arrow-back-up"),
            )
        return ()

    def context(self) -> dict[str, Any]:
        return {"blocks": tables.facts_of_redemption(self.object)}


class RedemptionCancel(ConfirmPage):
    action = policies.REDEEM
    query = queries.redemptions
    question = _("The points are free again and the gift stays in stock.")
    submit_label = _("Cancel the redemption")
    success = _("The redemption is cancelled.")

    def act(self) -> str:
        services.cancel(redemption=self.object, actor=self.actor, now=timezone.now())
        return reverse("engagement:redemption-detail", kwargs={"pk": self.object.pk})


class RedemptionAnswer(ObjectFormPage):
    """The desk hands out."""

    action = policies.DESK
    query = queries.redemptions
    form_class: Any = forms.AnswerForm
    submit_label = _("Hand out")
    success = _("The points are spent; the person was told.")
    handed_out = True

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.answer(
            redemption=self.object,
            handed_out=self.handed_out,
            text=cleaned["answer"],
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("engagement:redemption-detail", kwargs={"pk": self.object.pk})


class RedemptionRefuse(RedemptionAnswer):
    form_class = forms.ReasonForm
    submit_label = _("Refuse")
    success = _("The points are free again; the person was told.")
    handed_out = False


class RedemptionReturn(RedemptionAnswer):
    form_class = forms.ReasonForm
    submit_label = _("Gift came back")
    success = _("The points are back where they came from.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.take_back(
            redemption=self.object, text=cleaned["answer"], actor=self.actor, now=timezone.now()
        )
        return reverse("engagement:redemption-detail", kwargs={"pk": self.object.pk})
