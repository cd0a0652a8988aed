"""Requests that make no sense end with exit code 2 and what to ask instead; work that cannot be done with 1."""

from pathlib import Path

import pytest

from pipeline.errors import FAULTS
from pipeline.lake import Lake
from tests.pipeline.captures import session, write_capture
from tests.pipeline.command import Result, footprint, ingest_command


def _says(result: Result, code: int, *parts: str) -> None:
    assert result.code == code, result.err
    assert result.out == ""
    assert "Traceback" not in result.err
    assert len(result.err.splitlines()) <= 8
    for part in parts:
        assert part in result.err, result.err


_MARKET = ("--venue", "binance-usdm", "--symbol", "BTCUSDT")
_UNKNOWN = {
    "command": (("ingst",), 'Unknown command "ingst". Did you mean "ingest"?'),
    "option": (("status", "--jsn"), "Unknown option: --jsn. Did you mean --json?"),
    "source": (("ingest", "binance-captur", "x", *_MARKET), "did you mean binance-capture?"),
    "venue": (
        ("ingest", "binance-capture", "x", "--venue", "binance-usd", "--symbol", "B"),
        "did you mean binance-usdm?",
    ),
    "venue of another source": (
        ("ingest", "binance-capture", "x", "--venue", "okx-swap", "--symbol", "B"),
        "'okx-swap' is no venue of binance-capture; there are: binance-coinm, binance-spot, binance-usdm",
    ),
    "error code": (("explain", "FP99"), "'FP99' is no error code; there are: FP000, FP001"),
    "nothing to ingest": (("ingest", "binance-capture"), "requires an argument"),
    "no symbol": (("ingest", "binance-capture", "x", "--venue", "binance-usdm"), "--symbol"),
    "empty symbol": (("ingest", "binance-capture", "x", *_MARKET[:3], ""), "a market needs a symbol"),
    "date": (("compute", "--since", "2024-13-01"), 'unable to convert "2024-13-01" into date'),
    "tick": (("ingest", "binance-capture", "x", *_MARKET, "--tick", "0"), "--tick"),
    "tick in words": (("ingest", "binance-capture", "x", *_MARKET, "--tick", "fine"), 'unable to convert "fine"'),
    "decimals": (("ingest", "binance-capture", "x", *_MARKET, "--qty-decimals", "-3"), "--qty-decimals"),
    "workers": (("compute", "--workers", "0"), "--workers"),
    "config": (("status", "--config", "nowhere.toml"), "expected a configuration file"),
}


@pytest.mark.parametrize("name", _UNKNOWN)
def test_an_unknown_word_is_answered_with_what_there_is(name: str):
    arguments, said = _UNKNOWN[name]
    _says(footprint(*arguments), 2, "error[FP", said)


@pytest.mark.parametrize("command", ["compute", "status", "plan", "publish"])
def test_an_empty_lake(command: str, tmp_path: Path):
    result = footprint(command, "--lake", tmp_path / "none")
    _says(result, 1, "error[FP007]: the lake is empty", f"--> {tmp_path}/none", "footprint demo")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "command", [("sql", "select 1"), ("export", "trades", "--to", "x.parquet"), ("sql",), ("check",)]
)
def test_no_catalogue(command: tuple[str, ...], tmp_path: Path):
    _says(footprint(*command, "--lake", tmp_path), 1, "error[FP008]: the catalogue was not published", "footprint publ")


def test_a_damaged_catalogue(tmp_path: Path):
    (tmp_path / "footprint.duckdb").write_bytes(b"junk" * 4_000)
    _says(footprint("sql", "select 1", "--lake", tmp_path), 1, "error[FP008]", "why: it cannot be opened: ")


def test_a_lake_that_is_a_file(tmp_path: Path):
    (tmp_path / "lake").touch()
    for command in (("status",), ("sql", "select 1"), ("ingest", "binance-capture", tmp_path / "lake", *_MARKET)):
        _says(footprint(*command, "--lake", tmp_path / "lake"), 2, "expected a folder for the lake, got a file")


def test_forget_a_file_that_is_not_registered(lake_small: Lake):
    result = footprint("forget", "other.gz", "--lake", lake_small.root)
    _says(result, 2, "error[FP006]", "'other.gz' names 0 registered files; there are: small.gz (")


_QUERIES = {
    "select pirce from trades": ('Referenced column "pirce" not found', 'Candidate bindings: "price"'),
    "select * from trade": ("Table with name trade does not exist", "trades"),
    "selec 1": ("syntax error",),
    "drop table publication": ("expected one SELECT, got DROP; the catalogue is read-only",),
    "create table x as select 1": ("expected one SELECT, got CREATE",),
    "copy trades to 'x.csv'": ("expected one SELECT, got COPY",),
    "select 1; select 2": ("expected one SELECT, got SELECT, SELECT",),
    "": ("expected one SELECT, got nothing",),
    "select venue::int from trades": ("Could not convert string 'binance-usdm' to INT32",),
    "@gapss": ("'gapss' is no worked query", "did you mean gaps?"),
}


@pytest.mark.parametrize("query", _QUERIES)
@pytest.mark.parametrize("form", [(), ("--json",), ("--to", "rows.parquet")])
def test_a_query_that_fails(query: str, form: tuple[str, ...], lake_small: Lake, tmp_path, monkeypatch):
    """DuckDB's own words, and no file left behind."""
    monkeypatch.chdir(tmp_path)
    _says(footprint("sql", query, "--lake", lake_small.root, *form), 2, "error[FP", *_QUERIES[query])
    assert list(tmp_path.iterdir()) == []


def test_two_columns_of_one_name_have_no_json(lake_small: Lake):
    result = footprint("sql", "select 1 as a, 2 as a", "--json", "--lake", lake_small.root)
    _says(result, 2, "two columns are called 'a'", "name them apart")


def test_no_rows_are_a_warning_and_with_strict_an_error(lake_small: Lake):
    query = ("sql", "select price from trades where false", "--lake", lake_small.root)
    assert footprint(*query) == Result(0, '"price"\n', "warning: no rows\n")
    strict = footprint(*query, "--strict")
    assert (strict.code, "error[FP014]: no rows" in strict.err) == (1, True)


@pytest.mark.parametrize("command", [("sql", "select 1"), ("export", "trades")])
@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("rows.xls", "FP009", "'rows.xls' has no known ending; there are: "),
        ("rows", "FP009", "'rows' has no known ending; there are: "),
        ("folder.parquet", "FP015", "expected a name for a file, got a folder"),
        ("file/rows.parquet", "FP015", "takes no file: File exists"),
        ("/proc/rows.parquet", "FP015", "--> /proc/rows.parquet"),
    ],
)
def test_a_place_where_nothing_can_be_written(command, target, code, said, lake_small: Lake, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.parquet").mkdir()
    (tmp_path / "file").touch()
    _says(footprint(*command, "--to", target, "--lake", lake_small.root), 2, f"error[{code}]", said)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder.parquet"]


def test_export_of_an_unknown_table(lake_small: Lake, tmp_path: Path):
    result = footprint("export", "trade", "--to", tmp_path / "x.parquet", "--lake", lake_small.root)
    _says(result, 2, "'trade' is no table; there are: ", "did you mean trades?")


_SELECTIONS = {
    ("--where", "pirce > 1"): ("FP012", '"pirce" not found', 'Candidate bindings: "price"', '"describe trades"'),
    ("--where", "seq = 1; drop table trades"): ("FP012", "--where takes one condition", "got 2 statements"),
    ("--where", "copy trades to 'x.csv'"): ("FP012", "--where takes one condition", "syntax error"),
    ("--where", "exists (with x as (copy trades to 'x.csv') from x)"): ("FP012", "got one with a query inside"),
    ("--where", "max(price) > 1"): ("FP012", "WHERE clause cannot contain aggregates"),
    ("--where", "venue::int = 1"): ("FP012", "Could not convert string 'binance-usdm' to INT32"),
    ("--since", "2024-03-05T12:00"): ("FP017", "a time without a zone", "try: 2024-03-05T12:00:00Z if it is UTC"),
    ("--since", "2024-03-06", "--until", "2024-03-05"): ("FP017", "nothing lies between the beginning of since"),
    ("--until", "tomorrow"): ("FP017", "expected a day as 2024-08-08 or an instant as 2024-08-08T12:00Z"),
    ("--symbol", "BTCUSD"): ("FP009", "'BTCUSD' is no symbol of this lake", "did you mean BTCUSDT?"),
    ("--venue", "binance-usd"): ("FP009", "'binance-usd' is no venue of this lake", "did you mean binance-usdm?"),
}


@pytest.mark.parametrize("choice", _SELECTIONS)
@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_a_selection_that_cannot_be_meant(choice: tuple[str, ...], form: str, lake_small: Lake, tmp_path, monkeypatch):
    """And no file is left behind."""
    monkeypatch.chdir(tmp_path)
    result = footprint("export", "trades", "--to", f"x.{form}", *choice, "--lake", lake_small.root)
    code, *said = _SELECTIONS[choice]
    _says(result, 2, f"error[{code}]", *said)
    assert list(tmp_path.iterdir()) == []


def test_an_export_without_rows_is_a_warning(lake_small: Lake, tmp_path: Path):
    result = footprint(
        "export", "trades", "--to", tmp_path / "x.parquet", "--where", "false", "--lake", lake_small.root
    )
    assert (result.code, result.err.splitlines()[-1]) == (0, "warning: no rows")


def test_a_table_with_lists_has_no_csv(lake_small: Lake, tmp_path: Path):
    result = footprint("export", "book_close", "--to", tmp_path / "x.csv.zst", "--lake", lake_small.root)
    _says(result, 2, "error[FP018]", "a table with lists has no CSV form", "--to with .parquet or .arrow")
    assert list(tmp_path.iterdir()) == []


_CONFIGS = {
    "[lake": "--> {file}",
    "lake = 3": "write [lake]",
    "[lake]\nroot = 3": "root is 3, expected text",
    "[lake]\nrot = 'x'": "did you mean root?",
    "[lakes]": "did you mean lake?",
    "market = 1": "market is written as [[market]] once per market",
    "[market]\nvenue = 'x'": "market is written as [[market]] once per market",
    "[[market]]\nvenue = 'binance-usd'\nsymbol = 'B'": "did you mean binance-usdm?",
    "[[market]]\nvenue = 'binance-usdm'": "a market needs a symbol",
    "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'B'\ntik = 1": "did you mean tick?",
    "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'B'\ntick = 0": "tick is 0, expected a number > 0",
    "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'B'\ntick = nan": "tick is nan, expected a number > 0",
    "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'B'\nkind = 'prep'": "expected one of perp, spot, future, option",
    "[[market]]\nvenue = 'binance-coinm'\nsymbol = 'B'\ncontract_size = 0": "contract_size is 0, expected a number > 0",
    "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'B'\ncontract_size = 1": "contract_size is of no use on binance-usdm",
    "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'B'\nqty_decimals = 1.5": "expected a whole number from 0 to 12",
    "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'B'\nmax_quarantine = 5": "expected a share from 0 to 1",
    "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'B'\nprefer = 'x'": "expected a list of sources",
    "[[raw]]\nsource = 'binance-capture'": "[[raw]] lacks files, market",
    "[[raw]]\nsource = 'a'\nfiles = 'b'\nmarket = 'c'": "expected venue/symbol as binance-usdm/BTCUSDT, got 'c'",
    "[[raw]]\nsource = 'a'\nfiles = 3\nmarket = 'binance-usdm/B'": "files is 3, expected text",
    "[group]\nown = 'binance-usdm/B'": "group is written as [[group]] once per group",
    "[[group]]\nown = 'binance-usdm/B'": "[[group]] lacks peers",
    "[[group]]\nown = 'binance-usdm/B'\npeer = []": "did you mean peers?",
    "[[group]]\nown = 'binance-usdm/B'\npeers = []": "peers is [], expected a list of markets",
    "[[group]]\nown = 'binance-usdm/B'\npeers = [3]": "peers is 3, expected text",
    "[[group]]\nown = 'binance-usdm/B'\npeers = ['B']": "peers: expected venue/symbol as binance-usdm/BTCUSDT",
    "[[group]]\nown = 'binance-usdm/B'\npeers = ['binance-usd/B']": "did you mean binance-usdm?",
    "[[group]]\nown = 'binance-usdm/B'\npeers = ['binance-usdm/B']": (
        "counts binance-usdm/B twice (own is part of it)"
    ),
    "[[group]]\nown = 'binance-usdm/B'\npeers = ['binance-usdm/C', 'binance-usdm/C']": (
        "[[group]] of binance-usdm/B counts binance-usdm/C twice"
    ),
    "[[group]]\nown = 'binance-usdm/B'\npeers = ['binance-usdm/C']\n"
    "[[group]]\nown = 'binance-usdm/B'\npeers = ['binance-usdm/D']": (
        "[[group]] is stated twice for binance-usdm/B: name all its peers in one"
    ),
    "[params]\npreset = 'fast'": "preset is 'fast', expected one of default, sample, demo",
    "[params]\nbook_pas.min_coverage = 0.5": "did you mean book_pass?",
    "[params]\nbook_pass.min_coverag = 0.5": "did you mean min_coverage?",
    "[params]\nbook_pass.min_coverage = 'high'": "min_coverage is 'high', expected something like its default 0.8",
    "[params]\nblocks.percentile = 150": "blocks.percentile is 150, expected a percentile above 0 and up to 100",
    "[params]\nfootprint.strong = 95.0": "footprint.strong is 95.0, expected a share from 0 to 1",
    "[params]\nvpin.window_buckets = -3": "vpin.window_buckets is -3, expected a number above 0",
    "[params]\nvolatility.window_min = []": "volatility.window_min is [], expected at least one number",
    "[params]\nspread_widening.slot_min = 7": "spread_widening: expected slot_min to divide a day",
    "[params]\nbook_pass = 3": "[params.book_pass] is 3, expected key = value",
    "schedule = 3": "write [schedule]",
    "[schedule]\nhourly = 5": "hourly is 5, expected text",
    "[schedule]\nhourli = '5 * * * *'": "did you mean hourly?",
    "[schedule]\nhourly = '5 * * *'": "hourly is '5 * * *': it has 4 fields, expected minute hour day month weekday",
}


@pytest.mark.parametrize("text", _CONFIGS)
def test_a_configuration_that_makes_no_sense(text: str, tmp_path: Path):
    file = tmp_path / "footprint.toml"
    file.write_text(text)
    _says(footprint("status", "--config", file), 2, "error[FP0", _CONFIGS[text].format(file=file))


def test_serving_without_a_schedule_says_what_to_write(tmp_path: Path):
    (tmp_path / "footprint.toml").write_text("")
    result = footprint("serve", "--config", tmp_path / "footprint.toml")
    _says(result, 2, "why: expected a schedule, found none", 'write a section [schedule] with hourly = "5 * * * *"')


def test_a_configuration_that_is_no_text(tmp_path: Path):
    (tmp_path / "footprint.toml").write_bytes(b"\xff\xfe\x00")
    _says(footprint("status", "--config", tmp_path / "footprint.toml"), 2, "error[FP010]: the configuration is wrong")


def test_a_pattern_in_the_configuration_that_matches_nothing(tmp_path: Path):
    raw = "[[raw]]\nsource = 'binance-capture'\nfiles = 'day/*.gz'\nmarket = 'binance-usdm/BTCUSDT'"
    (tmp_path / "footprint.toml").write_text(raw)
    result = footprint("run", "--config", tmp_path / "footprint.toml")
    _says(result, 2, "why: no file matches 'day/*.gz'", f"files is a pattern below this folder, {tmp_path}")


def test_no_raw_file_of_a_configuration_is_read_if_one_of_them_cannot_be(tmp_path: Path):
    """A venue that a source does not have ended in a defect, and a wrong word after files before it were registered."""
    write_capture(tmp_path / "good.gz", session())
    for source, market, files, said in (
        ("binance-captur", "binance-usdm/BTCUSDT", "good.gz", "did you mean binance-capture?"),
        ("tardis", "kraken-futures/PI_XBTUSD", "good.gz", "files of kraken-futures are read by json-capture"),
        ("binance-capture", "binance-usdm/BTCUSDT", "none.gz", "no file matches 'none.gz'"),
    ):
        raw = [("binance-capture", "binance-usdm/BTCUSDT", "good.gz"), (source, market, files)]
        text = "".join(f"[[raw]]\nsource = '{one}'\nmarket = '{of}'\nfiles = '{at}'\n" for one, of, at in raw)
        (tmp_path / "footprint.toml").write_text(f"[lake]\nroot = 'lake'\n{text}")
        result = footprint("run", "--config", tmp_path / "footprint.toml")
        _says(result, 2, "error[FP010]", "[[raw]]", said)
        assert "registered" not in result.err
        assert not (tmp_path / "lake" / "manifest").exists()


def test_a_pattern_in_the_configuration_may_be_absolute(tmp_path: Path):
    write_capture(tmp_path / "good.gz", session())
    (tmp_path / "c").mkdir()
    raw = f"[[raw]]\nsource = 'binance-capture'\nfiles = '{tmp_path}/go*.gz'\nmarket = 'binance-usdm/BTCUSDT'"
    (tmp_path / "c" / "footprint.toml").write_text(f"[lake]\nroot = 'lake'\n{raw}")
    result = footprint("run", "--config", tmp_path / "c" / "footprint.toml", "--until", "2000-01-01")
    assert "binance-usdm/BTCUSDT: 1 files registered" in result.err


def test_a_damaged_cache_of_digests_is_not_in_the_way(tmp_path: Path):
    lake, file = tmp_path / "lake", write_capture(tmp_path / "a.gz", session())
    assert ingest_command(lake, file).code == 0
    (lake / "_staged" / "digests.json").write_text('{"broken')
    (lake / "_runs" / "latest.json").write_text("")
    assert "0 files registered, 1 known already" in ingest_command(lake, file).err
    assert footprint("status", "--lake", lake).code == 0


def test_an_unexpected_defect_ends_as_one_sentence(tmp_path: Path, monkeypatch):
    """Here: a lake of which a table's log was damaged by hand."""
    log = tmp_path / "manifest" / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000000.json").write_text("not a log")
    result = footprint("status", "--lake", tmp_path)
    _says(result, 1, "error[FP000]: something we did not expect", "why: ", "FOOTPRINT_TRACEBACK=1 footprint")
    monkeypatch.setenv("FOOTPRINT_TRACEBACK", "1")
    with pytest.raises(Exception, match="Json error"):
        footprint("status", "--lake", tmp_path)


@pytest.mark.parametrize("code", FAULTS)
def test_every_error_can_be_explained(code: str):
    result = footprint("explain", code.lower())
    assert result.code == 0
    assert result.out.startswith(f"{code}: {FAULTS[code].title} (exit code {FAULTS[code].exit_code}")
    assert len(FAULTS[code].meaning) > 40
