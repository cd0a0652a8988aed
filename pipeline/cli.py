"""The command line: a thin door. What a command does is a function one can call."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from cyclopts import App, CycloptsError

_HELP = "Market-maker footprints from books and tape, as tables."
_EXAMPLES = """Examples:
  footprint demo
  footprint ingest binance-capture day/*.gz --venue binance-usdm --symbol BTCUSDT
  footprint compute && footprint publish
  footprint sql "select * from book_state limit 5"
"""
_EPILOGUE = """Data goes to stdout, everything else to stderr.
Exit codes: 0 done, 1 the work failed, 2 the request was wrong."""

if TYPE_CHECKING:
    from pipeline.errors import FootprintError

_LONGEST_WHY = 500

app = App(
    name="footprint",
    help=_HELP,
    help_prologue=_EXAMPLES,
    help_epilogue=_EPILOGUE,
    help_format="plaintext",
    version_flags=["--version"],
    suppress_keyboard_interrupt=False,  # `main` says what an interrupt leaves behind
)

_WORK, _LOOK, _DATA = "pipeline.commands.work", "pipeline.commands.look", "pipeline.commands.data"
_COMMANDS = {
    "demo": ("pipeline.commands.demo", "Simulate a market, run everything, show what came out.", "demo"),
    "simulate": (
        "pipeline.commands.simulate",
        "Simulate a market with known truth: captures as a venue sends them, and what no public feed shows.",
        "simulate --preset calm --seed 1 --hours 1 --out sim",
    ),
    "score": (
        "pipeline.commands.score",
        "Score the detectors on simulated markets whose truth is known, the naive baseline beside each value.",
        "score --seeds 2 --hours 1 --feed 100ms --json score.json",
    ),
    "power": (
        "pipeline.commands.power",
        "Would a pressure of inventory on prices be found if it were there? The reversion rule in known worlds.",
        "power --seeds 2 --days 120 --pressure 0 --pressure 100",
    ),
    "tearsheet": (
        "pipeline.commands.tearsheet",
        "Judge what a signal claims about the price: seventeen questions, one verdict.",
        "tearsheet order_flow --out order_flow.html --json order_flow.json",
    ),
    "fetch": (
        "pipeline.commands.fetch",
        "Download archive files and REST history: resumed, checked, nothing twice.",
        "fetch binance-vision --symbol BTCUSDT --since 2024-06-01 --until 2024-06-07 --types aggTrades,metrics",
    ),
    "record": (
        "pipeline.commands.record",
        "Record live books, trades, funding and open interest of a venue into capture files.",
        "record --market binance-usdm/BTCUSDT --every 5s --for 1h",
    ),
    "ingest": (
        _WORK,
        "Register raw files and normalise them; the same file twice, overlaps and any order give the same tables.",
        "ingest binance-capture day/*.gz --venue binance-usdm --symbol BTCUSDT",
    ),
    "forget": (_WORK, "Withdraw a raw file; what it touched is made again without it.", "forget usdm_20240808.gz"),
    "compute": (_WORK, "Bring every signal up to date.", "compute --since 2024-08-08"),
    "publish": (_WORK, "Write the SQL catalogue over the tables as they are now.", "publish"),
    "run": (_WORK, "Ingest, compute and publish what is stale in footprint.toml.", "run --config footprint.toml"),
    "plan": (_LOOK, "What would run, and why.", "plan"),
    "status": (_LOOK, "Files, freshness, gaps, quarantine and the last run.", "status --json"),
    "signals": (_LOOK, "The signals: what they read and make, in which units.", "signals --json"),
    "sql": (
        _DATA,
        "Read-only SQL over the catalogue; without a query: tables, macros and worked queries (@name).",
        'sql "select * from book_state limit 5" --to rows.csv',
    ),
    "forecast": (
        "pipeline.commands.forecast",
        "Combine the signals into a forecast, judge it out of sample, save it without pickle, apply it.",
        "forecast --target volatility --horizon 15m --out model.skops --html forecast.html",
    ),
    "export": (
        "pipeline.commands.export",
        "Write a table, or some of its rows, to a file, its provenance beside it.",
        "export book_state --to book_state.parquet --since 2024-08-08 --where \"state = 'OK'\"",
    ),
    "backtest": (
        "pipeline.commands.backtest",
        "Judge the inventory reversion rule: trades, costs, placebos, trials and a verdict.",
        "backtest --lake data/lake --json backtest.json",
    ),
    "report": (
        "pipeline.commands.report",
        "Write one market as a page that opens from disk without network: pictures first, then tables.",
        "report --lake data/demo --out data/demo/report",
    ),
    "serve": (
        "pipeline.commands.serve",
        "Run the schedules of footprint.toml until Ctrl-C; runs are seen in Prefect's UI.",
        "serve --config footprint.toml",
    ),
    "check": (_LOOK, "Run the checks of the catalogue: how many rows break a rule.", "check"),
    "explain": (_LOOK, "What an error means and what to do about it.", "explain FP004"),
}
"""Module, summary and example by name. Modules are imported when called, so that help answers at once."""

for _order, (_name, (_module, _summary, _example)) in enumerate(_COMMANDS.items()):
    app.command(
        f"{_module}:{_name}",
        name=_name,
        help=_summary,
        help_prologue=f"Example:\n  footprint {_example}\n",
        sort_key=_order,
    )


def _version() -> str:
    from pipeline.version import package_version

    return package_version()


app.version = _version


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code; whatever goes wrong ends in a sentence, not in a traceback."""
    from pipeline import collector, interrupt
    from pipeline.errors import REPORT_TO, FootprintError

    collector.look_seldom()
    interrupt.insist()
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as wrong:
        print(f"error[FP009]: the request was not understood\n  why: {wrong}\n  try: {_help(wrong)}", file=sys.stderr)
        sys.exit(2)
    except FootprintError as error:
        _fail(error)
    except KeyboardInterrupt:
        print("interrupted: what was finished is kept, and the next run goes on from there", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # the reader has seen enough; nothing may be flushed into its pipe at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as refused:
        _raise_if_asked()
        _fail(FootprintError("FP016", refused.strerror or str(refused), where=str(refused.filename or "")))
    except Exception as unexpected:  # noqa: BLE001 - the last door before the user
        _raise_if_asked()
        what = (str(unexpected).splitlines() or [""])[0][:_LONGEST_WHY]
        _fail(FootprintError("FP000", f"{type(unexpected).__name__}: {what}", hint=REPORT_TO))
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: "FootprintError") -> NoReturn:
    print(error, file=sys.stderr)
    sys.exit(error.fault.exit_code)


def _raise_if_asked() -> None:
    """Inside `except`: let the traceback out if the user wants to see it."""
    if os.environ.get("FOOTPRINT_TRACEBACK"):
        raise


def _help(wrong: CycloptsError) -> str:
    """The help of the command that was meant, or of the program."""
    return " ".join(["footprint", *(wrong.command_chain or ()), "--help"])
