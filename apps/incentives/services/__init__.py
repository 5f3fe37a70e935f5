from apps.incentives.services.settling import settle

__all__ = ["settle"]
