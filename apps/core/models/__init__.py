from apps.core.models.audit import AuditAnchor, AuditBlock, AuditEvent
from apps.core.models.files import StoredFile
from apps.core.models.imports import ImportBatch, ImportRow, MappingProfile
from apps.core.models.jobs import IdempotentRequest, Job
from apps.core.models.operations import Backup, SelfTest, TrailCheck
from apps.core.models.refusals import Refusal

__all__ = [
    "AuditAnchor",
    "AuditBlock",
    "AuditEvent",
    "Backup",
    "IdempotentRequest",
    "ImportBatch",
    "ImportRow",
    "Job",
    "MappingProfile",
    "Refusal",
    "SelfTest",
    "StoredFile",
    "TrailCheck",
]
