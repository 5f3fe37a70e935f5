"""A policy's pages: the list, the bulletin with the life of a version, and every step of that life."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from apps.core import refusals
from apps.core.errors import DomainError
from apps.core.kit.pages import (
    Button,
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    ObjectFormPage,
    ObjectPage,
)
from apps.incentives import queries
from apps.incentives.filters.policies import PolicyFilter, ReceiptFilter
from apps.incentives.forms.policies import EndForm, NameForm, PublishForm, StartForm
from apps.incentives.policies import documents as policies
from apps.incentives.queries import choices
from apps.incentives.rules import words
from apps.incentives.services import drafting, publishing
from apps.incentives.tables import life
from apps.incentives.tables import policies as tables
from apps.work import queries as work


class PolicyList(ListPage):
    action = policies.VIEW_POLICIES
    title = _("Commercial policies")
    query = queries.documents.versions
    filterset = PolicyFilter
    table = tables.PolicyTable
    empty = _("No policy yet. “New policy” starts one: choose a rebate type and fill in its clause.")
    buttons = (Button(_("New policy"), "incentives:policy-start", policies.DRAFT, "plus", primary=True),)


class PolicyStart(FormPage):
    action = policies.DRAFT
    title = _("New policy")
    form_class = StartForm
    submit_label = _("Start drafting")

    def save(self, cleaned: dict[str, Any]) -> str:
        made = drafting.start_policy(**cleaned, actor=self.actor, now=timezone.now())
        return reverse("incentives:policy-edit", kwargs={"pk": made.pk})


class PolicyPage(ObjectPage):
    """A page about one version of a policy."""

    action = policies.VIEW_POLICIES
    query = queries.documents.versions

    @property
    def url(self) -> str:
        """The page of the version."""
        return reverse("incentives:policy-detail", kwargs={"pk": self.object.pk})

    def language(self) -> str:
        """The language asked for, else the reader's."""
        asked = self.request.GET.get("lang", "")
        return asked if asked in ("zh", "en") else get_language() or "zh-hans"


class PolicyDetail(PolicyPage, DetailPage):
    """The bulletin of a version, where it stands, and what comes next."""

    template_name = "incentives/policy_detail.html"

    def head_buttons(self) -> list[dict[str, Any]]:
        return [*life.buttons(self.object, self.actor), *super().head_buttons()]

    @cached_property
    def readiness(self) -> Any:
        """How far a version is on its way, for who may see that."""
        open_to = self.actor.may(policies.VIEW_DRAFTS)
        return queries.documents.readiness(self.object) if open_to else None

    def context(self) -> dict[str, Any]:
        version, lang = self.object, self.language()
        complete = self.readiness is None or not self.readiness.problems
        names = choices.measure_names(lang)
        found: dict[str, Any] = {
            "subtitle": life.subtitle(version),
            "articles": words.bulletin(version.read, lang, names) if complete else (),
            "standard": [text.text_zh if lang.startswith("zh") else text.text_en for text in self.standard],
            "english": not lang.startswith("zh"),
            "spoken": "zh-hans" if lang.startswith("zh") else "en",
            "unread": queries.documents.own_unread(actor=self.actor, version=version)
            if self.actor.may(policies.ACKNOWLEDGE)
            else (),
            "versions": queries.documents.versions_of(actor=self.actor, version=version),
        }
        if self.actor.may(policies.VIEW_RECEIPTS) and version.is_public:
            found["receipts"] = queries.documents.receipt_counts(actor=self.actor, version=version)
        return found | self.progress()

    def progress(self) -> dict[str, Any]:
        """What stands between a version and its publication, for who may see that."""
        if self.readiness is None:
            return {}
        approvals = list(work.approvals_of(actor=self.actor, target=self.object)[:3])
        return {
            "steps": life.steps(self.object, self.readiness, approvals),
            "advice": life.advice(self.object, self.readiness, approvals, self.actor),
            "readiness": self.readiness,
        }

    @cached_property
    def standard(self) -> Any:
        """The standard clauses."""
        return queries.documents.standard_texts()


class PolicyCopy(PolicyPage, ObjectFormPage):
    action = policies.DRAFT
    form_class = NameForm
    submit_label = _("Copy to a draft")

    def page_title(self) -> str:
        return str(_("Copy the policy “%(policy)s”") % {"policy": self.object})

    def initial(self) -> dict[str, Any]:
        return {"label_zh": self.object.policy.label_zh, "label_en": self.object.policy.label_en}

    def save(self, cleaned: dict[str, Any]) -> str:
        made = drafting.copy_policy(source=self.object, **cleaned, actor=self.actor, now=timezone.now())
        return reverse("incentives:policy-edit", kwargs={"pk": made.pk})


class PolicyNext(PolicyPage, ConfirmPage):
    action = policies.DRAFT
    question = _("Start the next version as a copy of this one? This one stays as it is until you publish.")
    submit_label = _("New version")
    success = _("The new version is a draft.")

    def act(self) -> str:
        made = drafting.new_version(source=self.object, actor=self.actor, now=timezone.now())
        return reverse("incentives:policy-edit", kwargs={"pk": made.pk})


class PolicyDiscard(PolicyPage, ConfirmPage):
    action = policies.DRAFT
    question = _("Give this draft up? It is kept in the trail, but nobody works on it any more.")
    submit_label = _("Give up")

    def act(self) -> str:
        drafting.discard_draft(version=self.object, actor=self.actor, now=timezone.now())
        return reverse("incentives:policy-list")


class PolicySubmit(PolicyPage, ConfirmPage):
    action = policies.DRAFT
    question = _(
        "Send this version to countersigning? Policy, finance and legal sign one after the other; you do not."
    )
    submit_label = _("Send to countersigning")
    success = _("Sent. The first to sign was told.")

    def act(self) -> str:
        publishing.submit(version=self.object, actor=self.actor, now=timezone.now())
        return self.url


class PolicyRecall(PolicyPage, ConfirmPage):
    action = policies.DRAFT
    question = _("Take this version back into drafting? Signatures given so far are void.")
    submit_label = _("Recall")

    def act(self) -> str:
        publishing.recall(version=self.object, actor=self.actor, now=timezone.now())
        return self.url


class PolicyPublish(PolicyPage, ObjectFormPage):
    action = policies.PUBLISH
    form_class = PublishForm
    submit_label = _("Publish")
    success = _("Published. The dealers it is for were told and asked to confirm.")

    def page_title(self) -> str:
        return str(_("Publish “%(policy)s”") % {"policy": self.object})

    def save(self, cleaned: dict[str, Any]) -> str:
        publishing.publish(version=self.object, **cleaned, actor=self.actor, now=timezone.now())
        return self.url


class PolicyEnd(PolicyPage, ObjectFormPage):
    action = policies.PUBLISH
    form_class = EndForm
    submit_label = _("Terminate")

    def page_title(self) -> str:
        return str(_("End “%(policy)s”") % {"policy": self.object})

    def save(self, cleaned: dict[str, Any]) -> str:
        publishing.end_policy(version=self.object, **cleaned, actor=self.actor, now=timezone.now())
        return self.url


class PolicyRead(PolicyPage):
    """Confirms having read a policy."""

    action = policies.ACKNOWLEDGE
    query = queries.documents.public_versions

    def post(self, *args: Any, **kwargs: Any) -> Any:
        try:
            count = publishing.acknowledge(version=self.object, actor=self.actor, now=timezone.now())
        except DomainError as error:
            refusals.notice(self.request, error)
            messages.error(self.request, str(error))
            return redirect(self.url)
        if count:
            text = ngettext("Confirmed for %(count)s store.", "Confirmed for %(count)s stores.", count)
            messages.success(self.request, text % {"count": count})
        return redirect(self.url)


class ReceiptList(ListPage):
    action = policies.VIEW_RECEIPTS
    filterset = ReceiptFilter
    table = tables.ReceiptTable
    empty = _("This version was sent to no dealer yet. It is sent when it is published.")

    @cached_property
    def version(self) -> Any:
        """The version, or 404."""
        return life.found(queries.documents.public_versions(actor=self.actor), self.kwargs["pk"])

    def page_title(self) -> str:
        return str(_("Who confirmed “%(policy)s”") % {"policy": self.version})

    def rows(self) -> Any:
        return queries.documents.receipts(actor=self.actor).filter(version=self.version)


class PolicyCompare(PolicyPage):
    """What changed between two versions, in words."""

    action = policies.VIEW_DRAFTS
    template_name = "incentives/policy_compare.html"

    def page_title(self) -> str:
        return str(_("What “%(policy)s” changes") % {"policy": self.object})

    def get(self, *args: Any, **kwargs: Any) -> Any:
        others = queries.documents.versions_of(actor=self.actor, version=self.object).exclude(
            pk=self.object.pk
        )
        asked = forms.IntegerField(required=False).to_python(self.request.GET.get("with") or None)
        other = others.filter(pk=asked).first() if asked else self.object.predecessor or others.first()
        lang = self.language()
        lines = (
            words.differences(other.read, self.object.read, lang, choices.measure_names(lang))
            if other
            else ()
        )
        return self.show(other=other, others=others, lines=lines)
