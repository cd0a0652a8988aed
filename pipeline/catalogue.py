"""Tables and signals described for readers: the data dictionary and `footprint signals`."""

from collections.abc import Sequence
from typing import Any

from pipeline.scores.shortfalls import SCORECARD, shortfalls
from signals import SIGNALS
from signals.inputs.normalised import NORMALISED
from signals.table import Input, Params, Signal, Table

_TYPES = {"Datetime(time_unit='us', time_zone='UTC')": "Datetime[us, UTC]"}


def describe_signals() -> list[dict[str, Any]]:
    """Every signal: name, version, inputs, outputs with columns and units, warm-up, parameters."""
    return [_signal(signal) for signal in SIGNALS]


def _signal(signal: Signal) -> dict[str, Any]:
    return {
        "name": signal.name,
        "version": signal.version,
        "meaning": signal.meaning,
        "inputs": [
            {"table": source.table.name, "role": source.role, "history_s": source.reach(signal.params).total_seconds()}
            for source in signal.inputs
        ],
        "outputs": [describe_table(table) for table in signal.outputs],
        "params": dict(signal.params),
        "presets": {name: dict(changes) for name, changes in signal.presets.items()},
        "kinds": list(signal.kinds),
    }


def describe_table(table: Table) -> dict[str, Any]:
    """Name, grain, key and columns with type, unit and meaning."""
    columns = [
        {"name": column.name, "type": _type(column.dtype), "unit": column.unit, "meaning": column.meaning}
        for column in table.columns
    ]
    return {"name": table.name, "grain": table.grain, "key": list(table.key), "columns": columns}


def _type(dtype: Any) -> str:
    return _TYPES.get(str(dtype), str(dtype))


def data_dictionary() -> str:
    """docs/data_dictionary.md, from the contracts and docs/scorecard.md."""
    short = shortfalls(SCORECARD.read_text())
    parts = [
        "# Data dictionary",
        "Generated from the contracts and the scorecard by `python -m pipeline.catalogue > docs/data_dictionary.md`. "
        "Times are UTC microseconds; signs are stated per column; null means unknown, never zero. "
        "In the catalogue every table partitioned by day also has `date`.",
        "## Normalised tables",
        *(_section(table) for table in NORMALISED),
        "## Signals",
        *(_signal_section(signal, short.get(signal.name, [])) for signal in SIGNALS),
    ]
    return "\n\n".join(parts) + "\n"


def _signal_section(signal: Signal, short: Sequence[str]) -> str:
    reads = ", ".join(_source(source, signal) for source in signal.inputs)
    made = f" Made for: {', '.join(signal.kinds)}." if signal.kinds else ""
    lines = [f"Reads {reads}.{made} Parameters: {_choices(signal.params)}."]
    lines += [f"Preset `{name}`: {_choices(changes)}." for name, changes in signal.presets.items()]
    head = f"`{signal.name}`, version {signal.version}: {signal.meaning}\n\n" + "\n".join(lines)
    if short:
        rows = "\n".join(f"- {line}" for line in short)
        head += f"\n\nBelow acceptable on [simulated markets](scorecard.md):\n\n{rows}"
    return "\n\n".join([head, *(_section(table) for table in signal.outputs)])


def _source(source: Input, signal: Signal) -> str:
    """As `taker_flow` (0:05:00 before the day)."""
    reach = source.reach(signal.params)
    notes: list[str] = [source.role] if source.role != "own" else []
    notes += [f"from {reach} before the day"] if reach else []
    return f"`{source.table.name}`" + (f" ({', '.join(notes)})" if notes else "")


def _choices(params: Params) -> str:
    return ", ".join(f"`{name}` = {value}" for name, value in params.items()) or "none"


def _section(table: Table) -> str:
    lines = [
        f"### {table.name}",
        "",
        f"{table.grain[0].upper()}{table.grain[1:]}. Key: {', '.join(f'`{name}`' for name in table.key)}.",
        "",
        "| column | type | unit | meaning |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{column.name}` | {_type(column.dtype)} | {_cell(column.unit)} | {_cell(column.meaning)} |"
        for column in table.columns
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(data_dictionary(), end="")
