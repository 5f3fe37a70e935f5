"""One command for each reliability promise; see README.md."""
