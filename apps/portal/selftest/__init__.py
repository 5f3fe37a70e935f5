"""The nightly self-test: somebody of every role opens everything, and nothing of it stays."""
