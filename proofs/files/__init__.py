"""What the proofs of files share: a place with people, ways in over HTTP, spoilt files, defects."""
