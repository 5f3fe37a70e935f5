"""Backups: taken in one snapshot, restored into an empty data base, verified by restoring (docs/adr/0014)."""
