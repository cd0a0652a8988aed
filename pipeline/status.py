"""The state of a lake in one look: files, freshness, gaps, quarantine, the last run."""

import json
from typing import Any

from pipeline.lake import Lake
from pipeline.plan import TABLES, Wanted, make_plan
from pipeline.registry import Registered, instruments, registered
from pipeline.warehouse import CATALOGUE, empty_lake, tables_behind

_SHOWN = 5


def lake_status(lake: Lake, wanted: Wanted) -> dict[str, Any]:
    """Everything `footprint status` tells, as plain values. Raises FP007 on an empty lake."""
    if not lake.exists("manifest"):
        raise empty_lake(lake)
    plan = make_plan(lake, wanted, signals=True)
    files: dict[str, list[Registered]] = {}
    for file in registered(lake):
        files.setdefault(str(file.market), []).append(file)
    facts = instruments(lake)
    return {
        "lake": str(lake.root),
        "markets": [
            _market(lake, name, listed, facts[listed[0].market].inferred) for name, listed in sorted(files.items())
        ],
        "tables": {name: sum(file.rows for file in lake.live(name)) for name in TABLES if lake.exists(name)},
        "steps": {"fresh": plan.fresh, "stale": len(plan.steps), "why": {step.id: step.why for step in plan.steps}},
        "catalogue": _catalogue(lake),
        "last_run": _last_run(lake),
    }


def _market(lake: Lake, name: str, files: list[Registered], inferred: tuple[str, ...]) -> dict[str, Any]:
    market = files[0].market
    return {
        "market": name,
        "files": [
            {
                "file_id": file.file_id,
                "path": file.path,
                "lines": file.lines,
                "first_ts": file.first_ts,
                "last_ts": file.last_ts,
            }
            for file in files
        ],
        "days": [str(day) for day in sorted({day for file in files for day in file.dates})],
        "inferred": list(inferred),
        "gaps": _gaps(lake, market),
        "quarantined_lines": sum(file.rows for file in lake.live("quarantine", market)),
    }


def _gaps(lake: Lake, market: Any) -> list[dict[str, Any]]:
    """Number and total seconds of gaps by feed and reason."""
    totals: dict[tuple[str, str], list[float]] = {}
    for row in lake.rows("gaps", market):
        seconds = (row["to_ts"] - row["from_ts"]).total_seconds()
        totals.setdefault((row["table_name"], row["reason"]), []).append(seconds)
    return [
        {"table": table, "reason": reason, "count": len(found), "seconds": round(sum(found), 3)}
        for (table, reason), found in sorted(totals.items())
    ]


def _catalogue(lake: Lake) -> dict[str, Any]:
    """Whether the catalogue stands, and whether tables have changed since."""
    path = lake.root / CATALOGUE
    if not path.exists():
        return {"published": False}
    return {"published": True, "path": str(path), "tables_behind": tables_behind(lake)}


def _last_run(lake: Lake) -> dict[str, Any] | None:
    path = lake.root / "_runs" / "latest.json"
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError):  # never run, or not by us
        return None
    return {name: told[name] for name in ("command", "ok", "failed", "skipped", "reused", "seconds")}


def show_status(found: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"lake {found['lake']}"]
    for market in found["markets"]:
        days = market["days"]
        lines.append(f"\n{market['market']}: {len(market['files'])} files, {len(days)} days, {days[0]} to {days[-1]}")
        lines += [
            f"  {file['file_id']}  {file['lines']:>10,} lines  {file['path']}" for file in market["files"][:_SHOWN]
        ]
        if len(market["files"]) > _SHOWN:
            lines.append(f"  ({len(market['files'])} files, {_SHOWN} shown)")
        lines += [
            f"  gap: {gap['table']} {gap['reason']}, {gap['count']} times, {gap['seconds']:,.3f} s"
            for gap in market["gaps"]
        ]
        lines.append(f"  quarantine: {market['quarantined_lines']} lines")
        if market["inferred"]:
            lines.append(f"  inferred, not stated: {', '.join(market['inferred'])}")
    lines.append("\n" + "  ".join(f"{name} {rows:,}" for name, rows in found["tables"].items()))
    lines.append(
        f"\n{found['steps']['fresh']} steps fresh, {found['steps']['stale']} stale (`footprint plan` says why)"
    )
    catalogue = found["catalogue"]
    if not catalogue["published"]:
        lines.append("catalogue: not published (`footprint publish`)")
    else:
        behind = ", ".join(catalogue["tables_behind"])
        lines.append(f"catalogue: {catalogue['path']}" + (f", behind in {behind}" if behind else ", up to date"))
    return "\n".join(lines)
