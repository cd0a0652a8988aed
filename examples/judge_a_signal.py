"""How to judge a signal: does it say anything of the next return, or only of the one it was measured in?

footprint demo && python examples/judge_a_signal.py --lake data/demo
"""

import marimo

app = marimo.App(width="medium")

with app.setup:
    from dataclasses import dataclass

    import marimo as mo
    import numpy as np
    import polars as pl
    from bokeh.embed import file_html
    from bokeh.layouts import row
    from bokeh.models import Span
    from bokeh.plotting import figure
    from bokeh.resources import INLINE

    from backtest.inference.effective_sample import power_statement
    from backtest.inference.explained_variance import returns_between, side_by_side
    from backtest.inference.information_coefficient import pooled_ic
    from backtest.inference.newey_west import hac_lag
    from backtest.inference.quantile_buckets import quantile_buckets, top_minus_bottom
    from backtest.trading.fees import BASE_TIERS
    from backtest.verdict import VERDICTS, Findings, verdict
    from pipeline import open_lake

    # Seconds: what the signal looks back over, what passes until one may trade on it, what is to be forecast.
    WINDOW, LATENCY, HORIZON = 10, 1, 10
    HORIZONS = (1, 2, 5, 10, 30, 60)
    BUCKETS = 5
    FEES = BASE_TIERS[0]


@app.class_definition
@dataclass(frozen=True)
class Case:
    """A signal and the log mid by the second, NaN in gaps, and the mean spread (bps)."""

    name: str
    signal: np.ndarray
    log_mid: np.ndarray
    spread_bps: float

    def forward(self, horizon=HORIZON):
        """Return (bps) from when one may trade on the signal of a second, over the horizon."""
        return returns_between(self.log_mid, LATENCY, LATENCY + horizon) * 1e4

    def lag(self, horizon=HORIZON):
        return hac_lag(max(horizon, WINDOW), self.log_mid.size)


@app.function
def said(text, *tables):
    """Words and tables; printed too where no browser shows them."""
    with pl.Config(
        tbl_formatting="MARKDOWN",
        tbl_rows=-1,
        tbl_cols=-1,
        tbl_width_chars=200,
        fmt_str_lengths=80,
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
    ):
        whole = "\n\n".join([text, *map(str, tables)])
    if mo.app_meta().mode == "script":
        print(whole, end="\n\n")
    return mo.md(whole)


@app.function
def findings(case, side, share_as_far, spread):
    """What was shown: with the sign fixed beforehand, beyond the placebos, and after all costs."""
    return Findings(
        is_explaining=side.contemporaneous.slope.low > 0,
        is_predicting=side.predictive.slope.low > 0 and share_as_far <= 0.05,
        is_paying=spread.low / 2 - case.spread_bps > FEES.round_trips()["taker_taker"],
        is_paying_later=False,  # nothing was set aside here
    )


@app.function
def walk(*, seed, seconds, planted_bps):
    """Taker flow of ten seconds, and a log mid: moved as it happens, and later by `planted_bps` a second and unit."""
    rng = np.random.default_rng(seed)
    flow = rng.normal(size=seconds)
    summed = np.convolve(flow, np.ones(WINDOW))[:seconds]
    moves = 0.25 * flow + 0.3 * rng.normal(size=seconds)
    moves[2:] += planted_bps * summed[:-2]
    return summed, np.cumsum(moves) * 1e-4 + np.log(40_000.0)


@app.function
def shown_as(page, height):
    return mo.iframe(page, height=f"{height}px")


@app.cell
def inputs():
    lake_path = str(mo.cli_args().get("lake") or "data/demo")
    seconds, draws = 10_000, 200
    return draws, lake_path, seconds


@app.cell
def cases(lake_path, seconds):
    _market = {"venue": "binance-usdm", "symbol": "BTCUSDT"}
    _lake = open_lake(lake_path)
    _rows = (
        _lake.read("book_state", **_market)
        .select("bar_end", "spread_bps", mid=(pl.col("bid_px") + pl.col("ask_px")) / 2)
        .join(_lake.read("taker_aggression", **_market).select("bar_end", "net_qty_10s"), on="bar_end", how="left")
        .sort("bar_end")
        .collect()
        .upsample("bar_end", every="1s")
    )
    judged = [
        Case(
            "lake",
            _rows["net_qty_10s"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
            _rows["mid"].log().fill_null(np.nan).to_numpy(),
            float(_rows["spread_bps"].mean()),
        ),
        Case("walk", *walk(seed=1, seconds=seconds, planted_bps=0.0), 0.25),
        Case("planted", *walk(seed=2, seconds=seconds, planted_bps=0.02), 0.25),
    ]
    said(
        f"""# How to judge a signal

The signal: takers' buys minus sells over the last {WINDOW} s. The question: does it say anything of the mid over
the {HORIZON} s that begin {LATENCY} s later, when one could have traded on it? Expected sign, fixed before looking:
+. Three cases, so that both answers are seen:

- `lake`: the perpetual of the lake in `{lake_path}`, {judged[0].log_mid.size:,} s
- `walk`: {seconds:,} simulated seconds in which flow moves the mid as it happens and then nothing more: no forecast
  is possible
- `planted`: the same, and every second the flow of the ten seconds before pushes the mid on, by a little"""
    )
    return (judged,)


@app.cell
def shares(judged):
    sides = {
        case.name: side_by_side(case.signal, case.log_mid, window=WINDOW, latency=LATENCY, horizon=HORIZON)
        for case in judged
    }
    explained = pl.DataFrame(
        [
            {
                "case": name,
                "R2 of its own window": round(side.contemporaneous.r2, 4),
                "t of that": round(side.contemporaneous.slope.t, 1),
                "R2 of what follows": round(side.predictive.r2, 5),
                "t of this": round(side.predictive.slope.t, 1),
            }
            for name, side in sides.items()
        ]
    )
    said(
        """## 1. While it happens, and afterwards

Buying moves the price, so flow goes with the return it was measured in. That is partly accounting, and nobody can
trade on it: by the time the flow is known, the return is over. Only the last two columns are about a forecast.
Never look at the first alone.""",
        explained,
    )
    return explained, sides


@app.cell
def decay(judged):
    decays = {case.name: {h: pooled_ic(case.signal, case.forward(h), case.lag(h)) for h in HORIZONS} for case in judged}
    _panels = []
    for _name, _by_horizon in decays.items():
        _shown = figure(
            title=_name,
            x_axis_type="log",
            height=240,
            sizing_mode="stretch_width",
            toolbar_location=None,
            x_axis_label="horizon, s",
            y_axis_label="rank correlation",
            **({"y_range": _panels[0].y_range} if _panels else {}),
        )
        _shown.xaxis.ticker = list(HORIZONS)
        _shown.varea(
            HORIZONS, [e.low for e in _by_horizon.values()], [e.high for e in _by_horizon.values()], alpha=0.25
        )
        _shown.line(HORIZONS, [e.value for e in _by_horizon.values()], line_width=2)
        _shown.scatter(HORIZONS, [e.value for e in _by_horizon.values()], size=6)
        _shown.add_layout(Span(location=0, dimension="width", line_dash="dashed", line_color="gray"))
        _panels.append(_shown)
    by_horizon = pl.DataFrame(
        [
            {"case": name, **{f"{h} s": f"{e.value:+.3f} ({e.low:+.3f} to {e.high:+.3f})" for h, e in some.items()}}
            for name, some in decays.items()
        ]
    )
    decay_page = file_html(row(*_panels, sizing_mode="stretch_width"), INLINE, "Rank correlation by horizon")
    mo.vstack(
        [
            said(
                """## 2. By horizon

Rank correlation of the signal with the return from one second on, with 95 % bands (Newey-West, lags of twice the
overlap: returns over 60 s sampled every second are not 60 observations). A band over 0 says: nothing shown. Six
horizons are six looks.""",
                by_horizon,
            ),
            shown_as(decay_page, 270),
        ]
    )
    return by_horizon, decay_page, decays


@app.cell
def placebo(draws, judged):
    def shifted(case):
        """The signal moved by a random time, at least two minutes: its memory stays, its hour is wrong."""
        rng, n = np.random.default_rng(7), case.signal.size
        far = min(120, n // 4)
        forward, lag = case.forward(), case.lag()
        moved = [np.roll(case.signal, int(by)) for by in rng.integers(far, n - far, draws)]
        return np.array([pooled_ic(signal, forward, lag).value for signal in moved])

    placebos = {case.name: shifted(case) for case in judged}
    truth = {case.name: pooled_ic(case.signal, case.forward(), case.lag()).value for case in judged}
    beyond = {name: float((1 + (np.abs(placebos[name]) >= abs(truth[name])).sum()) / (draws + 1)) for name in truth}
    against = pl.DataFrame(
        [
            {
                "case": name,
                "IC": round(truth[name], 4),
                "placebo 2.5 %": round(float(np.quantile(placebos[name], 0.025)), 4),
                "placebo 97.5 %": round(float(np.quantile(placebos[name], 0.975)), 4),
                "share as far": round(beyond[name], 4),
            }
            for name in truth
        ]
    )
    said(
        f"""## 3. Against the same signal at the wrong time

{draws} shifts of the signal by a random time. They have its memory and its distribution and cannot know anything:
what they reach is chance. A signal that is not beyond them has shown nothing, whatever its t.""",
        against,
    )
    return against, beyond, placebos, truth


@app.cell
def costs(judged):
    buckets = {
        case.name: quantile_buckets(case.signal, case.forward(), buckets=BUCKETS, lag=case.lag()) for case in judged
    }
    spreads = {
        case.name: top_minus_bottom(case.signal, case.forward(), buckets=BUCKETS, lag=case.lag()) for case in judged
    }
    by_bucket = pl.DataFrame(
        [
            {"case": name, **{f"{i}": round(bucket.mean.value, 3) for i, bucket in enumerate(some, 1)}}
            for name, some in buckets.items()
        ]
    )
    _fees = FEES.round_trips()["taker_taker"]
    money = pl.DataFrame(
        [
            {
                "case": case.name,
                "gross, bps a trade": round(spreads[case.name].value / 2, 3),
                "low": round(spreads[case.name].low / 2, 3),
                "high": round(spreads[case.name].high / 2, 3),
                "spread paid": round(case.spread_bps, 3),
                "break-even fees": round(spreads[case.name].value / 2 - case.spread_bps, 3),
                "fees, taker both ways": _fees,
            }
            for case in judged
        ]
    )
    said(
        f"""## 4. What would be left

Mean return (bps) over the next {HORIZON} s by fifth of the signal, lowest first; then a trade a time in the outer
fifths, bought in the highest and sold in the lowest, from mid to mid: its gross. In and out cost one spread and two
fees. Break-even is what both fees may cost together; the last column is what an account without volume pays at
{FEES.venue} ({FEES.source}).""",
        by_bucket,
        money,
    )
    return buckets, by_bucket, money, spreads


@app.cell
def verdicts(beyond, judged, sides, spreads):
    said_of = {
        case.name: verdict(findings(case, sides[case.name], beyond[case.name], spreads[case.name])) for case in judged
    }
    powers = {
        case.name: power_statement(case.signal, case.forward(), lags=3 * WINDOW, level=0.05, power=0.8)
        for case in judged
    }
    _lines = "\n".join(f"- `{name}`: **{said}**: {VERDICTS[said]}. {powers[name]}." for name, said in said_of.items())
    said(
        f"""## 5. The verdict, from a list of five, and what this sample could have shown

{_lines}

A verdict is a claim about what was shown, in this order: moves with its own window; predicts, with the sign fixed
beforehand and beyond the placebos; pays after costs; pays on data set aside."""
    )
    return powers, said_of


@app.cell
def limits(judged):
    said(
        f"""## What {judged[0].log_mid.size / 60:.0f} minutes cannot show

- "No evidence" of so short a sample is no evidence of absence: read the power statement beside it.
- One stretch of one market is one regime. Whether anything holds on another day, nothing here can say.
- The test of data set aside, the count of trials and what the best of many worthless trials reaches need days:
  `footprint backtest` and `footprint tearsheet` do them, `footprint power` says how many days.
- `footprint tearsheet taker_aggression` judges the flow of a minute instead. Returns over a minute that stand apart
  are about {judged[0].log_mid.size // 60} here, too few for it to say anything: it answers "no evidence".
- The verdicts above ask for no least number of days, so that a planted effect can be seen within minutes;
  `footprint tearsheet` calls nothing predictive below ten days, whatever the figures.
- The market of the demo is simulated: its makers and takers are ours. It shows that the judge works, and nothing
  about a venue.

Research on recorded and simulated data, no trading advice."""
    )
    return


if __name__ == "__main__":
    app.run()
