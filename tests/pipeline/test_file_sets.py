"""Tables are functions of the SET of raw files: order, copies and overlaps change nothing."""

from itertools import permutations
from pathlib import Path

import pytest

from pipeline.lake import Lake
from pipeline.market import MarketSettings
from pipeline.plan import Wanted
from pipeline.sources.reading.lines import blocks_of_lines
from tests.pipeline.captures import NOON, depth, line, session, tape, trade, write_capture
from tests.pipeline.lakes import MARKET, add, digests, rows, withdraw


@pytest.fixture(scope="module")
def pieces(files_2023: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The real pair cut into overlapping pieces, and one whole file under another name."""
    folder = tmp_path_factory.mktemp("pieces")
    first, second = ([text for block in blocks_of_lines(path) for text in block] for path in files_2023)
    cuts = {
        "a1": first[:8_000], "a2": first[5_000:],
        "b1": second[:30_000], "b2": second[25_000:50_000], "b3": second[50_000:],
        "copy": second,
    }  # fmt: skip
    return {name: write_capture(folder / f"{name}.dat", lines) for name, lines in cuts.items()}


@pytest.fixture(scope="module")
def whole(lake_2023: Lake) -> dict[str, str]:
    """Digests of the tables that the two files give."""
    return digests(lake_2023)


def _lake(root: Path, *calls: list[Path], tick: float | None = None) -> Lake:
    """A lake into which each list of files was ingested in turn, everything computed in between."""
    lake = Lake(root)
    for files in calls:
        add(lake, *files, wanted=Wanted({MARKET: MarketSettings(tick=tick)}))
    return lake


def test_real_files_one_by_one_and_last_day_first(files_2023, whole, tmp_path: Path):
    first, second = files_2023
    assert digests(_lake(tmp_path, [second], [first])) == whole


def test_real_overlapping_pieces_in_any_order(pieces, whole, tmp_path: Path):
    shuffled = [[pieces["b2"], pieces["a2"]], [pieces["b3"], pieces["a1"], pieces["b1"]]]
    lake = _lake(tmp_path, *shuffled)
    assert digests(lake) == whole
    assert rows(lake, "accounts")["lines_duplicate"].sum() == 3_000 + 5_000


def test_real_whole_file_against_its_own_pieces(files_2023, pieces, whole, tmp_path: Path):
    assert digests(_lake(tmp_path, [*files_2023], [pieces["a1"], pieces["a2"]])) == whole


def test_real_file_again_with_other_bytes(files_2023, pieces, whole, tmp_path: Path):
    """Unzipped, the file has another digest; every line of one of the two is a duplicate."""
    lake = _lake(tmp_path, [pieces["copy"]], [*files_2023])
    assert digests(lake) == whole
    assert rows(lake, "accounts")["lines_duplicate"].sum() == 60_381


def test_real_file_withdrawn_leaves_the_tables_of_before(files_2023, tmp_path: Path):
    lake = _lake(tmp_path, [files_2023[0]])
    before = digests(lake)
    add(lake, files_2023[1])
    assert digests(lake) != before
    withdraw(lake, files_2023[1])
    assert digests(lake) == before


def _parts(folder: Path) -> list[Path]:
    """Three overlapping captures of one session."""
    lines = [line(message) for message in session()]
    cuts = {"x": lines[:20], "y": lines[10:35], "z": lines[25:]}
    return [write_capture(folder / f"{name}.gz", cut) for name, cut in cuts.items()]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_hand_made_pieces_in_every_order(order, lake_small, tmp_path: Path):
    parts = _parts(tmp_path)
    assert digests(_lake(tmp_path / "lake", *([parts[at]] for at in order))) == digests(lake_small)


def test_the_same_file_twice_is_one_file(tmp_path: Path):
    one = write_capture(tmp_path / "one.gz", session())
    again = write_capture(tmp_path / "elsewhere" / "again.gz", session())
    lake = _lake(tmp_path / "lake", [one, again, one], [again])
    assert rows(lake, "manifest").height == 1
    assert rows(lake, "accounts")["lines_duplicate"].sum() == 0


def test_forget_one_of_two_copies_changes_nothing_but_accounts(lake_small, tmp_path: Path):
    lines = [line(message) for message in session()]
    zipped, plain = write_capture(tmp_path / "a.gz", lines), write_capture(tmp_path / "a.txt", lines)
    lake = _lake(tmp_path / "lake", [zipped, plain])
    withdraw(lake, plain)
    assert digests(lake) == digests(lake_small)
    assert rows(lake, "manifest").height == 1


def test_forget_the_last_file_leaves_nothing(tmp_path: Path):
    only = write_capture(tmp_path / "only.gz", session())
    lake = _lake(tmp_path / "lake", [only])
    withdraw(lake, only)
    assert all(not lake.live(table) for table in ("trades", "book_state", "manifest", "instruments", "accounts"))


def test_a_copy_received_later_is_the_duplicate(tmp_path: Path):
    """Of two recorders the message that came first is kept: it was known then."""
    early = write_capture(tmp_path / "early.gz", [line(trade(1), recv_us=1_000 * NOON + 150_000), *tape(3, first=2)])
    late = write_capture(tmp_path / "late.gz", [line(trade(1), recv_us=1_000 * NOON + 900_000)])
    for order in ([early], [late]), ([late], [early]):
        lake = _lake(tmp_path / f"lake_{order[0][0].stem}", *order)
        kept = rows(lake, "trades").filter(trade_id="1")
        assert kept["recv_ts"].dt.epoch("us").to_list() == [1_000 * NOON + 150_000]


def test_conflicting_copies_are_told_apart_whatever_the_order(tmp_path: Path):
    """Print 1 says 100.0 in one file and 101.0 in the other, a second later: the later one is the conflict."""
    good = write_capture(tmp_path / "good.gz", tape(200))
    other = [line(trade(1, price="101.0"), recv_us=1_000 * NOON + 1_100_000), *map(line, tape(99, first=300))]
    odd = write_capture(tmp_path / "odd.gz", other)
    seen = []
    for number, order in enumerate(([good, odd], [odd, good])):
        lake = _lake(tmp_path / f"lake_{number}", *([path] for path in order), tick=0.1)
        (bad,) = rows(lake, "quarantine").rows(named=True)
        name = {row["file_id"]: Path(row["path"]).name for row in rows(lake, "manifest").rows(named=True)}
        seen.append((name[bad["file_id"]], bad["line"], bad["reason"], digests(lake)))
        assert bad["raw"].encode() == other[0]
    assert seen[0] == seen[1]
    assert seen[0][:2] == ("odd.gz", 1)
    assert "conflicts with an earlier record of the same id" in seen[0][2]


def test_a_file_that_spills_over_midnight_touches_both_days(tmp_path: Path):
    """One print before 00:00 and one after, in a file each way round with its neighbour."""
    midnight = NOON + 12 * 3_600_000
    evening = write_capture(tmp_path / "evening.gz", [trade(1, at=midnight - 1), trade(2, at=midnight)])
    morning = write_capture(tmp_path / "morning.gz", [trade(2, at=midnight), trade(3, at=midnight + 1)])
    results = []
    for number, order in enumerate(([evening, morning], [morning, evening])):
        lake = _lake(tmp_path / f"lake_{number}", *([path] for path in order))
        days = {file.day.isoformat(): file.rows for file in lake.live("trades", MARKET)}
        assert days == {"2024-03-05": 1, "2024-03-06": 2}
        results.append(digests(lake))
    assert results[0] == results[1]


def test_equal_times_stand_in_the_order_of_the_venues_ids(tmp_path: Path):
    """Three prints and two book messages of one millisecond, written backwards."""
    prints = [trade(number, at=NOON) for number in (10, 9, 11)]
    book = [depth(NOON, (4, 5, 3), [["99.9", "1.000"]]), depth(NOON, (2, 3, 1), [["99.8", "1.000"]])]
    lake = _lake(tmp_path / "lake", [write_capture(tmp_path / "same.gz", [*prints, *book])])
    assert rows(lake, "trades")["trade_id"].to_list() == ["9", "10", "11"]
    assert rows(lake, "book_updates")["update_id"].to_list() == [3, 5]
    assert rows(lake, "trades")["seq"].to_list() == [0, 1, 2]
