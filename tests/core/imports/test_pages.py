"""The pages of imports, through HTTP."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from redis.exceptions import RedisError

from apps.core import jobs
from apps.core.imports import progress, queries, registry
from apps.core.models import ImportBatch, ImportRow, MappingProfile
from apps.core.models.imports import BatchStatus
from apps.core.spreadsheet import reading
from apps.dealers.models import Dealer, Outlet

from .conftest import KIND, LOOKUP, OUTLETS, csv_of, row, xlsx_of

FOREIGN = ("Store No", "Seller", "Title", "Start", "Sq m")


def url(name, batch):
    return reverse(f"core:import-{name}", args=[batch.pk])


def send(client, content, name="outlets.csv", **fields):
    sent = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(reverse("core:import-new"), {"kind": KIND, "file": sent, **fields}, follow=True)


def foreign(*rows):
    return csv_of(*rows, header=FOREIGN)


def mapped(**other):
    """What the mapping page posts for the foreign table."""
    return {
        "act": "check",
        "o0-code-from": "c:Store No",
        "o0-dealer-from": "c:Seller",
        "o0-name-from": "c:Title",
        "o0-opened_on-from": "c:Start",
        "o0-opened_on-format": "%m/%d/%Y",
        "o0-store_type-from": "constant",
        "o0-store_type-constant": "4S",
        "source": "dms",
        "covers_from": "",
        "covers_to": "",
        "save_as": "",
    } | other


def test_upload_check_import_withdraw(network, hq_ops, client_of):
    client = client_of(hq_ops)
    page = send(client, csv_of(row(1), row(2, "D002")))
    batch = ImportBatch.objects.get()
    assert page.redirect_chain[-1][0] == url("detail", batch)
    assert "导入全部 2 行" in page.content.decode()
    done = client.post(url("commit", batch), {"mode": "all"}, follow=True)
    assert (done.status_code, Outlet.objects.count()) == (200, 2)
    assert client.get(url("withdraw", batch)).status_code == 200
    client.post(url("withdraw", batch))
    batch.refresh_from_db()
    assert (batch.status, Outlet.objects.filter(closed_on=None).count()) == (BatchStatus.WITHDRAWN, 0)
    assert "冲销记录" in client.get(url("detail", batch)).content.decode()


def test_three_bad_rows_of_200_are_shown_with_their_cells_in_both_languages(network, hq_ops, client_of):
    rows = [row(number) for number in range(1, 201)]
    rows[9], rows[99], rows[199] = row(10, area="?"), row(100, dealer="D999"), row(200, opened_on="x")
    client = client_of(hq_ops)
    chinese = send(client, xlsx_of(*rows), "outlets.xlsx").content.decode()
    batch = ImportBatch.objects.get()
    for text in ("F11", "B101", "D201", "门店", "只导入 197 个正确行"):
        assert text in chinese
    client.cookies["django_language"] = "en"
    english = client.get(url("detail", batch)).content.decode()
    assert "“?” is not a number" in english
    assert "Import only the 197 good rows" in english
    refused = client.post(url("commit", batch), {"mode": "all"})
    assert (refused.status_code, Outlet.objects.count()) == (409, 0)


def test_the_annotated_and_the_original_file_can_be_downloaded(network, hq_ops, client_of):
    client = client_of(hq_ops)
    content = csv_of(row(1), row(2, area="?"))
    send(client, content)
    batch = ImportBatch.objects.get()
    answer = client.get(url("annotated", batch))
    assert answer["Content-Disposition"].startswith("attachment")
    book = load_workbook(io.BytesIO(answer.content))
    assert book[book.sheetnames[0]]["A6"].value == "F3"
    original = client.get(reverse("core:file", args=[batch.file_id]))
    assert b"".join(original.streaming_content) == content


def test_an_unknown_table_is_mapped_saved_and_read_alone_the_next_time(network, hq_ops, client_of):
    client = client_of(hq_ops)
    page = send(
        client, foreign(["A1", "D001", "One", "3/31/2025", "9"], ["A2", "D002", "Two", "4/1/2025", ""])
    )
    batch = ImportBatch.objects.get()
    assert page.redirect_chain[-1][0] == url("mapping", batch)
    assert "3/31/2025" in page.content.decode()
    client.post(url("mapping", batch), mapped(save_as="美国报表"))
    batch.refresh_from_db()
    assert (batch.status, batch.good_rows, batch.bad_rows) == (BatchStatus.CHECKED, 2, 0)
    assert list(ImportRow.objects.order_by("row_no").values_list("data__opened_on", "data__store_type")) == [
        ("2025-03-31", "4s"),
        ("2025-04-01", "4s"),
    ]
    profile = MappingProfile.objects.get()
    assert (profile.name, profile.header, batch.profile) == ("美国报表", list(FOREIGN), profile)
    send(client, foreign(["A3", "D001", "Three", "5/1/2025", ""]), "next.csv")
    following = ImportBatch.objects.get(file__name="next.csv")
    assert (following.status, following.good_rows, following.profile) == (BatchStatus.CHECKED, 1, profile)
    assert following.spec["source"] == "dms"


def test_a_mapping_without_a_required_field_is_refused_on_its_row(network, hq_ops, client_of):
    client = client_of(hq_ops)
    send(client, foreign(["A1", "D001", "One", "3/31/2025", ""]))
    batch = ImportBatch.objects.get()
    page = client.post(url("mapping", batch), mapped(**{"o0-name-from": ""}))
    assert page.status_code == 422
    assert "请选择一列、一个固定值或一种推导方式" in page.content.decode()
    assert 'value="c:Store No" data-samples="A1" selected' in page.content.decode()
    batch.refresh_from_db()
    assert (batch.status, ImportRow.objects.count()) == (BatchStatus.MAPPING, 0)


def test_derived_columns_and_a_second_fact(network, hq_ops, client_of):
    client = client_of(hq_ops)
    send(client, foreign(["A1", "D001", "One", "3/31/2025", "9"]))
    batch = ImportBatch.objects.get()
    joined = {
        "o0-name-from": "d:join",
        "o0-name-column0": "Seller",
        "o0-name-column1": "Title",
        "o0-name-option": "-",
    }
    client.post(url("mapping", batch), mapped(**joined) | {"act": f"add:{KIND}"})
    batch.refresh_from_db()
    outputs = batch.summary["draft"]["outputs"]
    assert [output["kind"] for output in outputs] == [KIND, KIND]
    assert outputs[0]["fields"]["name"] == {"derive": "join", "columns": ["Seller", "Title"], "option": "-"}
    assert client.get(url("mapping", batch)).content.decode().count('class="mapping-row') > 12
    client.post(url("mapping", batch), mapped(**joined) | {"act": "drop:1"})
    client.post(url("mapping", batch), mapped(**joined))
    assert ImportRow.objects.get().data["name"] == "D001-One"


def test_unknown_spellings_are_explained_and_kept_in_the_profile(network, hq_ops, client_of):
    client = client_of(hq_ops)
    rows = [["A1", "North", "One", "3/31/2025", ""], ["A2", "North", "Two", "3/31/2025", ""]]
    send(client, foreign(*rows, ["A3", "D002汽车销售", "Three", "3/31/2025", ""]))
    batch = ImportBatch.objects.get()
    client.post(url("mapping", batch), mapped(save_as="报表"))
    batch.refresh_from_db()
    assert (batch.good_rows, batch.bad_rows) == (0, 3)
    page = client.get(url("detail", batch)).content.decode()
    assert 'value="North"' in page
    assert 'data-fill="D002"' in page
    answers = {
        f"{LOOKUP}--text-1": "North",
        f"{LOOKUP}--target-1": "D001",
        f"{LOOKUP}--text-2": "D002汽车销售",
        f"{LOOKUP}--target-2": "",
    }
    assert client.post(url("spellings", batch), {"act": "explain"}).status_code == 409
    assert client.post(url("spellings", batch), {"act": "create:nothing"}).status_code == 409
    wrong = client.post(url("spellings", batch), answers | {f"{LOOKUP}--target-1": "D999", "act": "explain"})
    assert wrong.status_code == 409
    client.post(url("spellings", batch), answers | {"act": "explain"})
    batch.refresh_from_db()
    assert (batch.good_rows, batch.bad_rows) == (2, 1)
    assert MappingProfile.objects.get().spec["values"] == {LOOKUP: {"North": "D001"}}


def test_headquarters_creates_missing_dealers_from_their_spellings(network, hq_ops, client_of):
    client = client_of(hq_ops)
    send(client, csv_of(row(1, "North Motors"), row(2, "South Motors"), row(3, "North Motors")))
    batch = ImportBatch.objects.get()
    assert (batch.good_rows, batch.bad_rows) == (0, 3)
    chosen = {
        f"{LOOKUP}--text-1": "North Motors",
        f"{LOOKUP}--create-1": "1",
        f"{LOOKUP}--text-2": "South Motors",
        "act": f"create:{LOOKUP}",
    }
    client.post(url("spellings", batch), chosen)
    batch.refresh_from_db()
    assert Dealer.objects.filter(name__endswith="Motors").count() == 1
    assert (batch.good_rows, batch.bad_rows) == (2, 1)


def test_a_dealers_user_creates_no_dealer(network, d1_gm, client_of):
    client = client_of(d1_gm)
    send(client, csv_of(row(1, "North Motors")))
    batch = ImportBatch.objects.get()
    assert f"{LOOKUP}--create-1" not in client.get(url("detail", batch)).content.decode()
    chosen = {f"{LOOKUP}--text-1": "North Motors", f"{LOOKUP}--create-1": "1", "act": f"create:{LOOKUP}"}
    assert client.post(url("spellings", batch), chosen).status_code == 403
    assert Dealer.objects.count() == 5


def test_imports_of_others_do_not_exist(network, d1_gm, d2_gm, am_1, executive, hq_ops, client_of):
    send(client_of(d1_gm), csv_of(row(1), row(2, area="?")))
    batch = ImportBatch.objects.get()
    stranger = client_of(d2_gm)
    for name in ("detail", "mapping", "progress", "annotated", "withdraw"):
        assert stranger.get(url(name, batch)).status_code == 404
    for name in ("commit", "mapping", "spellings", "withdraw", "restart"):
        assert stranger.post(url(name, batch), {"mode": "good"}).status_code == 404
    assert stranger.get(reverse("core:file", args=[batch.file_id])).status_code == 404
    assert "outlets.csv" not in stranger.get(reverse("core:import-list")).content.decode()
    for own in (am_1, hq_ops, executive):
        assert client_of(own).get(url("detail", batch)).status_code == 200
    batch.refresh_from_db()
    assert (batch.status, Outlet.objects.count()) == (BatchStatus.CHECKED, 0)


def test_profiles_are_listed_edited_and_deleted(network, hq_ops, d1_gm, d2_gm, client_of):
    client = client_of(d1_gm)
    send(client, foreign(["A1", "D001", "One", "3/31/2025", ""]))
    client.post(url("mapping", ImportBatch.objects.get()), mapped(save_as="门店报表"))
    profile = MappingProfile.objects.get()
    assert profile.dealer_id == network.d1.pk
    page = reverse("core:profile-detail", args=[profile.pk])
    assert "门店报表" in client.get(reverse("core:profile-list")).content.decode()
    assert "门店报表" not in client_of(d2_gm).get(reverse("core:profile-list")).content.decode()
    assert client_of(d2_gm).post(page, {"name": "mine"}).status_code == 404
    profile.spec["values"] = {LOOKUP: {"North": "D001", "a = b": "D001"}}
    profile.save()
    assert "North = D001" in client.get(page).content.decode()
    client.post(page, {"name": "改名", f"values-{LOOKUP}": "a = b = D001\n"})
    profile.refresh_from_db()
    assert (profile.name, profile.spec["values"]) == ("改名", {LOOKUP: {"a = b": "D001"}})
    client.post(reverse("core:profile-delete", args=[profile.pk]))
    assert MappingProfile.objects.count() == 0
    assert ImportBatch.objects.get().spec["source"] == f"dms@{network.d1.pk}"


def test_a_profile_of_headquarters_is_used_by_dealers_but_not_opened(network, hq_ops, d1_gm, client_of):
    client = client_of(hq_ops)
    send(client, foreign(["A1", "D001", "One", "3/31/2025", ""]))
    client.post(url("mapping", ImportBatch.objects.get()), mapped(save_as="总部方案"))
    profile = MappingProfile.objects.get()
    assert client_of(d1_gm).get(reverse("core:profile-detail", args=[profile.pk])).status_code == 404
    send(client_of(d1_gm), foreign(["A9", "D001", "Nine", "3/31/2025", ""]), "own.csv")
    batch = ImportBatch.objects.get(file__name="own.csv")
    assert (batch.status, batch.good_rows, batch.profile) == (BatchStatus.CHECKED, 1, profile)


def test_a_profile_that_does_not_fit_refuses_the_file(network, hq_ops, client_of):
    client = client_of(hq_ops)
    send(client, foreign(["A1", "D001", "One", "3/31/2025", ""]))
    client.post(url("mapping", ImportBatch.objects.get()), mapped(save_as="方案"))
    profile = MappingProfile.objects.get()
    page = send(client, csv_of(row(1)), "other.csv", profile=str(profile.pk))
    batch = ImportBatch.objects.get(file__name="other.csv")
    assert (batch.status, batch.refusal["code"]) == (BatchStatus.REFUSED, "columns_missing")
    assert "Store No、Seller、Title、Start" in page.content.decode()


def test_a_big_file_shows_its_progress(network, hq_ops, client_of, run_jobs):
    client = client_of(hq_ops)
    rows = [row(number, code=f"S{number:05d}", name="门店" * 20) for number in range(1, 2501)]
    page = send(client, csv_of(*rows))
    batch = ImportBatch.objects.get()
    assert batch.status == BatchStatus.CHECKING
    assert url("progress", batch) in page.content.decode()
    waiting = client.get(url("progress", batch))
    assert (waiting.status_code, "HX-Redirect" in waiting) == (200, False)
    run_jobs()
    done = client.get(url("progress", batch))
    assert (done.status_code, done["HX-Redirect"]) == (204, url("detail", batch))


def test_the_template_of_a_kind_is_read_without_a_mapping(network, hq_ops, client_of):
    client = client_of(hq_ops)
    answer = client.get(reverse("core:import-template", args=[KIND]))
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book[book.sheetnames[0]]
    assert [cell.value for cell in sheet[1]] == ["门店编号", "经销商", "门店名称", "开业日期", "业态", "面积"]
    for column, value in enumerate(row(1), 1):
        sheet.cell(2, column, value)
    filled = io.BytesIO()
    book.save(filled)
    send(client, filled.getvalue(), "filled.xlsx")
    batch = ImportBatch.objects.get()
    assert (batch.status, batch.good_rows, batch.summary["by"]) == (BatchStatus.CHECKED, 1, "headings")
    assert client.get(reverse("core:import-template", args=["no.kind"])).status_code == 404


def test_months_the_file_is_complete_for_are_kept(network, hq_ops, client_of):
    client = client_of(hq_ops)
    page = send(client, csv_of(row(1)), covers_from="2025-01")
    assert (page.status_code, ImportBatch.objects.count()) == (422, 0)
    send(client, csv_of(row(1)), covers_from="2025-01", covers_to="2025-12")
    assert ImportBatch.objects.get().spec["coverage"] == {"from": "2025-01", "to": "2025-12"}


def test_ambiguous_dates_are_asked_for(network, hq_ops, client_of):
    client = client_of(hq_ops)
    page = send(client, csv_of(row(1, opened_on="1/2/2025"), row(2, opened_on="2/1/2025")))
    batch = ImportBatch.objects.get()
    assert batch.status == BatchStatus.MAPPING
    assert "无法从数据判断日和月的先后" in page.content.decode()
    draft = queries.mapping_of(batch=batch)
    assert draft.outputs[0].fields["opened_on"].formats == ()


@pytest.mark.parametrize("name", ["core:import-list", "core:import-new", "core:profile-list"])
def test_pages_without_an_object_open_for_everybody_who_may(network, cast, client_of, name):
    readers = {"investor"} if name != "core:import-list" else set()
    for persona, user in cast.items():
        assert client_of(user).get(reverse(name)).status_code == (403 if persona in readers else 200)


def test_spellings_a_dealer_explains_go_into_an_own_copy_of_a_profile_of_headquarters(
    network, hq_ops, d1_gm, client_of
):
    client = client_of(hq_ops)
    send(client, foreign(["A1", "D001", "One", "3/31/2025", ""]))
    client.post(url("mapping", ImportBatch.objects.get()), mapped(save_as="总部方案"))
    shared = MappingProfile.objects.get()
    dealer = client_of(d1_gm)
    send(dealer, foreign(["A9", "本店", "Nine", "3/31/2025", ""]), "own.csv")
    batch = ImportBatch.objects.get(file__name="own.csv")
    answer = {f"{LOOKUP}--text-1": "本店", f"{LOOKUP}--target-1": "D001", "act": "explain"}
    dealer.post(url("spellings", batch), answer)
    batch.refresh_from_db()
    shared.refresh_from_db()
    assert (batch.good_rows, shared.spec["values"]) == (1, {})
    copy = MappingProfile.objects.exclude(pk=shared.pk).get()
    assert (copy.name, copy.dealer_id, copy.spec["values"]) == (
        "总部方案",
        network.d1.pk,
        {LOOKUP: {"本店": "D001"}},
    )
    assert (batch.profile, copy.spec["source"]) == (copy, "dms")
    send(dealer, foreign(["A8", "本店", "Eight", "3/31/2025", ""]), "next.csv")
    assert ImportBatch.objects.get(file__name="next.csv").good_rows == 1


def test_a_profile_that_leaves_a_field_open_becomes_the_draft(network, hq_ops, client_of):
    client = client_of(hq_ops)
    send(client, foreign(["A1", "D001", "One", "3/31/2025", ""]))
    client.post(url("mapping", ImportBatch.objects.get()), mapped(save_as="无店名"))
    profile = MappingProfile.objects.get()
    del profile.spec["outputs"][0]["fields"]["dealer"]
    profile.save()
    page = send(client, foreign(["A2", "North", "Two", "3/31/2025", ""]), "next.csv")
    batch = ImportBatch.objects.get(file__name="next.csv")
    assert (batch.status, batch.profile) == (BatchStatus.MAPPING, profile)
    text = page.content.decode()
    assert 'value="c:Store No" data-samples="A2" selected' in text
    assert f'list="choices-{LOOKUP}"' in text
    assert '<option value="D002">' in text


def test_who_may_not_import_the_kind_changes_nothing(network, hq_ops, hq_fin, client_of, monkeypatch):
    monkeypatch.setitem(registry._kinds, KIND, replace(OUTLETS, action="dealers.import"))
    send(client_of(hq_ops), csv_of(row(1), row(2, "North")))
    batch = ImportBatch.objects.get()
    client = client_of(hq_fin)
    assert client.get(url("detail", batch)).status_code == 200
    answers = {
        "mode": "good",
        "act": "explain",
        f"{LOOKUP}--text-1": "North",
        f"{LOOKUP}--target-1": "D001",
    }
    for name in ("commit", "mapping", "spellings", "restart", "withdraw"):
        assert client.post(url(name, batch), answers).status_code == 403
    batch.refresh_from_db()
    assert (batch.status, batch.good_rows, Outlet.objects.count()) == (BatchStatus.CHECKED, 1, 0)


def test_headquarters_working_on_a_dealers_upload_keeps_its_source(network, hq_ops, d1_gm, client_of):
    send(client_of(d1_gm), foreign(["A1", "D001", "One", "3/31/2025", ""]))
    batch = ImportBatch.objects.get()
    client_of(hq_ops).post(url("mapping", batch), mapped())
    batch.refresh_from_db()
    assert (batch.status, batch.spec["source"]) == (BatchStatus.CHECKED, f"dms@{network.d1.pk}")


def test_every_kind_has_help_a_list_and_a_template(network, hq_admin, client_of):
    client = client_of(hq_admin)
    page = client.get(reverse("core:import-new")).content.decode()
    for code, kind in registry.kinds().items():
        if code != KIND:
            assert str(kind.help) in page
            assert client.get(reverse(kind.list_url), {"source": "dms"}).status_code == 200
        assert client.get(reverse("core:import-template", args=[code])).status_code == 200


def test_work_that_failed_can_be_started_again(network, hq_ops, client_of, run_jobs, monkeypatch):
    client = client_of(hq_ops)
    rows = [row(number, code=f"S{number:05d}", name="门店" * 20) for number in range(1, 2501)]
    send(client, csv_of(*rows))
    batch = ImportBatch.objects.get()
    assert client.post(url("restart", batch)).status_code == 409
    with monkeypatch.context() as broken:
        broken.setattr(reading, "read_table", lambda *args, **options: 1 / 0)
        for _attempt in range(jobs.MAX_ATTEMPTS):
            jobs.run(str(batch.job_id))
    batch.refresh_from_db()
    assert (batch.status, batch.job.status) == (BatchStatus.CHECKING, "failed")
    assert url("restart", batch) in client.get(url("detail", batch)).content.decode()
    client.post(url("restart", batch))
    assert run_jobs() == 1
    batch.refresh_from_db()
    assert (batch.status, batch.good_rows) == (BatchStatus.CHECKED, 2500)


def test_progress_is_shown_and_a_cache_that_is_away_costs_only_that(network, monkeypatch):
    progress.tell(7, "checking", 1, 4)
    assert progress.read(7).percent == 25
    monkeypatch.setattr(progress, "cache", Away())
    progress.tell(7, "staging")
    assert progress.read(7) is None


class Away:
    def set(self, *args):
        raise RedisError

    get = set
