"""Commands that only look: plan, status, signals, check, explain."""

import json
import sys

from pipeline.commands.options import ConfigOption, JsonOption, LakeOption, PresetOption, setup


def plan(
    *, lake: LakeOption = None, config: ConfigOption = None, preset: PresetOption = None, as_json: JsonOption = False
) -> int:
    """What would run, and why."""
    from pipeline.plan import make_plan
    from pipeline.warehouse import empty_lake

    chosen = setup(lake, config, preset=preset)
    if not chosen.lake.exists("manifest"):
        raise empty_lake(chosen.lake)
    made = make_plan(chosen.lake, chosen.wanted, signals=True)
    if as_json:
        steps = [{"step": step.id, "why": step.why, "tables": step.tables} for step in made.steps]
        drops = [f"{table}/{file.path}" for table, file in made.drops]
        print(json.dumps({"steps": steps, "drops": drops, "fresh": made.fresh}, indent=1))
        return 0
    for step in made.steps:
        print(f"{step.id:<55} {step.why}")
    if made.drops:
        print(f"{len(made.drops)} partitions to drop: no registered file or market asks for them any more")
    print(f"{len(made.steps)} steps to run, {made.fresh} fresh")
    return 0


def status(
    *, lake: LakeOption = None, config: ConfigOption = None, preset: PresetOption = None, as_json: JsonOption = False
) -> int:
    """Freshness, files, gaps, quarantine and the last run."""
    from pipeline.status import lake_status, show_status

    chosen = setup(lake, config, preset=preset)
    found = lake_status(chosen.lake, chosen.wanted)
    print(json.dumps(found, indent=1, default=str) if as_json else show_status(found))
    return 0


def signals(*, as_json: JsonOption = False) -> int:
    """The signals: what they read, what they make, in which units."""
    from pipeline.catalogue import describe_signals

    described = describe_signals()
    if as_json:
        print(json.dumps(described, indent=1))
        return 0
    for signal in described:
        print(f"{signal['name']} (version {signal['version']}): {signal['meaning']}")
        print(f"  reads {', '.join(item['table'] for item in signal['inputs'])}")
        for output in signal["outputs"]:
            print(f"  makes {output['name']}: {output['grain']}")
            for column in output["columns"]:
                print(f"    {column['name']:<22} {column['unit']:<20} {column['meaning']}")
    return 0


def check(*, lake: LakeOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Run the checks over the catalogue: a line each, with how many rows break its rule."""
    import duckdb

    from pipeline.errors import FootprintError
    from pipeline.scripts import scripts
    from pipeline.warehouse import open_catalogue, run_checks

    with open_catalogue(setup(lake, config).lake.root) as connection:
        try:
            found = run_checks(connection)
        except duckdb.Error as error:
            hint = "footprint publish, if another version wrote the catalogue"
            raise FootprintError("FP012", str(error).rstrip(), hint=hint) from error
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        for script in scripts("checks"):
            count = found[script.name]
            print(f"{'FAILED' if count else 'ok':<6} {script.name:<30} {count:>9,} rows  {script.title}")
    broken = [name for name, count in found.items() if count]
    shown = f"; footprint sql @{broken[0]} shows the rows" if broken else ""
    print(f"{len(found)} checks, {len(broken)} failed{shown}", file=sys.stderr)
    return 1 if broken else 0


def explain(code: str, /) -> int:
    """What an error means and what to do about it.

    Parameters
    ----------
    code
        As printed in brackets after "error".
    """
    from pipeline.errors import FAULTS, unknown

    fault = FAULTS.get(code.upper())
    if fault is None:
        raise unknown("error code", code, FAULTS)
    kind = "the data or the work" if fault.exit_code == 1 else "the request"
    print(f"{fault.code}: {fault.title} (exit code {fault.exit_code}: {kind})\n\n{fault.meaning}")
    return 0
