"""Pages and API of background jobs and backups, for those who look after the product."""
