"""docs/sources.md: where data comes from, what it tells and what it does not."""

import sys

from pipeline.sources import SOURCES
from pipeline.sources.facts import FACTS
from pipeline.sources.files import FILES

_HEAD = "source | files | venues | tables | clocks | depth and cadence | cannot tell | cost and terms as known"


def sources_page() -> str:
    """The page, from SOURCES and their facts."""
    rows = [_HEAD, "|".join(["---"] * len(_HEAD.split("|")))]
    for name, source in SOURCES.items():
        facts = FACTS[name]
        cells = [
            f"`{name}`",
            FILES[name],
            ", ".join(source.venues),
            ", ".join(facts.tables),
            facts.clocks,
            facts.cadence,
        ]
        rows.append(" | ".join([*cells, facts.blind, facts.cost]))
    parts = [
        "# Sources",
        "Generated from the code by `python -m pipeline.sources_page > docs/sources.md`. "
        "Where a table is not named, the source leaves it empty: what was not recorded is a row of `gaps` (core feeds) "
        "or absent. Terms are quoted as found and are no legal advice.",
        "\n".join(f"| {row} |" for row in rows),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    sys.stdout.write(sources_page())


if __name__ == "__main__":
    main()
