from django.contrib.auth.hashers import Argon2PasswordHasher


class ModerateArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane: strong, and a log-in stays near a tenth of a second."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
