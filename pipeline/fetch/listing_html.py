"""Listings that are pages: the names an HTML index links to."""

from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from pipeline.fetch.web import Web


async def names_linked(web: Web, url: str) -> list[str] | None:
    """Last parts of the paths that the page at `url` links to, in its order, each once; None if there is no page."""
    reply = await web.reply(url)
    return None if reply is None else names_in(reply.text)


def names_in(page: str) -> list[str]:
    """Last parts of the paths of all links; a folder's name without its slash."""
    links = _Links()
    links.feed(page)
    links.close()
    names = (unquote(urlsplit(link).path.rstrip("/").rpartition("/")[2]) for link in links.found)
    return list(dict.fromkeys(name for name in names if name not in {"", ".", ".."}))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]
