"""Users from a table: errors by row and column, links for those with an address."""

from __future__ import annotations

from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import Assignment, LogInLink, User
from apps.core.models import ImportBatch

TABLE = """用户名,姓名,角色,经销商代码,机构代码,邮箱
zhang.wei,张伟,经销商销售经理,D001,,zhang@example.com
li.na,李娜,account_manager,,ZJ1,
zhang.wei,张三,dealer_sales,D001,,
wang fang,王芳,dealer_sales,D001,,
d1_gm,重名,dealer_sales,D001,,
no.place,无处,dealer_sales,,,
two.places,两处,dealer_sales,D001,ZJ1,
rich,财务,hq_finance,,HQ,
bad.mail,邮箱,dealer_sales,D002,,not-an-address
nowhere,机构,account_manager,,NIX,
good.one,好人,dealer_service,D002,,
"""


def upload(client, table: str) -> ImportBatch:
    file = SimpleUploadedFile("users.csv", table.encode(), "text/csv")
    assert client.post("/imports/new/", {"kind": "accounts.user", "file": file}).status_code == 302
    return ImportBatch.objects.latest("pk")


def test_errors_stand_at_their_cells_and_good_rows_become_users(
    hq_admin, d1_gm, network, client_of, run_jobs
) -> None:
    admin = client_of(hq_admin)
    batch = upload(admin, TABLE)
    run_jobs()
    batch.refresh_from_db()
    wrong = {
        row.row_no: sorted(error["code"] for error in row.errors) for row in batch.rows.all() if row.errors
    }
    assert {number: codes for number, codes in wrong.items() if codes} == {
        2: ["username_twice"],
        4: ["username_twice"],
        5: ["username"],
        6: ["username_taken"],
        7: ["one_place"],
        8: ["one_place"],
        9: ["not_a_choice"],
        10: ["email"],
        11: ["unit_unknown"],
    }
    assert not User.objects.filter(username__in=["li.na", "good.one"]).exists()


def test_good_rows_become_users_with_roles_and_links(hq_admin, network, client_of, run_jobs) -> None:
    lines = TABLE.splitlines()
    batch = upload(client_of(hq_admin), "\n".join([lines[0], lines[1], lines[2], lines[-1]]))
    run_jobs()
    done = client_of(hq_admin).post(f"/imports/{batch.pk}/commit/", {"mode": "all"})
    assert done.status_code == 302
    run_jobs()
    batch.refresh_from_db()
    assert (batch.status, batch.created_facts) == ("committed", 3)
    held = Assignment.objects.filter(user__username__in=["zhang.wei", "li.na", "good.one"])
    assert sorted(held.values_list("user__username", "role", "dealer__code", "unit__code")) == [
        ("good.one", "dealer_service", "D002", None),
        ("li.na", "account_manager", None, "ZJ1"),
        ("zhang.wei", "dealer_sales", "D001", None),
    ]
    assert LogInLink.objects.get().user.username == "zhang.wei"
    assert [message.to for message in mail.outbox] == [["zhang@example.com"]]
    assert not any(user.has_usable_password() for user in User.objects.filter(assignments__in=held))


def test_a_general_manager_imports_no_users(d1_gm, client_of) -> None:
    file = SimpleUploadedFile("users.csv", TABLE.encode(), "text/csv")
    client_of(d1_gm).post("/imports/new/", {"kind": "accounts.user", "file": file})
    assert not ImportBatch.objects.exists()
