"""Set-up and servers of a checkout; everything `dev.py` needs, standard library first."""
