"""The pages of reports: list, begin, fill in, upload, compare, decide, correct."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import DomainError
from apps.core.kit.export import XLSX
from apps.core.kit.pages import (
    Button,
    ConfirmPage,
    DetailPage,
    ListPage,
    ObjectFormPage,
    ObjectPage,
    SimplePage,
)
from apps.kernel.period import PeriodError
from apps.reports import filters, forms, inputs, policies, registry, screens, tables
from apps.reports.models import Submission
from apps.reports.queries import submissions as queries
from apps.reports.rules import comparing, contents
from apps.reports.rules.states import EDITABLE, FINAL, State
from apps.reports.services import submissions as services

FETCHED = "fetch"


def report_url(pk: int) -> str:
    """The page of a report."""
    return reverse("reports:report-detail", kwargs={"pk": pk})


class ReportList(ListPage):
    action = policies.VIEW
    title = gettext_lazy("Reports")
    query = queries.submissions
    filterset = filters.SubmissionFilter
    table = tables.SubmissionTable
    empty = gettext_lazy("No report yet. Begin one: its form, its Excel template and its checks are ready.")
    buttons = (
        Button(gettext_lazy("Begin a report"), "reports:report-new", policies.FILL, "plus", True),
        Button(
            gettext_lazy("Everything that is asked"), "reports:question-list", policies.OVERSEE, "list-search"
        ),
    )


class ReportNew(SimplePage):
    """The forms one fills in, each with its latest periods."""

    action = policies.FILL
    title = gettext_lazy("Begin a report")
    template_name = "reports/report_new.html"

    def context(self) -> dict[str, Any]:
        return {"choices": queries.openings(actor=self.actor, on=timezone.localdate())}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = {each.code: each for each in queries.fillable(actor=self.actor)}.get(
            request.POST.get("form", "")
        )
        if form is None:
            raise Http404
        now = timezone.now()
        places = queries.places(form, actor=self.actor, on=timezone.localdate())
        try:
            place = places[int(request.POST.get("place", "0"))]
            period = form.read_period(request.POST.get("period", ""))
        except (ValueError, IndexError, PeriodError) as error:
            raise Http404 from error
        try:
            row = services.begin(form=form, place=place, period=period, actor=self.actor, now=now)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("reports:report-new")
        return redirect(report_url(row.pk))


class ReportPage(ObjectPage):
    """What all pages of one report share."""

    query = queries.submissions

    @property
    def submission(self) -> Submission:
        """The report, of a form that is still declared."""
        if self.object.form not in registry.forms():
            raise Http404
        found: Submission = self.object
        return found

    def back(self) -> HttpResponse:
        """To the page of the report."""
        return redirect(report_url(self.object.pk))


class ReportDetail(ReportPage, DetailPage):
    """A report: the form to fill in for those who do, the report and its decision for others."""

    action = policies.VIEW
    template_name = "reports/report_detail.html"

    def page_title(self) -> str:
        return f"{self.submission.label} · {self.object.period_label}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(**report_context(self))


def report_context(page: ReportPage, given: inputs.Given | None = None) -> dict[str, Any]:
    """What the page of a report shows; `given` instead of what is kept when a save was refused."""
    row = page.submission
    actor = page.actor
    editing = row.state in EDITABLE and actor.may(policies.FILL) and queries.may_fill(row, actor=actor)
    final = row.state in FINAL and (actor.may(policies.REVIEW) or queries.may_fill(row, actor=actor))
    return {
        "subtitle": tables.owner_text(row),
        "report": row,
        "edition": row.edition,
        "screen": screens.screen(row, spare=editing, given=given),
        "badge": tables.state_badge(row),
        "editing": editing,
        "vacant": row.get_reviewer_display() if queries.nobody_reviews(row) else "",
        "may_correct": final and not actor.viewer,
        "may_lock": row.state == State.APPROVED
        and bool(policies.submission.can(actor, policies.REVIEW, row)),
        "versions": queries.versions(actor=actor).filter(submission=row).order_by("-no")[:20],
    }


class ReportSave(ReportPage):
    """Keeps what was typed; asked for by the page itself while one types, or by the button."""

    action = policies.FILL
    template_name = "reports/report_detail.html"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        given = inputs.from_post(registry.form(self.submission.form), request.POST)
        edition = _number(request.POST.get("edition"))
        fetched = request.headers.get("X-Requested-With") == FETCHED
        try:
            row = services.save(
                submission=self.submission,
                given=given,
                edition=edition,
                actor=self.actor,
                now=timezone.now(),
            )
            if self._submitting:
                services.submit(submission=row, edition=row.edition, actor=self.actor, now=timezone.now())
        except DomainError as error:
            if fetched:
                row = queries.submissions(actor=self.actor).get(pk=pk)
                return JsonResponse({**error.as_dict(), "edition": row.edition}, status=409)
            return self._refused(error, given, edition)
        if fetched:
            return JsonResponse(_saved(request, row))
        messages.success(request, _("Submitted.") if self._submitting else _("Saved."))
        return self.back()

    @property
    def _submitting(self) -> bool:
        return self.request.POST.get("then") == "submit"

    def _refused(self, error: DomainError, given: inputs.Given, edition: int) -> HttpResponse:
        """Another save came first: the page again with what was typed, so that nothing is lost."""
        if error.code != "stale":
            messages.error(self.request, str(error))
            return self.back()
        shown = report_context(self, given) | {"edition": edition, "conflict": str(error)}
        return self.show(status=409, **shown)


def _saved(request: HttpRequest, row: Submission) -> dict[str, Any]:
    """The answer to the page after it saved: edition, findings as HTML, which cells are marked how."""
    shown = screens.screen(row, spare=False)
    html = render_to_string("reports/_findings.html", {"screen": shown, "report": row}, request)
    return {
        "edition": row.edition,
        "saved": _("Saved %(at)s") % {"at": f"{timezone.localtime(row.saved_at):%H:%M:%S}"},
        "findings": html,
        "marks": {
            each.anchor: each.tone
            for each in reversed(shown.findings)
            if each.anchor and each.code != "required"
        },
        "blocked": bool(row.errors or row.to_explain),
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _workbook(content: bytes, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


class ReportTemplate(ReportPage):
    """The workbook of the report: head, what is known, the period before; with `filled` also the draft."""

    action = policies.VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.submission
        form = registry.form(row.form)
        return _workbook(queries.workbook(row, marked=False), f"{form.label} {row.period_text}.xlsx")


class ReportAnnotated(ReportPage):
    """The same workbook with its findings: red cells, comments, a first sheet that lists them."""

    action = policies.VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.submission
        form = registry.form(row.form)
        name = f"{form.label} {row.period_text} {_('annotated')}.xlsx"
        return _workbook(queries.workbook(row, marked=True), name)


class ReportUpload(ReportPage):
    """Takes a filled workbook."""

    action = policies.FILL

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = forms.UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            messages.error(request, _("Choose a file first."))
            return self.back()
        sent = form.cleaned_data["file"]
        try:
            done = services.upload(
                submission=self.submission,
                content=sent.read(services.MOST_BYTES + 1),
                name=sent.name,
                actor=self.actor,
                now=timezone.now(),
            )
        except DomainError as error:
            messages.error(request, str(error))
            return self.back()
        _tell(request, done)
        if done.submission.submitted_version and not done.same:
            return redirect("reports:report-changes", pk=pk)
        return self.back()


def _tell(request: HttpRequest, done: services.Uploaded) -> None:
    """What became of an upload, in a message."""
    if done.same:
        messages.info(request, _("This very file was uploaded already; nothing has changed."))
    elif done.submission.errors or done.submission.to_explain:
        messages.warning(request, _("The file was read; correct or explain what is listed below."))
    else:
        messages.success(request, _("The file was read without fault. Look it over and submit it."))


class ReportChanges(ReportPage, DetailPage):
    """What differs between two versions; big changes ask their reason here."""

    action = policies.VIEW
    template_name = "reports/report_changes.html"
    history_tab = False

    def page_title(self) -> str:
        return _("Changes of %(report)s") % {"report": self.object}

    def context(self) -> dict[str, Any]:
        row = self.submission
        held = list(queries.versions(actor=self.actor).filter(submission=row).order_by("-no"))
        before, after = queries.compared(row, held, self.request.GET)
        may_edit = row.state in EDITABLE and queries.may_fill(row, actor=self.actor)
        return {
            "report": row,
            "subtitle": tables.owner_text(row),
            "versions": held,
            "before": before,
            "after": after,
            "changes": _compared(row, before.content, after.content) if before and after else (),
            "asking": may_edit and after is not None and after.no == 0,
        }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the reasons of big changes."""
        row = self.submission
        reasons = {
            name[2:]: str(text).strip() for name, text in request.POST.items() if name.startswith("r:")
        }
        form = registry.form(row.form)
        given = inputs.Given(contents.decode(form, row.content), raw=row.content.get("raw", {}))
        try:
            services.save(
                submission=row,
                given=given,
                edition=_number(request.POST.get("edition")),
                actor=self.actor,
                now=timezone.now(),
                reasons=reasons,
            )
        except DomainError as error:
            messages.error(request, str(error))
        return self.back()


def _compared(row: Submission, before: Any, after: Any) -> list[dict[str, Any]]:
    """The changed cells in words."""
    form = registry.form(row.form)
    asked = {each["field"] for each in row.findings if each["code"] == "change_reason"}
    found = []
    for change in queries.differences(row, before, after):
        each = form.by_code[change.field]
        found.append(
            {
                "change": change,
                "label": each.label,
                "before": change.before if change.note else screens.text_of(each, change.before),
                "after": change.after if change.note else screens.text_of(each, change.after),
                "percent": comparing.percent(change.relative) if change.relative is not None else "",
                "big": change.relative is not None
                and abs(change.relative) > form.change
                and not each.formula,
                "asked": change.field in asked and not change.note,
                "reason": row.reasons.get(change.field, ""),
            }
        )
    return found


class ReportLock(ReportPage, ConfirmPage):
    action = policies.REVIEW
    question = gettext_lazy("Lock this report? Afterwards only headquarters can reopen it.")
    submit_label = gettext_lazy("Lock")

    def act(self) -> str:
        services.lock(submission=self.submission, actor=self.actor, now=timezone.now())
        return report_url(self.object.pk)


class ReportCorrect(ReportPage, ObjectFormPage):
    action = policies.VIEW
    form_class = forms.CorrectForm
    submit_label = gettext_lazy("Begin the correction")
    success = gettext_lazy("The report is open for its correction; the approved version counts until then.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.correct(
            submission=self.submission, reason=cleaned["reason"], actor=self.actor, now=timezone.now()
        )
        return report_url(self.object.pk)
