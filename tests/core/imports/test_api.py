"""Imports by REST: the same steps, idempotent, scoped."""

from __future__ import annotations

import json

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core.models import ImportBatch, MappingProfile
from apps.dealers.models import Outlet

from .conftest import HEADER, KIND, LOOKUP, csv_of, row

URL = "/api/v1/imports/"
FOREIGN = ("Store No", "Seller", "Title", "Start")
SPEC = {
    "source": "dms",
    "outputs": [
        {
            "kind": KIND,
            "fields": {
                "code": {"column": "Store No"},
                "dealer": {"column": "Seller"},
                "name": {"column": "Title"},
                "opened_on": {"column": "Start", "formats": ["%m/%d/%Y"]},
            },
        }
    ],
}


def send(api, content, key="key-00001", name="outlets.csv", **fields):
    sent = SimpleUploadedFile(name, content, content_type="text/csv")
    return api.post(
        URL, {"kind": KIND, "file": sent, **fields}, format="multipart", headers={"Idempotency-Key": key}
    )


def test_upload_errors_commit_withdraw(network, hq_ops, api_of):
    api = api_of(hq_ops)
    answer = send(api, csv_of(row(1), row(2, area="?")))
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["total_rows"], body["good_rows"], body["bad_rows"]) == ("checked", 2, 1, 1)
    assert body["columns"] == list(HEADER)
    here = f"{URL}{body['id']}/"
    errors = api.get(f"{here}errors/").json()
    assert errors["count"] == 1
    assert errors["results"][0] | {"message": ""} == {
        "sheet": "outlets",
        "row": 3,
        "column": 6,
        "address": "F3",
        "column_name": "面积",
        "code": "not_a_number",
        "value": "?",
        "message": "",
    }
    refused = api.post(f"{here}commit/", {"mode": "all"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_has_errors")
    assert Outlet.objects.count() == 0
    for _repeat in range(2):
        done = api.post(f"{here}commit/", {"mode": "good"}, format="json").json()
        assert (done["status"], done["created_facts"], Outlet.objects.count()) == ("committed", 1, 1)
    for _repeat in range(2):
        assert api.post(f"{here}withdraw/").json()["status"] == "withdrawn"
    assert Outlet.objects.filter(closed_on=None).count() == 0
    assert api.get(f"{here}annotated/")["Content-Disposition"].startswith("attachment")


def test_the_same_key_uploads_once_and_another_file_under_it_is_refused(network, hq_ops, api_of):
    api = api_of(hq_ops)
    first = send(api, csv_of(row(1)))
    assert send(api, csv_of(row(1))).json() == first.json()
    assert ImportBatch.objects.count() == 1
    assert send(api, csv_of(row(2))).status_code == 422
    assert send(api, csv_of(row(1)), key="").status_code == 400
    assert ImportBatch.objects.count() == 1


def test_a_mode_imports_at_once(network, hq_ops, api_of):
    body = send(api_of(hq_ops), csv_of(row(1), row(2)), mode="all").json()
    assert (body["status"], body["created_facts"], Outlet.objects.count()) == ("committed", 2, 2)


def test_a_mapping_by_request_by_profile_and_afterwards(network, hq_ops, api_of):
    api = api_of(hq_ops)
    content = csv_of(["A1", "North", "One", "3/31/2025"], header=FOREIGN)
    first = send(api, content).json()
    assert (first["status"], first["good_rows"]) == ("mapping", 0)
    assert first["spec"]["outputs"][0]["fields"]["opened_on"] == {"column": "Start", "formats": ["%m/%d/%Y"]}
    here = f"{URL}{first['id']}/"
    wrong = api.post(f"{here}mapping/", {"spec": {"outputs": []}}, format="json")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (409, ["outputs"])
    mapped = api.post(f"{here}mapping/", {"spec": SPEC, "save_as": "api"}, format="json").json()
    assert (mapped["status"], mapped["bad_rows"], mapped["profile"]) == ("checked", 1, "api")
    assert mapped["unresolved"] == {LOOKUP: [{"text": "North", "count": 1}]}
    values = {LOOKUP: {"North": "D001"}}
    explained = api.post(f"{here}spellings/", {"values": values}, format="json").json()
    assert (explained["good_rows"], explained["bad_rows"]) == (1, 0)
    named = send(api, content, key="key-00002", profile="api").json()
    assert (named["status"], named["good_rows"], named["profile"]) == ("checked", 1, "api")
    given = send(api, content, key="key-00003", spec=json.dumps(SPEC | {"values": values})).json()
    assert (given["status"], given["good_rows"]) == ("checked", 1)
    unknown = send(api, content, key="key-00004", profile="no such")
    assert (unknown.status_code, list(unknown.json()["fields"])) == (400, ["profile"])


def test_a_value_for_all_rows(network, hq_ops, api_of):
    header = [name for name in HEADER if name != "经销商"]
    content = csv_of([cell for place, cell in enumerate(row(1)) if place != 1], header=header)
    api = api_of(hq_ops)
    body = send(api, content, constants=json.dumps({"dealer": "D003"})).json()
    assert (body["status"], body["good_rows"]) == ("checked", 1)
    wrong = send(api, content, key="key-00002", constants=json.dumps({"dealer": ["D003"]}))
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["constants"])
    unknown = send(api, content, key="key-00003", constants=json.dumps({"wheels": "4"}))
    assert (unknown.status_code, list(unknown.json()["fields"])) == (409, ["constants"])
    assert ImportBatch.objects.count() == 1


def test_missing_dealers_are_created_by_request(network, hq_ops, d1_gm, api_of):
    here = f"{URL}{send(api_of(hq_ops), csv_of(row(1, 'North Motors'))).json()['id']}/spellings/"
    body = api_of(hq_ops).post(here, {"create": {LOOKUP: ["North Motors"]}}, format="json").json()
    assert (body["good_rows"], body["bad_rows"]) == (1, 0)
    own = send(api_of(d1_gm), csv_of(row(1, "South Motors"))).json()["id"]
    refused = api_of(d1_gm).post(
        f"{URL}{own}/spellings/", {"create": {LOOKUP: ["South Motors"]}}, format="json"
    )
    assert refused.status_code == 403


def test_a_refused_file_answers_with_its_reason(network, hq_ops, api_of):
    body = send(api_of(hq_ops), b"").json()
    assert (body["status"], body["refusal"]["code"]) == ("refused", "empty")
    assert body["refusal"]["message"]


def test_profiles_by_request(network, hq_ops, d1_gm, api_of):
    api = api_of(hq_ops)
    made = api.post("/api/v1/import-profiles/", {"name": "p", "spec": SPEC, "header": FOREIGN}, format="json")
    assert (made.status_code, made.json()["kind"]) == (201, KIND)
    listed = api.get("/api/v1/import-profiles/").json()
    assert [profile["name"] for profile in listed["results"]] == ["p"]
    here = f"/api/v1/import-profiles/{made.json()['id']}/"
    assert api_of(d1_gm).get(here).status_code == 404
    assert api_of(d1_gm).delete(here).status_code == 404
    assert MappingProfile.objects.count() == 1
    assert api.delete(here).status_code == 204
    assert MappingProfile.objects.count() == 0


def test_imports_of_others_do_not_exist(network, d1_gm, d2_gm, api_of):
    number = send(api_of(d1_gm), csv_of(row(1), row(2, area="?"))).json()["id"]
    stranger = api_of(d2_gm)
    assert stranger.get(URL).json()["results"] == []
    for path in ("", "errors/", "annotated/"):
        assert stranger.get(f"{URL}{number}/{path}").status_code == 404
    bodies = {"commit/": {"mode": "good"}, "withdraw/": {}, "mapping/": {"spec": SPEC}, "spellings/": {}}
    for path, body in bodies.items():
        assert stranger.post(f"{URL}{number}/{path}", body, format="json").status_code == 404
    assert Outlet.objects.count() == 0
