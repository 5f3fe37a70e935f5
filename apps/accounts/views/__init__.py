"""The pages of users and access."""
