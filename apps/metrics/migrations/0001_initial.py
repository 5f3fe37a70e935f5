import django.db.models.deletion
from django.db import migrations, models

VALUES = """
CREATE TABLE metrics_measurevalue (
    period date NOT NULL,
    revision smallint NOT NULL CHECK (revision >= 0),
    measure varchar(60) NOT NULL,
    dealer_id bigint NOT NULL,
    dimension varchar(60) NOT NULL,
    value numeric(20, 6) NOT NULL,
    PRIMARY KEY (period, revision, measure, dealer_id, dimension)
) PARTITION BY RANGE (period);
CREATE TABLE metrics_kpivalue (
    period date NOT NULL,
    revision smallint NOT NULL CHECK (revision >= 0),
    kpi varchar(60) NOT NULL,
    dealer_id bigint NOT NULL,
    numerator numeric(24, 6),
    denominator numeric(24, 6),
    value numeric(24, 6),
    reason text NOT NULL,
    version smallint NOT NULL CHECK (version >= 0),
    PRIMARY KEY (period, revision, kpi, dealer_id)
) PARTITION BY RANGE (period)
"""


class Migration(migrations.Migration):
    """Feeds, revisions of months and the monthly store; the two value tables are partitioned by month."""

    initial = True

    dependencies = [
        ("dealers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomKpi",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, unique=True, verbose_name="code")),
                ("label_zh", models.CharField(max_length=60, verbose_name="name (Chinese)")),
                ("label_en", models.CharField(max_length=60, verbose_name="name (English)")),
                ("formula", models.TextField(verbose_name="formula")),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("percent", "Percent"),
                            ("number", "Number"),
                            ("yuan", "Yuan"),
                            ("months", "Months"),
                            ("days", "Days"),
                            ("units", "Vehicles"),
                            ("score", "Points"),
                        ],
                        max_length=20,
                        verbose_name="unit",
                    ),
                ),
                (
                    "better",
                    models.CharField(
                        choices=[
                            ("higher", "Higher is better"),
                            ("lower", "Lower is better"),
                            ("band", "A middle range is best"),
                        ],
                        max_length=10,
                        verbose_name="which way is better",
                    ),
                ),
                ("decimals", models.PositiveSmallIntegerField(default=2, verbose_name="decimals")),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "custom KPI",
                "verbose_name_plural": "custom KPIs",
            },
        ),
        migrations.CreateModel(
            name="FeedSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("feed", models.CharField(max_length=40, verbose_name="feed")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("due_day", models.PositiveSmallIntegerField(verbose_name="due day of the following month")),
            ],
            options={
                "verbose_name": "feed setting",
                "verbose_name_plural": "feed settings",
                "constraints": [
                    models.UniqueConstraint(fields=("feed", "effective_from"), name="feedsetting_once"),
                    models.CheckConstraint(
                        condition=models.Q(("effective_from__day", 1)), name="feedsetting_first_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_day__range", (1, 28))), name="feedsetting_due_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KpiRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kpi", models.CharField(max_length=60)),
                ("version", models.PositiveSmallIntegerField()),
                ("formula", models.TextField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "rule of a KPI",
                "verbose_name_plural": "rules of KPIs",
                "constraints": [models.UniqueConstraint(fields=("kpi", "version"), name="kpirule_once")],
            },
        ),
        migrations.CreateModel(
            name="KpiSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kpi", models.CharField(max_length=60, verbose_name="KPI")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                (
                    "low_red",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="red below"
                    ),
                ),
                (
                    "low_amber",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="amber below"
                    ),
                ),
                (
                    "high_amber",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="amber above"
                    ),
                ),
                (
                    "high_red",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="red above"
                    ),
                ),
                (
                    "inclusive",
                    models.BooleanField(
                        default=False, verbose_name="a value equal to a limit has crossed it"
                    ),
                ),
                (
                    "owner",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hq_admin", "HQ administrator"),
                            ("hq_operations", "HQ operations"),
                            ("hq_finance", "HQ incentive finance"),
                            ("hq_audit", "HQ audit"),
                            ("hq_experience", "HQ customer experience"),
                            ("executive", "Executive"),
                            ("province_manager", "Province manager"),
                            ("region_manager", "Region manager"),
                            ("account_manager", "Account manager"),
                            ("dealer_general", "Dealer general manager"),
                            ("dealer_sales", "Dealer sales manager"),
                            ("dealer_service", "Dealer service manager"),
                            ("dealer_finance", "Dealer finance manager"),
                            ("integration", "Integration"),
                        ],
                        max_length=30,
                        verbose_name="owner",
                    ),
                ),
                ("shown", models.BooleanField(default=True, verbose_name="shown")),
            ],
            options={
                "verbose_name": "KPI setting",
                "verbose_name_plural": "KPI settings",
                "constraints": [
                    models.UniqueConstraint(fields=("kpi", "effective_from"), name="kpisetting_once"),
                    models.CheckConstraint(
                        condition=models.Q(("effective_from__day", 1)), name="kpisetting_first_day"
                    ),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(VALUES, "DROP TABLE metrics_measurevalue; DROP TABLE metrics_kpivalue"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="KpiValue",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "period",
                                "revision",
                                "kpi",
                                "dealer_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("period", models.DateField()),
                        ("revision", models.PositiveSmallIntegerField()),
                        ("kpi", models.CharField(max_length=60)),
                        ("numerator", models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                        ("denominator", models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                        ("value", models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                        ("reason", models.TextField(blank=True)),
                        ("version", models.PositiveSmallIntegerField()),
                        (
                            "dealer",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                to="dealers.dealer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "KPI value",
                        "verbose_name_plural": "KPI values",
                    },
                ),
                migrations.CreateModel(
                    name="MeasureValue",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "period",
                                "revision",
                                "measure",
                                "dealer_id",
                                "dimension",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("period", models.DateField()),
                        ("revision", models.PositiveSmallIntegerField()),
                        ("measure", models.CharField(max_length=60)),
                        ("dimension", models.CharField(default="", max_length=60)),
                        ("value", models.DecimalField(decimal_places=6, max_digits=20)),
                        (
                            "dealer",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                to="dealers.dealer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "measure value",
                        "verbose_name_plural": "measure values",
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="MonthRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.DateField(verbose_name="month")),
                ("revision", models.PositiveSmallIntegerField(verbose_name="revision")),
                ("computed_at", models.DateTimeField(null=True, verbose_name="computed at")),
                ("frozen_at", models.DateTimeField(null=True, verbose_name="frozen at")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("basis", models.JSONField(default=dict)),
                ("result_hash", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "revision of a month",
                "verbose_name_plural": "revisions of months",
                "constraints": [
                    models.UniqueConstraint(fields=("period", "revision"), name="monthrevision_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedStatus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.DateField(verbose_name="month")),
                ("feed", models.CharField(max_length=40, verbose_name="feed")),
                (
                    "state",
                    models.CharField(
                        choices=[("reported", "Reported"), ("nil", "Nil return")],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("first_reported_at", models.DateTimeField(verbose_name="first reported at")),
                ("last_reported_at", models.DateTimeField(verbose_name="last reported at")),
                ("source", models.CharField(max_length=80, verbose_name="source")),
                (
                    "dealer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="dealers.dealer"),
                ),
            ],
            options={
                "verbose_name": "feed status",
                "verbose_name_plural": "feed states",
                "constraints": [
                    models.UniqueConstraint(fields=("period", "feed", "dealer"), name="feedstatus_once"),
                    models.CheckConstraint(
                        condition=models.Q(("period__day", 1)), name="feedstatus_first_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitKpiValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.DateField()),
                ("revision", models.PositiveSmallIntegerField()),
                ("kpi", models.CharField(max_length=60)),
                ("numerator", models.DecimalField(decimal_places=6, max_digits=26, null=True)),
                ("denominator", models.DecimalField(decimal_places=6, max_digits=26, null=True)),
                ("value", models.DecimalField(decimal_places=6, max_digits=26, null=True)),
                ("mean", models.DecimalField(decimal_places=6, max_digits=26, null=True)),
                ("dealers_counted", models.PositiveIntegerField()),
                ("dealers_total", models.PositiveIntegerField()),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="dealers.orgunit"),
                ),
            ],
            options={
                "verbose_name": "KPI value of a unit",
                "verbose_name_plural": "KPI values of units",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("period", "revision", "unit", "kpi"), name="unitkpivalue_once"
                    )
                ],
            },
        ),
    ]
