"""Scorecard rows of real recordings: what was counted in them, and that they name nobody."""

from pathlib import Path

import pytest

from pipeline.scores.recordings import HYPERLIQUID_FILLS, HYPERLIQUID_TAPE, SPOT_TAPE, score_recordings

HOME = Path(__file__).parents[4] / "shared" / "market-data"
KEYS = ["detector", "metric", "feed_interval_ms", "value", "lo", "hi", "naive", "target", "n_seeds", "n", "verdict"]


@pytest.fixture(scope="module")
def rows() -> dict[str, dict]:
    missing = [name for name in (HYPERLIQUID_TAPE, HYPERLIQUID_FILLS, SPOT_TAPE) if not (HOME / name).exists()]
    if missing:
        pytest.skip(f"real recordings are not here: {HOME / missing[0]}")
    return {row["metric"]: row for row in score_recordings(HOME)}


def test_without_recordings_there_are_no_rows(tmp_path: Path) -> None:
    assert score_recordings(tmp_path) == []


def test_all_rows_have_the_same_keys_and_say_what_they_are(rows: dict[str, dict]) -> None:
    for row in rows.values():
        assert list(row) == [*KEYS, "note"]
        assert (row["verdict"], row["n_seeds"], row["feed_interval_ms"]) == ("real data", 0, None)
        assert row["lo"] is None or row["lo"] <= row["value"] <= row["hi"]


def test_nobody_is_named(rows: dict[str, dict]) -> None:
    assert "0x" not in str(rows)


def test_maker_and_taker_are_exact_on_the_tape_with_addresses(rows: dict[str, dict]) -> None:
    found = {name: (rows[name]["value"], rows[name]["n"]) for name in ("parties_decided", "taker_hits_the_far_side")}
    assert found == {"parties_decided": (1.0, 64), "taker_hits_the_far_side": (1.0, 34)}
    assert (rows["one_taker_per_transaction"]["value"], rows["one_taker_per_transaction"]["naive"]) == (1.0, 0.0)
    assert rows["abs_sum_of_changes"]["value"] == 0.0
    assert rows["share_of_first_1_makers"]["value"] == pytest.approx(0.6753, abs=1e-4)


def test_the_position_follows_from_fill_to_fill(rows: dict[str, dict]) -> None:
    """One break: the reply ends in the middle of a trade of the account with itself."""
    links = rows["links_that_hold"]
    assert (links["n"], links["value"]) == (402, pytest.approx(401 / 402))
    assert "SUI 1; 83 trades" in links["note"]


def test_passive_orders_of_the_spot_tape(rows: dict[str, dict]) -> None:
    assert (rows["met_by_several_takers"]["n"], rows["met_by_several_takers"]["value"]) == (1007, 284 / 1007)
    assert rows["qty_met_by_several_takers"]["value"] == pytest.approx(0.6839, abs=1e-4)
    shares = [rows[f"{what}_any_take"]["value"] for what in ("one_order", "an_order_among_others", "new_orders_only")]
    assert sum(shares) == pytest.approx(1.0)
