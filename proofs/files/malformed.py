"""F1: malformed tables and reports are sent; each is read whole, or named cell by cell, or refused."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from apps.reports import report_forms
from apps.reports.queries import submissions as reports
from apps.reports.rules.declaration import Content, Value
from apps.reports.rules.layout import layout_of
from apps.reports.workbooks import writing
from proofs.arena import Report
from proofs.files import place as places
from proofs.files import spoiling
from proofs.files.callers import Answer
from proofs.files.place import Place
from proofs.files.spoiling import File, Maker, Wanted

FULL, QUICK = 2_000, 16
IMPORT = "sales.retail"
FORM = report_forms.TEN_DAYS
_WRONG = ("很多", "１２３abc", "=#REF!", "2026-13-45", "1,23,4", "--5", "∞", "12 %%", True)


def prove(report: Report, place: Place, rng: random.Random, count: int) -> None:
    """Half of the files are tables of deliveries, half reports; data are summed before and after each."""
    maker = Maker(rng, f"P{rng.randrange(10**4):04d}")
    before = place.books.sums()
    for nth in range(count):
        before = _report(report, place, rng, before) if nth % 4 == 3 else _table(report, place, maker, before)


def send(place: Place, file: File, mode: str = "all") -> Answer:
    """Send a table; with mode `all` it is imported at once when every row is right."""
    return place.operator.send(
        "/api/v1/imports/", {"kind": IMPORT, "mode": mode}, file=(file.name, file.content)
    )


def _table(report: Report, place: Place, maker: Maker, before: dict[str, Any]) -> dict[str, Any]:
    file = maker.spoilt()
    answer = send(place, file)
    told, after = answer.told, place.books.sums()
    where = f"{file.kind} {file.prefix}"
    report.expect(answer.status == 201, f"{where}: answered {answer.status} {answer.body[:200]!r}")
    outcome = str(told.get("status"))
    fits = {
        Wanted.READ: outcome == "committed",
        Wanted.NAMED: outcome == "checked",
        Wanted.REFUSED: outcome in ("refused", "mapping"),
        Wanted.ANY: outcome in ("committed", "checked", "refused", "mapping"),
    }[file.wanted]
    report.expect(fits, f"{where}: is {outcome}, not {file.wanted}")
    if outcome == "committed":
        _whole(report, place, file, told, before, after)
    else:
        changed = sorted(name for name in after if after[name] != before[name])
        report.expect(not changed, f"{where}: {outcome}, yet {changed} changed")
    if outcome == "checked":
        _every_fault_named(report, place, file, told)
    if outcome == "refused":
        said = str((told.get("refusal") or {}).get("message", ""))
        report.expect(len(said) > 12 and "。" in said, f"{where}: is refused with {said!r}")
    return after


def _whole(
    report: Report,
    place: Place,
    file: File,
    told: dict[str, Any],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """All rows of the file became facts; where the file says for sure what it holds, just those."""
    table = "sales_retaildelivery"
    new = after[table][0] - before[table][0]
    report.expect(
        new == told["total_rows"] - told["same_rows"],
        f"{file.kind} {file.prefix}: {new} facts of {told['total_rows']} rows",
    )
    if file.wanted is Wanted.READ:
        found = place.books.deliveries(file.prefix)
        differing = sorted(found ^ file.truth)[:2]
        report.expect(found == file.truth, f"{file.kind} {file.prefix}: stored otherwise {differing}")


def _every_fault_named(report: Report, place: Place, file: File, told: dict[str, Any]) -> None:
    """Every error says sheet, row, column and what was expected; the planted one is among them."""
    found = place.operator.ask(f"/api/v1/imports/{told['id']}/errors/").told.get("results", [])
    poor = [
        each
        for each in found
        if not each["sheet"] or each["row"] < 1 or not each["column_name"] or len(each["message"]) < 8
    ]
    report.expect(bool(found) and not poor, f"{file.kind} {file.prefix}: says too little {poor[:1]}")
    if file.address:
        named = {each["address"] for each in found}
        report.expect(file.address in named, f"{file.kind} {file.prefix}: {file.address} not in {named}")


def _report(report: Report, place: Place, rng: random.Random, before: dict[str, Any]) -> dict[str, Any]:
    """A report that is damaged, or has one wrong cell."""
    row = places.report(place)
    blank = writing.write(FORM, reports.head(row), writing.Filled(figures(rng)))
    codes = [each.code for each in FORM.lines() if each.entered and each.code != "problems"]
    code = rng.choice(codes)
    at = layout_of(FORM).place(code)
    address = f"B{at[0]}"
    damaged = rng.random() < 0.5
    if damaged:
        kind = rng.choice((spoiling.flipped, spoiling.torn, lambda rng, _content: spoiling.no_table(rng)))
        content = kind(rng, blank)
    else:
        content = _typed(blank, address, rng.choice(_WRONG))
    answer = place.seller.send(f"/api/v1/reports/{place.report}/upload/", {}, file=("旬报.xlsx", content))
    after = place.books.sums()
    changed = {name for name in after if after[name] != before[name]}
    where = f"report, {address if not damaged else 'damaged'}"
    if answer.status == 409:
        said = answer.told.get("message", "")
        report.expect(damaged and len(said) > 12, f"{where}: is refused with {said!r}")
        report.expect(not changed, f"{where}: refused, yet {sorted(changed)} changed")
        return after
    report.expect(answer.status == 200, f"{where}: answered {answer.status} {answer.body[:200]!r}")
    findings = answer.told.get("findings", [])
    poor = [each for each in findings if not each.get("address") or not each.get("message")]
    report.expect(not poor, f"{where}: says too little {poor[:1]}")
    own = {"reports_submission", "reports_submissionversion"}
    report.expect(changed <= own, f"{where}: {sorted(changed - own)} changed")
    if not damaged:
        errors = {each["address"] for each in findings if each["level"] == "error"}
        report.expect(address in errors, f"{where}: not among {sorted(errors)}")
    return after


def _typed(content: bytes, address: str, value: Any) -> bytes:
    """The workbook with something typed into a cell."""
    cell = (
        f'<c r="{address}" t="b"><v>1</v></c>'
        if value is True
        else f'<c r="{address}" t="e"><f>A1</f><v>#REF!</v></c>'
        if value == "=#REF!"
        else f'<c r="{address}" t="inlineStr"><is><t>{value}</t></is></c>'
    ).encode()
    pattern = rb'<c r="' + address.encode() + rb'"[^>]*?(?:/>|>.*?</c>)'

    def type_in(name: str, part: bytes) -> bytes:
        return (
            spoiling.re.sub(pattern, lambda _found: cell, part, count=1) if name == spoiling.SHEET else part
        )

    return spoiling.repacked(content, type_in)


def figures(rng: random.Random) -> Content:
    """Plausible figures for every line of the report."""
    values: dict[str, Value] = {
        each.code: Decimal(rng.randrange(1, 90))
        for each in FORM.lines()
        if each.entered and each.code != "problems"
    }
    return Content(values | {"aged": Decimal(0)})
