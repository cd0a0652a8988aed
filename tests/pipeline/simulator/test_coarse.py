"""The coarse world: same seed same bytes, nobody's draws move another's, and books that balance."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from backtest.trading.funding_cash import funding_cash
from pipeline.simulator.coarse import GROUPS, CoarseMarket, simulate_coarse, write_coarse
from pipeline.simulator.coarse_funding import funding_rate
from pipeline.simulator.coarse_parameters import CALM, PRESETS
from pipeline.simulator.coarse_tables import COARSE_FUNDING, COARSE_MINUTES, COARSE_TRUTH, MAKERS

POSITIONS = ("makers_perp_qty", "passive_qty", "takers_qty", "leveraged_qty", "basis_qty")


@pytest.fixture(scope="module")
def calm() -> CoarseMarket:
    return simulate_coarse(days=12, seed=5)


def changes(frame: pl.DataFrame, name: str) -> np.ndarray:
    return np.diff(frame[name].to_numpy())


def test_rows_are_minutes_and_settlements(calm: CoarseMarket) -> None:
    assert (calm.minutes.height, calm.truth.height, calm.funding.height) == (12 * 1440, 12 * 1440, 36)
    assert calm.minutes["bar_end"][0] == datetime(2021, 1, 1, 0, 1, tzinfo=UTC)
    assert calm.minutes["bar_end"][-1] == calm.funding["settled_ts"][-1] == datetime(2021, 1, 13, tzinfo=UTC)
    assert calm.minutes.null_count().sum_horizontal().item() == 0


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_coarse(tmp_path / folder, days=2, seed=9)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.parquet"))
    assert [str(path) for path in files] == [
        "public/coarse_funding.parquet",
        "public/coarse_minutes.parquet",
        "truth/coarse.parquet",
        "truth/coarse_makers.parquet",
    ]
    assert all((tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes() for path in files)
    COARSE_MINUTES.check(pl.read_parquet(tmp_path / "one/public/coarse_minutes.parquet"))
    COARSE_TRUTH.check(pl.read_parquet(tmp_path / "one/truth/coarse.parquet"))
    COARSE_FUNDING.check(pl.read_parquet(tmp_path / "one/public/coarse_funding.parquet"))


def test_another_seed_is_another_world(calm: CoarseMarket) -> None:
    assert not simulate_coarse(days=1, seed=6).minutes.equals(calm.minutes.head(1440))


def test_a_longer_world_begins_like_a_shorter_one(calm: CoarseMarket) -> None:
    short = simulate_coarse(days=3, seed=5)
    assert short.minutes.equals(calm.minutes.head(3 * 1440))
    assert short.truth.equals(calm.truth.head(3 * 1440))


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_can_be_sent_home(calm: CoarseMarket, group: str) -> None:
    """Value and the other takers' draws stay what they are."""
    less = simulate_coarse(days=12, seed=5, without=[group])
    assert less.truth["value"].equals(calm.truth["value"])
    assert less.minutes["spot_mid"].equals(calm.minutes["spot_mid"])
    assert not less.minutes.equals(calm.minutes)
    if group in ("leveraged", "basis_traders", "makers"):
        assert less.truth["takers_qty"].equals(calm.truth["takers_qty"])
        of_group = {"leveraged": "leveraged_qty", "basis_traders": "basis_qty", "makers": "makers_perp_qty"}[group]
        assert (less.truth[of_group] == 0.0).all()


@pytest.mark.parametrize("preset", PRESETS)
def test_all_positions_sum_to_zero(preset: str) -> None:
    truth = simulate_coarse(days=5, seed=2, preset=preset).truth
    total = truth.select(pl.sum_horizontal(POSITIONS).abs().max()).item()
    assert total < 1e-9 * PRESETS[preset].volume * truth.height


def test_makers_and_the_passive_meet_all_that_takers_do(calm: CoarseMarket) -> None:
    flow = (calm.minutes["buy_qty"] - calm.minutes["sell_qty"]).to_numpy()[1:]
    met = changes(calm.truth, "makers_perp_qty") + changes(calm.truth, "passive_qty")
    np.testing.assert_allclose(met, -flow, atol=1e-8)


def test_makers_inventories_add_up_and_halve_as_stated(calm: CoarseMarket) -> None:
    makers = [f"maker_{k}_qty" for k in range(1, MAKERS + 1)]
    np.testing.assert_allclose(calm.truth.select(pl.sum_horizontal(makers)).to_series(), calm.truth["makers_qty"])
    kept = [0.5 ** (1 / life) for life in calm.makers["half_life_min"]]
    received = sum(
        calm.truth[name].to_numpy()[1:] - keeps * calm.truth[name].to_numpy()[:-1]
        for name, keeps in zip(makers, kept, strict=True)
    )
    np.testing.assert_allclose(received, changes(calm.truth, "makers_perp_qty"), atol=1e-8)
    assert calm.makers["family"].to_list() == ["fast"] * 3 + ["slow"] * 3
    assert calm.makers["half_life_min"].is_between(2.0, 60.0).all()


def test_funding_is_the_formula_of_the_mean_premium(calm: CoarseMarket) -> None:
    premium = calm.minutes["premium"].to_numpy().reshape(-1, 480).mean(axis=1)
    np.testing.assert_allclose(calm.funding["mean_premium"], premium, rtol=1e-9, atol=1e-15)
    rates = [funding_rate(1e4 * one, CALM.interest, CALM.clamp, CALM.cap) * 1e-4 for one in premium]
    np.testing.assert_allclose(calm.funding["rate"], rates, atol=1e-12)
    assert (calm.funding["rate"] == 1e-4).sum() > 5


def test_premium_is_the_perpetual_over_its_index(calm: CoarseMarket) -> None:
    premium = calm.minutes["perp_mid"] / calm.minutes["index_px"] - 1.0
    np.testing.assert_allclose(calm.minutes["premium"], premium, atol=1e-12)


def test_a_settlement_takes_from_some_what_it_gives_to_others(calm: CoarseMarket) -> None:
    at = calm.funding.join(calm.truth, left_on="settled_ts", right_on="bar_end")
    for row in at.iter_rows(named=True):
        cash = [funding_cash(row[name], row["mark_px"], row["rate"]) for name in POSITIONS]
        assert sum(cash) == pytest.approx(0.0, abs=1e-6)


def test_pressure_is_what_makes_inventory_foretell_the_price() -> None:
    """With it the price comes back as makers hedge; without it their inventory says nothing about what follows."""

    def foretold(seed: int, preset: str, without: tuple[str, ...] = ()) -> float:
        world = simulate_coarse(days=150, seed=seed, preset=preset, without=without)
        price = np.log(world.minutes["perp_mid"].to_numpy()[::15])
        inventory = world.truth["makers_qty"].to_numpy()[::15]
        return float(np.corrcoef(inventory[:-1], np.diff(price))[0, 1])

    seeds = range(1, 5)
    chance = 0.009 / len(seeds) ** 0.5  # between seeds
    assert np.mean([foretold(seed, "calm") for seed in seeds]) > 5 * chance
    assert abs(np.mean([foretold(seed, "calm", ("inventory_pressure",)) for seed in seeds])) < 2 * chance
    assert foretold(1, "pressed") > 0.2


def test_signs_of_flow_remember() -> None:
    """Positive at an hour and more, and slowly falling."""
    minutes = simulate_coarse(days=150, seed=1).minutes
    sign = np.sign((minutes["buy_qty"] - minutes["sell_qty"]).to_numpy())
    acf = {lag: float(np.mean(sign[lag:] * sign[:-lag])) for lag in (1, 10, 60)}
    assert acf[1] > acf[10] > acf[60] > 0.01


def test_two_days_at_the_cap() -> None:
    funding = simulate_coarse(days=10, seed=3, stress=["funding_cap"]).funding
    capped = funding.filter(pl.col("rate") >= CALM.cap * 1e-4 - 1e-12)["settled_ts"]
    assert capped.len() == 6
    assert (capped[0], capped[-1]) == (datetime(2021, 1, 6, 8, tzinfo=UTC), datetime(2021, 1, 8, tzinfo=UTC))


def test_wrong_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no group or switch called clowns; there are noise_takers"):
        simulate_coarse(days=1, seed=1, without=["clowns"])
    with pytest.raises(ValueError, match="no preset called wild"):
        simulate_coarse(days=1, seed=1, preset="wild")
    with pytest.raises(ValueError, match="no stress called"):
        simulate_coarse(days=1, seed=1, stress=["flood"])
    with pytest.raises(ValueError, match="at least one day, got 0"):
        simulate_coarse(days=0, seed=1)
