"""The editor: the document as a form, and beside it its bulletin and an example, of the same document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.core import refusals
from apps.core.errors import DomainError
from apps.incentives import queries
from apps.incentives.forms import editor, simulator
from apps.incentives.forms.editor import Drawing
from apps.incentives.policies import documents as policies
from apps.incentives.queries import choices
from apps.incentives.rules import compliance, lifecycle, words
from apps.incentives.rules import document as documents
from apps.incentives.rules.declared import Problem
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.lifecycle import EDITABLE
from apps.incentives.rules.types import TYPES
from apps.incentives.services import drafting
from apps.incentives.tables import policies as tables
from apps.incentives.views.policies import PolicyPage


class PolicyEdit(PolicyPage):
    """Draws the draft as a form; a press on a button adds or removes rows, saving keeps it as it is."""

    action = policies.DRAFT
    template_name = "incentives/policy_edit.html"

    def page_title(self) -> str:
        return str(_("Edit “%(policy)s”") % {"policy": self.object})

    def get(self, *args: Any, **kwargs: Any) -> Any:
        if self.object.state not in EDITABLE:
            messages.warning(
                self.request, _("This version can no longer be changed. Make a new version instead.")
            )
            return redirect(self.url)
        return self.drawn(self.object.document, self.object.sha256)

    def post(self, *args: Any, **kwargs: Any) -> Any:
        given, expected = editor.read_document(self.request.POST), self.request.POST.get("sha256", "")
        op = self.request.POST.get("op", "")
        if op:
            return self.drawn(editor.reshape(given, op), expected, typed=True)
        try:
            row = drafting.save_draft(
                version=self.object, given=given, expected=expected, actor=self.actor, now=timezone.now()
            )
        except DomainError as error:
            refusals.notice(self.request, error)
            return self.drawn(given, self.object.sha256, error=str(error), status=409)
        _text, _digest, problems = lifecycle.checked(row.document)
        if problems:
            text = _("Saved as a draft. %(count)s places are still to be filled in.") % {
                "count": len(problems)
            }
            messages.warning(self.request, text)
            return self.drawn(row.document, row.sha256)
        messages.success(self.request, _("Saved. The document is complete."))
        return redirect(self.url)

    def drawn(
        self, given: dict[str, Any], sha256: str, *, typed: bool = False, error: str = "", status: int = 200
    ) -> Any:
        """The page with a document in its form."""
        text = {**given, "code": self.object.policy.code}
        _text, _digest, problems = lifecycle.checked(text)
        lang = tables.lang()
        drawing = Drawing(lang, choices.choices(actor=self.actor, lang=lang), () if typed else problems)
        return self.show(
            status=status,
            error=error,
            sha256=sha256,
            unsaved=typed,
            sections=sections(drawing, text),
            types=[(each.code, each.label.text(lang), each.help.text(lang)) for each in TYPES.values()],
            **preview(text, problems, self.request.POST, lang),
        )


def sections(drawing: Drawing, text: dict[str, Any]) -> dict[str, Any]:
    """The nodes of the document in the order in which people fill them in."""

    def some(*names: str) -> list[editor.Node]:
        return drawing.part(PolicyDocument, text, only=names)

    return {
        "basics": some("label", "term", "date_basis"),
        "clauses": some("components")[0],
        "eligibility": some("eligibility"),
        "money": some("budget", "stacking"),
        "payout": some("payout", "grace_days", "settle_after_days", "accepted_documents"),
        "clause": some("clause"),
    }


def preview(text: dict[str, Any], problems: Sequence[Problem], posted: Any, lang: str) -> dict[str, Any]:
    """The bulletin, the guard's findings and an example of what a document says, as far as it is complete."""
    if problems:
        return {"problems": [each.message.text(lang) for each in problems], "articles": ()}
    document = documents.read(text)
    names = choices.measure_names(lang)
    return {
        "articles": words.bulletin(document, lang, names),
        "findings": [
            {"level": each.level, "message": each.message.text(lang), "article": each.article.text(lang)}
            for each in compliance.findings(document, queries.documents.rules_in_force())
        ],
        **simulator.example(document, posted, lang, names, timezone.localdate()),
    }


class PolicyPreview(PolicyPage):
    """The bulletin and the example of what stands in the form now; nothing is saved."""

    action = policies.DRAFT

    @cached_property
    def text(self) -> dict[str, Any]:
        """The document in the form."""
        return {**editor.read_document(self.request.POST), "code": self.object.policy.code}

    def post(self, *args: Any, **kwargs: Any) -> Any:
        _text, _digest, problems = lifecycle.checked(self.text)
        found = preview(self.text, problems, self.request.POST, tables.lang())
        return render(self.request, "incentives/_preview.html", {"object": self.object, **found})
