"""`manage.py import_table KIND FILE --profile NAME`: the same import as on the page, for scripts."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.core import access
from apps.core.errors import DomainError
from apps.core.imports import findings, lookups, queries, registry, services
from apps.core.models import ImportBatch
from apps.core.models.imports import BatchStatus, ImportMode
from apps.core.spreadsheet.errors import Phrase

LISTED = 50


class Command(BaseCommand):
    help = "Import a table through a mapping profile; exit code 1 when anything is refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="kind of import: " + ", ".join(sorted(registry.kinds())))
        parser.add_argument("file", type=Path)
        parser.add_argument("--profile", default="", help="name or number of a saved mapping profile")
        parser.add_argument("--spec", type=Path, help="a JSON file with the mapping instead of a profile")
        parser.add_argument(
            "--set", action="append", default=[], metavar="FIELD=VALUE", help="a value for all rows"
        )
        parser.add_argument("--mode", choices=ImportMode.values, default=ImportMode.ALL)
        parser.add_argument("--coverage", default="", help="complete months, 2022-01:2022-12")
        parser.add_argument("--source", default="", help="name of the source system")
        parser.add_argument("--create-dealers", action="store_true", help="create dealers that are unknown")
        parser.add_argument("--create-models", action="store_true", help="create models that are unknown")
        parser.add_argument("--check", action="store_true", help="check only: import and create nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        self.actor = access.system("import_table")
        self.verbose = options["verbosity"] > 0
        try:
            batch = self._uploaded(options)
            for name, wanted in (("dealer", options["create_dealers"]), ("model", options["create_models"])):
                if wanted and options["check"]:
                    self._foretell(batch, name)
                elif wanted:
                    batch = self._created(batch, name)
            self._tell(batch)
            if not options["check"]:
                batch = self._committed(batch, options["mode"])
        except DomainError as error:
            places = "".join(f"\n  {name}: {text}" for name, text in error.fields.items())
            raise CommandError(f"{error}{places}") from error
        if batch.status == BatchStatus.COMMITTED:
            self._say(f"import {batch.pk}: {batch.created_facts} facts created, {batch.same_rows} rows known")

    def _uploaded(self, options: dict[str, Any]) -> ImportBatch:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"no file {path}")
        first, _sign, last = options["coverage"].partition(":")
        wish = services.Wish(
            profile=self._profile(options["kind"], options["profile"]),
            mapping=json.loads(options["spec"].read_text("utf-8")) if options["spec"] else None,
            source=options["source"],
            coverage={"from": first, "to": last or first} if first else None,
            constants=dict(item.partition("=")[::2] for item in options["set"]),
            wait=True,
        )
        batch = services.upload(
            kind=options["kind"],
            content=path.read_bytes(),
            name=path.name,
            actor=self.actor,
            now=timezone.now(),
            wish=wish,
        )
        return self._checked(batch)

    def _profile(self, kind: str, name: str) -> Any:
        profile = queries.named_profile(actor=self.actor, kind=kind, name=name) if name else None
        if name and profile is None:
            raise CommandError(f"no profile {name} of kind {kind}")
        return profile

    def _checked(self, batch: ImportBatch) -> ImportBatch:
        """The batch, unless its file was refused or its columns are not clear."""
        if batch.status == BatchStatus.REFUSED:
            raise CommandError(str(queries.refusal(batch)))
        if batch.status == BatchStatus.MAPPING:
            open_fields = "、".join(str(column.label) for column in queries.open_fields(batch=batch))
            columns = "、".join(column.name for column in queries.facts_of(batch))
            params = {"fields": open_fields or "-", "columns": columns}
            raise CommandError(str(Phrase(queries.FIELDS_MISSING, params)))
        return batch

    def _created(self, batch: ImportBatch, name: str) -> ImportBatch:
        """The batch checked again after its unknown spellings were created."""
        texts = self._creatable(batch, name)
        if not texts:
            return batch
        batch = services.create_missing(
            batch=batch, lookup=name, spellings=texts, actor=self.actor, now=timezone.now(), wait=True
        )
        self._say(f"{len(texts)} created: {'、'.join(texts[:5])} …")
        return self._checked(batch)

    def _foretell(self, batch: ImportBatch, name: str) -> None:
        """Tell what an import would create; a check creates nothing."""
        texts = self._creatable(batch, name)
        if texts:
            self._say(f"{len(texts)} would be created: {'、'.join(texts[:5])} …")

    def _creatable(self, batch: ImportBatch, name: str) -> list[str]:
        """The unknown spellings of a lookup that can be created."""
        items = batch.summary.get("unresolved", {}).get(name, [])
        return [item["text"] for item in items] if items and lookups.get(name).create is not None else []

    def _tell(self, batch: ImportBatch) -> None:
        self._say(
            f"{batch.file.name} [{batch.sheet}]: {batch.total_rows} rows, {batch.good_rows} good, "
            f"{batch.same_rows} known, {batch.bad_rows} wrong, {batch.warning_rows} with warnings"
        )
        for error in queries.errors(batch=batch, limit=LISTED):
            place = f"{error.sheet}!{error.address} {error.column_name}"
            self.stderr.write(f"{place}: {findings.explanation(error)}")
        total = batch.summary.get("errors", {}).get("total", 0)
        if total > LISTED:
            self.stderr.write(f"… {total} errors in all")

    def _committed(self, batch: ImportBatch, mode: str) -> ImportBatch:
        done = services.commit(batch=batch, mode=mode, actor=self.actor, now=timezone.now(), wait=True)
        if done.status != BatchStatus.COMMITTED:
            raise CommandError(queries.commit_refusal(done) or str(done.get_status_display()))
        return done

    def _say(self, text: str) -> None:
        if self.verbose:
            self.stdout.write(text)
