"""Forms of the import pages; the mapping form is made of the fields of a kind and the columns of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.imports import derivations, parsing, queries, registry, sniffing, spec
from apps.core.kit.filters import MonthField

LAST_OF_JULY = datetime(2026, 7, 31, 9, 30)  # noqa: DTZ001 -- an example of a format
AUTOMATIC = _("Find out from the headings")


class UploadForm(forms.Form):
    """What is uploaded, and what may be said about it beforehand."""

    kind = forms.ChoiceField(label=_("What does the file hold?"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("An Excel workbook (.xlsx) or a text table (.csv), in any column order."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
    profile = forms.ChoiceField(label=_("Mapping profile"), required=False)
    source = forms.CharField(
        label=_("Name of the source system"),
        required=False,
        max_length=30,
        help_text=_("Rows are known again by source and key; use the same name every time. Empty: upload."),
    )
    covers_from = MonthField(
        label=_("Complete from month"),
        required=False,
        help_text=_(
            "Fill both months if the file holds everything of them: months without rows then count as 0."
        ),
    )
    covers_to = MonthField(label=_("Complete to month"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = registry.kinds_for(actor)
        labels = {code: kind.label for code, kind in self.kinds.items()}
        self._offer("kind", list(labels.items()))
        rows = queries.profiles(actor=actor).filter(kind__in=labels).order_by("kind", "name", "pk")
        self._profiles = {str(row.pk): row for row in rows}
        named = [(pk, f"{labels[row.kind]} · {row.name}") for pk, row in self._profiles.items()]
        self._offer("profile", [("", AUTOMATIC), *named])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["profile"] = self._profiles.get(cleaned.get("profile") or "")
        first, last = cleaned.get("covers_from"), cleaned.get("covers_to")
        if bool(first) != bool(last):
            self.add_error("covers_to" if first else "covers_from", _("Fill both months or none."))
        cleaned["coverage"] = first and last and {"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}"}
        return cleaned


class ProfileForm(forms.Form):
    """The name of a profile and the spellings it explains, one a line."""

    name = forms.CharField(label=_("Name"), max_length=100)

    def __init__(self, *args: Any, values: Mapping[str, Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for lookup, pairs in values.items():
            self.fields[f"values-{lookup}"] = forms.CharField(
                label=_("Spellings of “%(lookup)s”") % {"lookup": lookup},
                required=False,
                help_text=_("One a line: spelling = what it stands for. Delete a line to forget it."),
                initial="\n".join(f"{text} = {target}" for text, target in pairs.items()),
                widget=forms.Textarea(attrs={"rows": min(14, max(3, len(pairs) + 1)), "spellcheck": "false"}),
            )


def spellings_of(cleaned: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The spellings of a profile form, by lookup."""
    read = {}
    for name, text in cleaned.items():
        if name.startswith("values-"):
            lines = [line.rpartition("=") for line in text.splitlines() if line.strip()]
            read[name.removeprefix("values-")] = {
                spelling.strip(): target.strip() for spelling, _sign, target in lines if spelling.strip()
            }
    return read


@dataclass(frozen=True)
class FieldRow:
    """One field of a fact on the mapping page: what is chosen for it and what may be."""

    name: str
    column: registry.ImportColumn
    expected: Any
    source: spec.FieldSource | None
    from_column: str
    formats: Sequence[tuple[str, str]]
    samples: str
    unclear: bool
    error: Any = ""

    @property
    def derived(self) -> str:
        """The derivation chosen, if one is."""
        return self.source.derive if self.source else ""

    @property
    def chosen(self) -> str:
        """What is chosen: a column, `constant`, a derivation, or nothing."""
        constant = self.source is not None and self.source.constant is not None
        return self.from_column or self.derived or ("constant" if constant else "")

    @property
    def columns(self) -> list[str]:
        """The columns of a derivation, filled up to the most there can be."""
        given = list(self.source.columns) if self.source else []
        return (given + [""] * derivations.MOST_COLUMNS)[: derivations.MOST_COLUMNS]


@dataclass(frozen=True)
class OutputForm:
    """One fact on the mapping page."""

    number: int
    kind: registry.ImportKind
    when: str
    rows: Sequence[FieldRow]


def output_forms(
    mapping: spec.Spec, facts: Sequence[sniffing.ColumnFacts], errors: Mapping[str, Any]
) -> list[OutputForm]:
    """The mapping page of a mapping over the columns of a file."""
    known = {column.name: column for column in facts}
    forms_ = []
    for number, output in enumerate(mapping.outputs):
        kind = registry.kinds()[output.kind]
        rows = [
            _row(f"o{number}-{column.name}", column, output.fields.get(column.name), known, errors)
            for column in kind.columns
        ]
        forms_.append(OutputForm(number, kind, output.when, rows))
    return forms_


def _row(
    name: str,
    column: registry.ImportColumn,
    source: spec.FieldSource | None,
    known: Mapping[str, sniffing.ColumnFacts],
    errors: Mapping[str, Any],
) -> FieldRow:
    place = spec.positions(tuple(known), [source.column]).get(source.column) if source else None
    found = None if place is None else list(known.values())[place]
    guess = found.guess if found and column.is_date else None
    formats: tuple[str, ...] = ()
    if column.is_date:
        guessed = (*guess.formats, *guess.either) if guess else ()
        formats = tuple(dict.fromkeys((*(source.formats if source else ()), *guessed, *sniffing.COMMON)))
    return FieldRow(
        name,
        column,
        parsing.expected_of(column),
        source,
        found.name if found else "",
        [(form, LAST_OF_JULY.strftime(form)) for form in formats],
        " · ".join(found.samples) if found else "",
        bool(guess and guess.either and source and not source.formats),
        errors.get(column.name, ""),
    )


def read_mapping(posted: QueryDict, draft: spec.Spec) -> dict[str, Any]:
    """The mapping of a posted mapping page, in its plain form; what is left open is left out."""
    outputs = []
    for number, output in enumerate(draft.outputs):
        fields = {}
        for column in registry.kinds()[output.kind].columns:
            source = _posted_source(posted, f"o{number}-{column.name}")
            if source is not None:
                fields[column.name] = source
        outputs.append({"kind": output.kind, "fields": fields, "when": posted.get(f"o{number}-when", "")})
    months = {"from": posted.get("covers_from", "").strip(), "to": posted.get("covers_to", "").strip()}
    return {
        "source": posted.get("source", "").strip() or spec.UPLOAD,
        "sheet": posted.get("sheet", "") or draft.sheet,
        "header_row": draft.header_row,
        "outputs": outputs,
        "values": {name: dict(pairs) for name, pairs in draft.values.items()},
        "coverage": months if any(months.values()) else None,
    }


def _posted_source(posted: QueryDict, name: str) -> dict[str, Any] | None:
    chosen = posted.get(f"{name}-from", "")
    source: dict[str, Any] = {}
    if chosen.startswith("c:"):
        source["column"] = chosen[2:]
    elif chosen == "constant" and (constant := posted.get(f"{name}-constant", "").strip()):
        source["constant"] = constant
    elif chosen.startswith("d:"):
        places = (posted.get(f"{name}-column{place}", "") for place in range(derivations.MOST_COLUMNS))
        source |= {"derive": chosen[2:], "columns": [column for column in places if column]}
        if posted.get(f"{name}-option", ""):
            source["option"] = posted[f"{name}-option"]
    else:
        return None
    if posted.get(f"{name}-format", ""):
        source["formats"] = [posted[f"{name}-format"]]
    return source


def read_spellings(posted: QueryDict) -> tuple[dict[str, dict[str, str]], dict[str, list[str]]]:
    """What unknown spellings stand for, and those chosen to be created, by lookup."""
    explained: dict[str, dict[str, str]] = {}
    created: dict[str, list[str]] = {}
    for key in posted:
        lookup, sign, number = key.partition("--text-")
        if not sign:
            continue
        text, target = posted.get(key, ""), posted.get(f"{lookup}--target-{number}", "").strip()
        if target:
            explained.setdefault(lookup, {})[text] = target
        if posted.get(f"{lookup}--create-{number}"):
            created.setdefault(lookup, []).append(text)
    return explained, created
