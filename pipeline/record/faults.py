"""How asking a venue can fail."""


class NoReply(Exception):
    """The venue could not be reached, was too busy, or answered something else than data: ask again later.

    `text` is what it answered, if anything.
    """

    def __init__(self, why: str, text: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.text = text


class Refusal(NoReply):
    """The venue understood the request and will not serve it, as for a symbol it does not list."""
