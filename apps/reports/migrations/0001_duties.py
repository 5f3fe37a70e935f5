import datetime as dt

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.reports.rules.duties


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("dealers", "0006_contacts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.CharField(max_length=32)),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar address",
                "verbose_name_plural": "calendar addresses",
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="rule")),
                ("part", models.PositiveSmallIntegerField(default=0)),
                ("slot", models.PositiveSmallIntegerField(default=0)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("hq_admin", "HQ administrator"),
                            ("hq_operations", "HQ operations"),
                            ("hq_policy", "HQ commercial policy"),
                            ("hq_finance", "HQ incentive finance"),
                            ("hq_legal", "HQ legal"),
                            ("hq_audit", "HQ audit"),
                            ("auditor", "Auditor"),
                            ("hq_experience", "HQ customer experience"),
                            ("hq_training", "HQ training"),
                            ("executive", "Executive"),
                            ("province_manager", "Province manager"),
                            ("region_manager", "Region manager"),
                            ("account_manager", "Account manager, level 1"),
                            ("account_manager_2", "Account manager, level 2"),
                            ("market_captain", "Market captain"),
                            ("market_member", "Market team member"),
                            ("office_assistant", "Office assistant"),
                            ("key_account_manager", "Key-account manager"),
                            ("key_account_clerk", "Key-account clerk"),
                            ("dealer_general", "Dealer general manager"),
                            ("dealer_sales", "Dealer sales manager"),
                            ("dealer_service", "Dealer service manager"),
                            ("dealer_finance", "Dealer finance manager"),
                            ("dealer_care", "Dealer customer-care manager"),
                            ("sales_consultant", "Sales consultant"),
                            ("service_adviser", "Service adviser"),
                            ("investor", "Investor"),
                            ("integration", "Integration"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                (
                    "form",
                    models.CharField(blank=True, db_default="", max_length=60, verbose_name="report form"),
                ),
                ("nominal", models.DateField()),
                ("since", models.DateField(verbose_name="from")),
                ("until", models.DateField(verbose_name="to")),
                ("due_on", models.DateField(verbose_name="falls due on")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("grace_at", models.DateTimeField(verbose_name="overdue from")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To do"),
                            ("started", "In progress"),
                            ("returned", "Returned"),
                            ("done", "Submitted"),
                            ("waived", "Waived"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("done_at", models.DateTimeField(null=True, verbose_name="done at")),
                (
                    "done_by",
                    models.CharField(blank=True, db_default="", max_length=150, verbose_name="done by"),
                ),
                (
                    "done_for",
                    models.CharField(blank=True, db_default="", max_length=150, verbose_name="on behalf of"),
                ),
                ("note", models.CharField(blank=True, db_default="", max_length=500, verbose_name="note")),
                ("proof_label", models.CharField(blank=True, db_default="", max_length=60)),
                ("proof_id", models.BigIntegerField(null=True)),
                ("needed", models.PositiveIntegerField(null=True, verbose_name="needed")),
                ("target", models.PositiveIntegerField(null=True, verbose_name="target")),
                ("most", models.PositiveIntegerField(null=True, verbose_name="at most")),
                ("counted", models.PositiveIntegerField(null=True, verbose_name="counted")),
                (
                    "waived_by",
                    models.CharField(blank=True, db_default="", max_length=150, verbose_name="waived by"),
                ),
                (
                    "waived_reason",
                    models.CharField(blank=True, db_default="", max_length=300, verbose_name="reason"),
                ),
                ("rung", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "dealer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="dealers.dealer",
                        verbose_name="dealer",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="dealers.orgunit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "duty",
                "verbose_name_plural": "duties",
            },
        ),
        migrations.CreateModel(
            name="DutyAsk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(verbose_name="rung")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("hq_admin", "HQ administrator"),
                            ("hq_operations", "HQ operations"),
                            ("hq_policy", "HQ commercial policy"),
                            ("hq_finance", "HQ incentive finance"),
                            ("hq_legal", "HQ legal"),
                            ("hq_audit", "HQ audit"),
                            ("auditor", "Auditor"),
                            ("hq_experience", "HQ customer experience"),
                            ("hq_training", "HQ training"),
                            ("executive", "Executive"),
                            ("province_manager", "Province manager"),
                            ("region_manager", "Region manager"),
                            ("account_manager", "Account manager, level 1"),
                            ("account_manager_2", "Account manager, level 2"),
                            ("market_captain", "Market captain"),
                            ("market_member", "Market team member"),
                            ("office_assistant", "Office assistant"),
                            ("key_account_manager", "Key-account manager"),
                            ("key_account_clerk", "Key-account clerk"),
                            ("dealer_general", "Dealer general manager"),
                            ("dealer_sales", "Dealer sales manager"),
                            ("dealer_service", "Dealer service manager"),
                            ("dealer_finance", "Dealer finance manager"),
                            ("dealer_care", "Dealer customer-care manager"),
                            ("sales_consultant", "Sales consultant"),
                            ("service_adviser", "Service adviser"),
                            ("investor", "Investor"),
                            ("integration", "Integration"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                (
                    "skipped",
                    models.CharField(
                        blank=True,
                        choices=[("vacant", "Nobody holds the role"), ("asked", "Already asked")],
                        max_length=8,
                        verbose_name="skipped",
                    ),
                ),
                ("on", models.DateField(verbose_name="on")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "duty",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="asks", to="reports.duty"
                    ),
                ),
                (
                    "instead_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="instead of",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked",
                    ),
                ),
            ],
            options={
                "verbose_name": "question about a late duty",
                "verbose_name_plural": "questions about late duties",
            },
        ),
        migrations.CreateModel(
            name="DutyRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="version")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("name_zh", models.CharField(max_length=200, verbose_name="name (Chinese)")),
                ("name_en", models.CharField(max_length=200, verbose_name="name (English)")),
                (
                    "owner",
                    models.CharField(
                        choices=[("dealer", "Every dealer"), ("unit", "Every unit with the role")],
                        max_length=6,
                        verbose_name="owed by",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("hq_admin", "HQ administrator"),
                            ("hq_operations", "HQ operations"),
                            ("hq_policy", "HQ commercial policy"),
                            ("hq_finance", "HQ incentive finance"),
                            ("hq_legal", "HQ legal"),
                            ("hq_audit", "HQ audit"),
                            ("auditor", "Auditor"),
                            ("hq_experience", "HQ customer experience"),
                            ("hq_training", "HQ training"),
                            ("executive", "Executive"),
                            ("province_manager", "Province manager"),
                            ("region_manager", "Region manager"),
                            ("account_manager", "Account manager, level 1"),
                            ("account_manager_2", "Account manager, level 2"),
                            ("market_captain", "Market captain"),
                            ("market_member", "Market team member"),
                            ("office_assistant", "Office assistant"),
                            ("key_account_manager", "Key-account manager"),
                            ("key_account_clerk", "Key-account clerk"),
                            ("dealer_general", "Dealer general manager"),
                            ("dealer_sales", "Dealer sales manager"),
                            ("dealer_service", "Dealer service manager"),
                            ("dealer_finance", "Dealer finance manager"),
                            ("dealer_care", "Dealer customer-care manager"),
                            ("sales_consultant", "Sales consultant"),
                            ("service_adviser", "Service adviser"),
                            ("investor", "Investor"),
                            ("integration", "Integration"),
                        ],
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                (
                    "rule_text",
                    models.CharField(
                        help_text="For example: 每月18日, 遇假日提前 · 逢2前 · 月末-2工作日 · MONTHLY(1,lag=10)",
                        max_length=200,
                        verbose_name="rule",
                    ),
                ),
                ("structure", models.JSONField(editable=False)),
                (
                    "deadline",
                    models.TimeField(default=dt.time(23, 59), verbose_name="deadline (time of day)"),
                ),
                (
                    "shift",
                    models.CharField(
                        choices=[
                            ("none", "Stays"),
                            ("prev", "Working day before"),
                            ("next", "Working day after"),
                        ],
                        default="none",
                        max_length=4,
                        verbose_name="on a day off",
                    ),
                ),
                ("grace_days", models.PositiveSmallIntegerField(default=0, verbose_name="grace (days)")),
                (
                    "reminder_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="For example: 3, 1, 0",
                        size=None,
                        verbose_name="reminders (days before)",
                    ),
                ),
                (
                    "recipient_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hq_admin", "HQ administrator"),
                            ("hq_operations", "HQ operations"),
                            ("hq_policy", "HQ commercial policy"),
                            ("hq_finance", "HQ incentive finance"),
                            ("hq_legal", "HQ legal"),
                            ("hq_audit", "HQ audit"),
                            ("auditor", "Auditor"),
                            ("hq_experience", "HQ customer experience"),
                            ("hq_training", "HQ training"),
                            ("executive", "Executive"),
                            ("province_manager", "Province manager"),
                            ("region_manager", "Region manager"),
                            ("account_manager", "Account manager, level 1"),
                            ("account_manager_2", "Account manager, level 2"),
                            ("market_captain", "Market captain"),
                            ("market_member", "Market team member"),
                            ("office_assistant", "Office assistant"),
                            ("key_account_manager", "Key-account manager"),
                            ("key_account_clerk", "Key-account clerk"),
                            ("dealer_general", "Dealer general manager"),
                            ("dealer_sales", "Dealer sales manager"),
                            ("dealer_service", "Dealer service manager"),
                            ("dealer_finance", "Dealer finance manager"),
                            ("dealer_care", "Dealer customer-care manager"),
                            ("sales_consultant", "Sales consultant"),
                            ("service_adviser", "Service adviser"),
                            ("investor", "Investor"),
                            ("integration", "Integration"),
                        ],
                        max_length=30,
                        verbose_name="goes to",
                    ),
                ),
                (
                    "recipient_text",
                    models.CharField(blank=True, max_length=60, verbose_name="goes to (as written)"),
                ),
                ("quota_text", models.CharField(blank=True, max_length=60, verbose_name="how many")),
                ("product", models.CharField(blank=True, max_length=60, verbose_name="proof")),
                ("proof", models.CharField(blank=True, max_length=40, verbose_name="counted records")),
                (
                    "forms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="report forms",
                    ),
                ),
                (
                    "after",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="comes after",
                    ),
                ),
                (
                    "exempt",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="exempt (codes)",
                    ),
                ),
            ],
            options={
                "verbose_name": "duty rule",
                "verbose_name_plural": "duty rules",
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="dutyrule_version"),
                    models.UniqueConstraint(fields=("code", "effective_from"), name="dutyrule_effective"),
                ],
            },
        ),
        migrations.AddField(
            model_name="duty",
            name="rule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="reports.dutyrule", verbose_name="rule"
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["due_on", "role"], name="duty_due"),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            apps.reports.rules.duties.State["OPEN"],
                            apps.reports.rules.duties.State["STARTED"],
                            apps.reports.rules.duties.State["RETURNED"],
                        ],
                    )
                ),
                fields=["due_at"],
                name="duty_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("form", ""), _negated=True), fields=["form", "since"], name="duty_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dealer__isnull", False)),
                fields=("dealer", "code", "nominal", "part", "slot"),
                name="duty_of_dealer",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.UniqueConstraint(
                condition=models.Q(("unit__isnull", False)),
                fields=("unit", "code", "nominal", "part", "slot"),
                name="duty_of_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(("dealer__isnull", False), ("unit__isnull", False), _connector="XOR"),
                name="duty_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "done"), ("done_at__isnull", True), _connector="XOR"),
                name="duty_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waived"), _negated=True),
                    models.Q(("waived_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="duty_waived_with_reason",
            ),
        ),
    ]
