"""The pages of imports: history, upload, progress, mapping, result, withdrawal, profiles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from apps.core import audit, refusals
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports import (
    derivations,
    findings,
    forms,
    policies,
    progress,
    queries,
    registry,
    services,
    spec,
    tables,
)
from apps.core.kit.export import XLSX
from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, Page
from apps.core.models import ImportBatch
from apps.core.models.imports import BatchStatus
from apps.core.spreadsheet.errors import CellError, Phrase

WORKING = (BatchStatus.UPLOADED, BatchStatus.CHECKING, BatchStatus.COMMITTING)
LISTED_ERRORS = 100
STAGES = {
    "reading": _("Reading the file"),
    "checking": _("Checking the rows"),
    "staging": _("Keeping the checked rows"),
    "importing": _("Importing"),
}


def _file_answer(content: bytes, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


def annotated_answer(batch: ImportBatch, *, actor: Actor) -> HttpResponse:
    """The annotated copy of an upload as a download, which is recorded."""
    audit.record_taken(
        actor=actor,
        action="core.download_errors",
        kind=ImportBatch,
        key=str(batch.pk),
        label=batch.file.name,
        now=timezone.now(),
        after={"bad_rows": batch.bad_rows},
        dealer_id=batch.dealer_id,
    )
    stem = batch.file.name.rpartition(".")[0] or batch.file.name
    return _file_answer(queries.annotated(batch=batch), f"{stem}_{_('errors')}.xlsx")


class ImportList(ListPage):
    action = policies.VIEW
    title = _("Imports")
    query = queries.batches
    table = tables.ImportTable
    filterset = tables.ImportFilter
    empty = _("Nothing has been imported yet. Upload a table: its columns are matched for you.")
    buttons = (
        Button(_("Import a table"), "core:import-new", policies.IMPORT, "upload", True),
        Button(_("Mapping profiles"), "core:profile-list", policies.IMPORT, "arrows-shuffle"),
    )


class ImportNew(FormPage):
    action = policies.IMPORT
    title = _("Import a table")
    template_name = "core/import_new.html"
    form_class = forms.UploadForm
    submit_label = _("Upload and check")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return {"kind": self.request.GET.get("kind", "")}

    def context(self) -> dict[str, Any]:
        chosen = self.request.POST.get("kind") or self.request.GET.get("kind", "")
        return {"kinds": registry.kinds_for(self.actor), "chosen": chosen}

    def save(self, cleaned: dict[str, Any]) -> str:
        sent = cleaned["file"]
        wish = services.Wish(
            profile=cleaned["profile"], source=cleaned["source"], coverage=cleaned["coverage"]
        )
        batch = services.upload(
            kind=cleaned["kind"],
            content=sent.read(),
            name=sent.name,
            actor=self.actor,
            now=timezone.now(),
            wish=wish,
        )
        return reverse("core:import-detail", kwargs={"pk": batch.pk})


class ImportTemplate(Page):
    action = policies.IMPORT

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        declared = registry.kinds_for(self.actor).get(kind)
        if declared is None:
            raise Http404
        return _file_answer(queries.template(kind=declared), f"{declared.label}.xlsx")


class ImportPage(DetailPage):
    """What all pages of one import share."""

    query = queries.batches
    history_tab = False

    def page_title(self) -> str:
        return str(self.object.file.name)

    def here(self) -> str:
        """The page of the import."""
        return reverse("core:import-detail", kwargs={"pk": self.object.pk})

    def context(self) -> dict[str, Any]:
        batch = self.object
        kinds = registry.kinds_for(self.actor)
        return {
            "batch": batch,
            "kind": registry.kinds().get(batch.kind),
            "kind_label": tables.kind_label(batch.kind),
            "badge": tables.status_badge(batch),
            "may_import": batch.kind in kinds,
            "may_withdraw": batch.kind in kinds and kinds[batch.kind].withdraw is not None,
            "subtitle": tables.kind_label(batch.kind),
        }


class ImportDetail(ImportPage):
    action = policies.VIEW
    history_tab = True
    template_name = "core/import_detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.object.status == BatchStatus.MAPPING and self.actor.may(policies.IMPORT):
            return redirect("core:import-mapping", pk=self.object.pk)
        return self.show(working=self.object.status in WORKING, **result_of(self))


def result_of(page: ImportPage) -> dict[str, Any]:
    """What the result page of a finished check or import shows."""
    batch = page.object
    if batch.status in WORKING:
        return {"progress": progress_of(batch)}
    notices = [Phrase.from_json(plain) for plain in batch.summary.get("notices", [])]
    listed = queries.errors(batch=batch, limit=LISTED_ERRORS)
    return {
        "refusal": queries.refusal(batch),
        "notices": notices,
        "errors": _explained(listed),
        "error_counts": batch.summary.get("errors", {}),
        "warnings": _explained(queries.warnings(batch=batch, limit=LISTED_ERRORS)),
        "previews": queries.previews(batch=batch),
        "unresolved": queries.unresolved(batch=batch, actor=page.actor) if _is_open(batch) else [],
        "same_file": queries.same_file(batch=batch, actor=page.actor),
        "refused_commit": queries.commit_refusal(batch),
        "results": [_result(batch, code) for code in batch.summary.get("committed", {})],
        "steps": {"open": _is_open(batch), "committed": batch.status == BatchStatus.COMMITTED},
    }


def _explained(found: list[CellError]) -> list[tuple[CellError, str]]:
    return [(error, findings.explanation(error)) for error in found]


def _result(batch: ImportBatch, code: str) -> dict[str, Any]:
    """What one kind of fact took from an import, and where to see it."""
    kind = registry.kinds().get(code)
    listed = reverse(kind.list_url) if kind and kind.list_url else ""
    return {
        "label": tables.kind_label(code),
        "url": listed and f"{listed}?{urlencode({'source': batch.spec['source']})}",
        "feed": bool(kind and kind.feed),
        "reach": batch.summary.get("reach", {}).get(code),
        **batch.summary["committed"][code],
    }


def _is_open(batch: Any) -> bool:
    return bool(batch.status == BatchStatus.CHECKED)


def progress_of(batch: Any) -> dict[str, Any]:
    """How far the work on an import has come, for people."""
    told = progress.read(batch.pk)
    failed = batch.job is not None and batch.job.status == "failed"
    return {
        "stage": STAGES.get(told.stage) if told else _("Waiting to start"),
        "percent": told.percent if told else 0,
        "failed": failed,
        "step": {"reading": 15, "checking": 45, "staging": 80, "importing": 80}.get(
            told.stage if told else "", 5
        ),
    }


class ImportProgress(ImportPage):
    action = policies.VIEW
    template_name = "core/_import_progress.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.object.status in WORKING:
            return self.show(progress=progress_of(self.object))
        response = HttpResponse(status=204)
        response["HX-Redirect"] = self.here()
        return response


class ImportMapping(ImportPage):
    action = policies.IMPORT
    template_name = "core/import_mapping.html"
    errors: dict[str, Any] = {}

    def context(self) -> dict[str, Any]:
        batch = self.object
        mapping = queries.mapping_of(batch=batch)
        if self.request.method == "POST":
            mapping = _as_posted(self.request, mapping)
        facts = queries.facts_of(batch)
        return super().context() | {
            "mapping": replace(mapping, source=mapping.source.partition("@")[0]),
            "outputs": forms.output_forms(mapping, facts, self.errors),
            "columns": [
                {"name": column.name, "letter": column.letter, "samples": " · ".join(column.samples)}
                for column in facts
            ],
            "derivations": derivations.ALL.values(),
            "lookups": queries.choices(mapping=mapping, actor=self.actor),
            "kinds": registry.kinds_for(self.actor),
            "sheets": batch.summary.get("sheets", []),
            "profile_name": batch.profile.name if batch.profile else "",
            "errors": self.errors,
            "nothing_known": not any(
                source.column for fact in mapping.outputs for source in fact.fields.values()
            ),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.object.status not in (BatchStatus.MAPPING, BatchStatus.CHECKED):
            return redirect(self.here())
        return self.show()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return redirect(self.act(request))
        except DomainError as error:
            refusals.notice(request, error)
            self.errors = {place.rpartition(".")[2]: text for place, text in error.fields.items()}
            return self.show(status=422, refused=str(error))

    def act(self, request: HttpRequest) -> str:
        """Keep a draft with a fact more or less, or finish the mapping and have the file checked."""
        posted = forms.read_mapping(request.POST, queries.mapping_of(batch=self.object))
        act, _sign, what = request.POST.get("act", "").partition(":")
        if act in ("add", "drop"):
            if act == "add" and what in registry.kinds_for(self.actor):
                output = queries.suggested_output(batch=self.object, kind=what, actor=self.actor)
                posted["outputs"].append(spec.Spec((output,)).as_json()["outputs"][0])
            elif act == "drop" and what.isdigit() and 0 < int(what) < len(posted["outputs"]):
                del posted["outputs"][int(what)]
            services.keep_draft(batch=self.object, mapping=posted, actor=self.actor)
            return reverse("core:import-mapping", kwargs={"pk": self.object.pk})
        services.set_mapping(
            batch=self.object,
            mapping=posted,
            actor=self.actor,
            now=timezone.now(),
            save_as=request.POST.get("save_as", "").strip(),
        )
        return self.here()


def _as_posted(request: HttpRequest, draft: spec.Spec) -> spec.Spec:
    """The mapping as it was posted, so that a refused page keeps what was typed."""
    try:
        return spec.from_json(forms.read_mapping(request.POST, draft))
    except DomainError:
        return draft


class ImportAct(ImportPage):
    """A step of an import that answers with its page."""

    action = policies.IMPORT
    template_name = "core/import_detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.here())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.act(request)
        except DomainError as error:
            refusals.notice(request, error)
            refused = [str(error), *(f"{name}: {text}" for name, text in error.fields.items())]
            return self.show(status=409, refused=refused, **result_of(self))
        return redirect(self.here())

    def act(self, request: HttpRequest) -> None:
        """Call the service."""
        raise NotImplementedError


class ImportSpellings(ImportAct):
    def act(self, request: HttpRequest) -> None:
        explained, created = forms.read_spellings(request.POST)
        now = timezone.now()
        act, _sign, wanted = request.POST.get("act", "").partition(":")
        if act != "create":
            services.explain_spellings(batch=self.object, values=explained, actor=self.actor, now=now)
            return
        services.create_missing(
            batch=self.object,
            lookup=wanted,
            spellings=created.get(wanted, []),
            actor=self.actor,
            now=now,
        )


class ImportCommit(ImportAct):
    def act(self, request: HttpRequest) -> None:
        mode = request.POST.get("mode", "")
        services.commit(batch=self.object, mode=mode, actor=self.actor, now=timezone.now())


class ImportRestart(ImportAct):
    def act(self, request: HttpRequest) -> None:
        services.restart(batch=self.object, actor=self.actor, now=timezone.now())


class ImportAnnotated(ImportPage):
    action = policies.VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.object.bad_rows or self.object.file.sealed:
            raise Http404
        return annotated_answer(self.object, actor=self.actor)


class ImportWithdraw(ConfirmPage):
    action = policies.IMPORT
    query = queries.batches
    question = _(
        "Take this import back? Each of its facts gets a counter-fact; nothing is deleted, "
        "and both stay visible in the history."
    )
    submit_label = _("Withdraw the import")
    success = _("The import is withdrawn.")

    def page_title(self) -> str:
        return str(self.object.file.name)

    def act(self) -> str:
        services.withdraw(batch=self.object, actor=self.actor, now=timezone.now())
        return reverse("core:import-detail", kwargs={"pk": self.object.pk})
