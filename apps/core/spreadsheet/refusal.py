"""The bare refusal raised while a file is inspected; the parent process turns it into FileRefused."""

Params = dict[str, str | int]


class Refusal(Exception):
    """A whole file cannot be read: a code of messages.REFUSALS and the values its text names."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params: Params = params
