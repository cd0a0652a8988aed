"""What can go wrong, in sentences: what was expected, what came, where, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of error: `exit_code` 1 = the data or the work, 2 = the request."""

    code: str
    title: str
    exit_code: int
    meaning: str


REPORT_TO: Final = "FOOTPRINT_TRACEBACK=1 footprint ... shows where; please report it with the command you ran"

FAULTS: Final = {
    fault.code: fault
    for fault in (
        Fault(
            "FP000",
            "something we did not expect",
            1,
            "A defect of this program, not of your request. What was finished is kept and the next run goes on from "
            "there. FOOTPRINT_TRACEBACK=1 before the command shows where it happened; please report that.",
        ),
        Fault("FP001", "no such file", 2, "A path on the command line does not exist or is a folder."),
        Fault(
            "FP002",
            "the file cannot be read",
            1,
            "A raw file is truncated, empty, or not in the format its source expects. Nothing of it was registered and "
            "the lake is unchanged: half a file would look like a quiet market.",
        ),
        Fault(
            "FP003",
            "the file is about another market",
            1,
            "Every record in the file names another symbol than the one given, or is written as another venue writes "
            "(spot and futures of one exchange use the same symbols). A single foreign record is put in quarantine; a "
            "whole file of them is a mistake in the request.",
        ),
        Fault(
            "FP004",
            "too many bad records",
            1,
            "More lines than max_quarantine allows (default 1 %) could not be taken. A few bad lines are kept in the "
            "table quarantine with their reason; many mean that the file or its description is wrong, so the file was "
            "not registered.",
        ),
        Fault(
            "FP005",
            "the price grid disagrees",
            1,
            "The tick was inferred as the greatest common divisor of the prices seen, and a later file holds prices "
            "off that grid, or no market could have such a grid. A guess here would merge levels, so the tick (or the "
            "decimals of quantities) has to be stated once. So has the size of a contract if sizes are contracts and "
            "neither the venue's rule nor the files tell it, or if files contradict each other.",
        ),
        Fault(
            "FP006",
            "the file is not registered",
            2,
            "`footprint forget` withdraws a raw file by its path, its name or its id as shown by `footprint status`.",
        ),
        Fault(
            "FP007",
            "the lake is empty",
            1,
            "Nothing has been ingested here yet, or the path names another folder than the one used before.",
        ),
        Fault(
            "FP008",
            "the catalogue was not published",
            1,
            "SQL and exports read footprint.duckdb, which publish writes.",
        ),
        Fault(
            "FP009",
            "the request was not understood",
            2,
            "A command, option, venue, source, table, signal or format is not known, or options contradict each other.",
        ),
        Fault("FP010", "the configuration is wrong", 2, "footprint.toml holds a key or a value that has no meaning."),
        Fault(
            "FP011", "a step failed", 1, "One step of the plan failed; what depends on it was skipped, the rest stands."
        ),
        Fault("FP012", "the query failed", 2, "DuckDB's own message follows; the catalogue is read-only."),
        Fault(
            "FP013",
            "a raw file has gone",
            1,
            "A registered raw file is not where it was, and a step needs to read it again.",
        ),
        Fault(
            "FP014",
            "no rows",
            1,
            "The request is valid and nothing matches it; --strict turns the warning into this error.",
        ),
        Fault(
            "FP015",
            "the place cannot be written",
            2,
            "The path given for a result is a folder, lies below a file, or must not be written to.",
        ),
        Fault(
            "FP016",
            "the system refused",
            1,
            "A file or folder could not be read or written: permissions, a full disk, or a file where a folder is "
            "expected. What was finished is kept.",
        ),
        Fault(
            "FP017",
            "the time range is not clear",
            2,
            "since and until are days as 2024-08-08, taken as a whole, or instants with their zone as "
            "2024-08-08T12:00Z. A range begins with since and ends before until. A bar is stamped with its end, so the "
            "bar stamped 00:00:00 belongs to the day before.",
        ),
        Fault(
            "FP018",
            "the format cannot hold it",
            2,
            "A spreadsheet has 1,048,576 rows, cells of 32,767 characters and no lists; CSV has no lists either. "
            "Parquet and Arrow hold everything.",
        ),
        Fault(
            "FP019",
            "an optional package is not installed",
            2,
            "What only some people need is an extra of the package: pip install 'mm-footprint[NAME]' adds it.",
        ),
        Fault(
            "FP020",
            "Prefect is not there",
            1,
            "Runs through Prefect need its server: the one that PREFECT_API_URL names, or one that is started for them "
            "on this machine. The tables do not need it: `footprint run --no-prefect` does the same work.",
        ),
        Fault(
            "FP021",
            "the download failed",
            1,
            "A server could not be reached, or refused, or cut the connection, and went on so after every retry. What "
            "had come stays in a .part file; the same command goes on from there.",
        ),
        Fault(
            "FP022",
            "a file is not what was published",
            1,
            "The sha256 of a file that was fetched is not the one the archive publishes beside it, or its content is "
            "not of the kind its name says. The file stands aside as NAME.mismatch and is never read. The archive may "
            "be replacing the file just now: the same command fetches it again.",
        ),
        Fault(
            "FP023",
            "there is nothing like that to fetch",
            2,
            "`footprint fetch` was asked for a source, symbol, type of data, interval or day that there is not.",
        ),
        Fault(
            "FP024",
            "the recording failed",
            1,
            "A venue refused what it was asked for, nothing was received, the disk is full, or another process records "
            "the same market into the same folder. What was received before is stored and whole; the same command goes "
            "on from there. A network that is down is no failure: the recorder waits and asks again, and says so.",
        ),
        Fault(
            "FP026",
            "too few data to judge",
            1,
            "A forecast is judged on minutes it was not made from. With a few hours of them no honest correlation can "
            "be told from chance, whatever the numbers say, so none are given.",
        ),
        Fault(
            "FP027",
            "the model is not to be used",
            2,
            "A saved forecast is opened only if it holds the types of a forecast and says what it said when it was "
            "written, and applied only to its own market and to rows known after the last outcome it learned from.",
        ),
    )
}


class FootprintError(Exception):
    """An error a user can act on.

    `where` names the place (file, line, table), `why` what was expected and what
    came, `hint` what to do next.
    """

    def __init__(self, code: str, why: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(code, why, where, hint)
        self.fault = FAULTS[code]
        self.why = why
        self.where = where
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the keyword arguments when the error crosses a process boundary."""
        return _rebuild, (self.fault.code, self.why, self.where, self.hint)

    def __str__(self) -> str:
        """At most eight lines: code and title, place, why, what to try."""
        lines = [f"error[{self.fault.code}]: {self.fault.title}"]
        if self.where:
            lines.append(f"  --> {self.where}")
        lines.append(f"  why: {self.why}")
        if self.hint:
            lines.append(f"  try: {self.hint}")
        lines.append(f"  more: footprint explain {self.fault.code}")
        return "\n".join(lines)


def _rebuild(code: str, why: str, where: str, hint: str) -> FootprintError:
    return FootprintError(code, why, where=where, hint=hint)


def unknown(what: str, name: str, names: Iterable[str], where: str = "", *, code: str = "FP009") -> FootprintError:
    """The error for a name that is none, with the nearest that is."""
    near = get_close_matches(name, list(names), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else ""
    return FootprintError(code, f"{name!r} is no {what}; there are: {', '.join(sorted(names))}", where=where, hint=hint)
