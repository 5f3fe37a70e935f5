from apps.incentives.queries import accruals, documents, standing

__all__ = ["accruals", "documents", "standing"]
