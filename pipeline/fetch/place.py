"""Where a file comes to stand: whole or not at all, and never in the place of another that was there."""

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.fetch.download import Part

_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A file's path, and those of what is not it: unfinished, wrong, or replaced upstream."""

    path: Path

    @property
    def part(self) -> Part:
        return Part(self.path.with_name(f"{self.path.name}.part"))

    def size(self) -> int | None:
        return self.path.stat().st_size if self.path.is_file() else None

    def take(self, sha256_before: str | None) -> Path | None:
        """The part becomes the file. One that was there is kept aside, as NAME.replaced-<its sha256>; returns where."""
        aside = None
        if self.path.is_file() and sha256_before is not None:
            aside = self.path.with_name(f"{self.path.name}.replaced-{sha256_before[:_DIGITS]}")
            self.path.replace(aside)
        self._move(self.path)
        return aside

    def refuse(self) -> Path:
        """The part is not what was published, and stands aside as NAME.mismatch; returns where."""
        wrong = self.path.with_name(f"{self.path.name}.mismatch")
        self._move(wrong)
        return wrong

    def _move(self, target: Path) -> None:
        part = self.part
        with part.path.open("rb") as file:
            os.fsync(file.fileno())
        part.path.replace(target)
        part.forget_validator()
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
