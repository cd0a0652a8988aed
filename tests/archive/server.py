"""A web server for tests: files and functions by path, every request written down, defects on demand."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

_MONDAY = 1_717_400_000  # 2024-06-03 07:33:20 UTC


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str = ""

    @property
    def range(self) -> str | None:
        return self.headers.get("range")


@dataclass(frozen=True, slots=True)
class Defect:
    """What goes wrong with a path, `times` times (None: always).

    status: answered instead of the file, with `headers` and `body`. cut_after: the connection closes after so many
    bytes of the body. piece, pause_s: the body comes so many bytes at a time. ignores_range: the whole file whatever
    was asked for. shifted: a part that begins so many bytes too late. hold: called before the body is sent. tags: False
    = neither ETag nor Last-Modified.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut_after: int | None = None
    piece: int | None = None
    pause_s: float = 0.0
    ignores_range: bool = False
    shifted: int = 0
    hold: Callable[[], object] = lambda: None
    tags: bool = True
    times: int | None = None


Answer = Callable[[Asked], bytes | None]
"""A body for a request, None for 404."""


class Archive:
    """What is served. Paths begin with a slash; a path of `answers` that ends with a slash serves all below it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, Answer] = {}
        self.defects: dict[str, list[Defect]] = {}
        self.log: list[Asked] = []
        self.modified: dict[str, int] = {}
        self.base = ""
        self._lock = threading.Lock()

    def put(self, path: str, content: bytes) -> None:
        """A file; put again it is another, with another ETag, an hour later."""
        self.modified[path] = self.modified.get(path, _MONDAY) + 3_600 * (path in self.files)
        self.files[path] = content

    def spoil(self, path: str, *defects: Defect) -> None:
        """Defects of a path, one after another; each lasts for its `times`."""
        self.defects[path] = list(defects)

    def asked(self, path: str, method: str = "GET") -> list[Asked]:
        """The requests for a path so far."""
        with self._lock:
            return [asked for asked in self.log if asked.path == path and asked.method == method]

    def note(self, asked: Asked) -> Defect:
        """Write a request down; what is to go wrong with it."""
        with self._lock:
            self.log.append(asked)
            left = self.defects.get(asked.path, [])
            if not left:
                return Defect()
            now = left[0]
            if now.times is not None:
                left[:1] = [Defect(**_fields(now) | {"times": now.times - 1})] if now.times > 1 else []
            return now

    def content(self, asked: Asked) -> bytes | None:
        if asked.path in self.files:
            return self.files[asked.path]
        for path, answer in self.answers.items():
            if asked.path == path or (path.endswith("/") and asked.path.startswith(path)):
                return answer(asked)
        return None


def _fields(defect: Defect) -> dict[str, object]:
    return {name: getattr(defect, name) for name in Defect.__dataclass_fields__}


def etag_of(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


@contextmanager
def serving(archive: Archive) -> Iterator[Archive]:
    """The archive on a free port of this machine; `archive.base` is its address."""
    handler = type("Handler", (_Handler,), {"archive": archive})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    archive.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield archive
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    archive: Archive
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_POST = do_GET

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, unquote(parts.path), dict(parse_qsl(parts.query)), headers, sent)
        defect = self.archive.note(asked)
        if defect.status is not None:
            self._send(defect.status, defect.headers, defect.body, defect)
            return
        content = self.archive.content(asked)
        if content is None:
            self._send(404, {}, b"not here", defect)
            return
        self._send_file(asked, content, defect)

    def _send_file(self, asked: Asked, content: bytes, defect: Defect) -> None:
        modified = formatdate(self.archive.modified.get(asked.path, _MONDAY), usegmt=True)
        tags = {"ETag": etag_of(content), "Last-Modified": modified} if defect.tags else {}
        begin = self._range(asked, tags)
        if begin is None or defect.ignores_range:
            self._send(200, tags, content, defect)
        elif begin >= len(content):
            self._send(416, {"Content-Range": f"bytes */{len(content)}"}, b"", defect)
        else:
            begin += defect.shifted
            tags["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
            self._send(206, tags, content[begin:], defect)

    def _range(self, asked: Asked, tags: Mapping[str, str]) -> int | None:
        if asked.range is None or asked.headers.get("if-range") not in {None, *tags.values()}:
            return None
        return int(asked.range.removeprefix("bytes=").removesuffix("-"))

    def _send(self, status: int, headers: Mapping[str, str], body: bytes, defect: Defect) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        defect.hold()
        piece = defect.piece or max(1, len(body))
        end = len(body) if defect.cut_after is None else min(len(body), defect.cut_after)
        try:
            for first in range(0, end, piece):
                self.wfile.write(body[first : min(end, first + piece)])
                self.wfile.flush()
                time.sleep(defect.pause_s)
        except (BrokenPipeError, ConnectionResetError):  # the client has gone
            self.close_connection = True
        if defect.cut_after is not None:
            self.close_connection = True
