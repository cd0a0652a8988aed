"""Every payload of every source, for what all sources must hold."""

from tests.pipeline.sources.binance import payloads_capture as payloads_binance_capture
from tests.pipeline.sources.binance import payloads_vision as payloads_binance_vision
from tests.pipeline.sources.bybit import payloads as payloads_bybit_archive
from tests.pipeline.sources.case import Case
from tests.pipeline.sources.deribit import payloads as payloads_deribit_summary
from tests.pipeline.sources.hyperliquid import payloads as payloads_hyperliquid
from tests.pipeline.sources.json_capture import cases as cases_json_capture
from tests.pipeline.sources.okx import payloads as payloads_okx_archive
from tests.pipeline.sources.tardis import payloads as payloads_tardis
from tests.pipeline.sources.tardis import payloads_options as payloads_tardis_options

CASES: list[Case] = [
    *payloads_binance_capture.CASES,
    *payloads_binance_vision.CASES,
    *payloads_bybit_archive.CASES,
    *payloads_deribit_summary.CASES,
    *payloads_hyperliquid.CASES,
    *cases_json_capture.CASES,
    *payloads_okx_archive.CASES,
    *payloads_tardis.CASES,
    *payloads_tardis_options.CASES,
]
