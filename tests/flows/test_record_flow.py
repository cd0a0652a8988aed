"""Recording as a flow: what [record] names, for its seconds, and an artifact that says what came."""

import json
from pathlib import Path

import pytest

from pipeline.errors import FootprintError
from tests.flows.test_flows import Seen
from tests.pipeline.record.loopback import loopback

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("harness")]
pytest.importorskip("ccxt", reason="the extra live is not installed")


def test_a_flow_records_what_the_configuration_names(tmp_path: Path):
    from pipeline.flows import record

    with loopback() as venues:
        (tmp_path / "footprint.toml").write_text(
            f'[record]\nmarkets = ["okx-spot/BTC-USDT"]\nevery = "1s"\nseconds = 2\nbase_url = "{venues.url}"\n'
        )
        ended = record(config=tmp_path / "footprint.toml", return_state=True)
    seen = Seen.of(ended)
    assert ended.is_completed(), seen.message
    (row,) = json.loads(seen.artifacts["footprint-recorded"])
    assert row["market"] == "okx-spot/BTC-USDT"
    assert row["lines"]["book"] >= 1
    assert [Path(path).parent for path in row["files"]] == [tmp_path / "data/captures/okx-spot/BTC-USDT"]


def test_a_configuration_without_markets_is_told(tmp_path: Path):
    from pipeline.flows import record

    (tmp_path / "footprint.toml").write_text("")
    with pytest.raises(FootprintError, match="a scheduled recording needs"):
        record(config=tmp_path / "footprint.toml")
