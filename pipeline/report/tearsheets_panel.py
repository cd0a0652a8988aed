"""The tearsheets beside a report, by their verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from backtest.page import Panel
from backtest.tearsheet.document import MARKET, VERDICT
from backtest.verdict import VERDICTS
from pipeline.market import Market

FOLDER: Final = "tearsheets"
_INDEX: Final = "index.html"
_UNSTATED: Final = "not stated"


@dataclass(frozen=True, slots=True)
class Beside:
    """A tearsheet: its name, where it leads from the report's folder, and what it says of itself; empty = nothing."""

    name: str
    href: str
    market: str
    verdict: str


def tearsheets_in(folder: Path) -> list[Beside]:
    """Pages named after a signal in the folder of that name beside the report; not the one that leads to them all."""
    return [_beside(path) for path in sorted((folder / FOLDER).glob("*.html")) if path.name != _INDEX]


def tearsheets_panel(found: Sequence[Beside], market: Market) -> Panel | None:
    """A row for each verdict, the strongest first; a sheet of another market says which."""
    by_verdict: dict[str, list[Beside]] = {
        verdict: [one for one in found if one.verdict == verdict] for verdict in reversed(VERDICTS)
    }
    by_verdict[_UNSTATED] = [one for one in found if one.verdict not in VERDICTS]
    rows = [
        f'<tr><td>{escape(verdict)}</td><td class="n">{len(ones)}</td>'
        f"<td>{', '.join(_link(one, str(market)) for one in ones)}</td></tr>"
        for verdict, ones in by_verdict.items()
        if ones
    ]
    if not rows:
        return None
    head = '<tr><th>verdict</th><th class="n">signals</th><th>tearsheets</th></tr>'
    return Panel(
        "What was each signal judged to be?",
        f'<div class="wide"><table><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table></div>',
        f"{len(found)} pages in {FOLDER}/ beside this one, each with its own window and registry of trials. Of so many "
        f"at once some look predictive by chance: {FOLDER}/{_INDEX} counts them together.",
        short="Verdicts",
    )


def _link(one: Beside, market: str) -> str:
    other = f" ({escape(one.market)})" if one.market not in ("", market) else ""
    return f'<a href="{escape(one.href, quote=True)}">{escape(one.name)}</a>{other}'


def _beside(path: Path) -> Beside:
    reading = _Metas()
    reading.feed(path.read_text(encoding="utf-8", errors="replace"))
    said = reading.found
    return Beside(path.stem, f"{FOLDER}/{path.name}", said.get(MARKET, ""), said.get(VERDICT, ""))


class _Metas(HTMLParser):
    """Names and contents of a page's meta elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "meta" and (name := said.get("name")):
            self.found[name] = said.get("content") or ""
