from celery import shared_task
from django.utils import timezone

from apps.core import access, chain, jobs, trail_checks
from apps.core.backup import keeping


@shared_task(name=jobs.TASK, acks_late=True, reject_on_worker_lost=True)
def run_job(job_id: str, **_: object) -> None:
    jobs.run(job_id)


@shared_task(name="core.reconcile")
def reconcile(**_: object) -> None:
    jobs.reconcile(timezone.now())


@shared_task(name="core.anchor_audit")
def anchor_audit(**_: object) -> None:
    chain.anchor(now=timezone.now())


@shared_task(name="core.nightly")
def nightly(**_: object) -> None:
    trail_checks.ask(actor=access.system("nightly"), now=timezone.now())
    keeping.ask(actor=access.system("nightly"), now=timezone.now())
