from apps.core.models.audit import AuditAnchor, AuditBlock, AuditEvent
from apps.core.models.files import StoredFile
from apps.core.models.imports import ImportBatch, ImportRow, MappingProfile
from apps.core.models.jobs import IdempotentRequest, Job
from apps.core.models.operations import Backup, SelfTest

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
    "SelfTest",
    "StoredFile",
]
