"""Every payload of every source, for what all sources must hold."""

from tests.pipeline.sources import (
    payloads_binance_capture,
    payloads_binance_vision,
    payloads_bybit_archive,
    payloads_deribit_summary,
    payloads_hyperliquid,
    payloads_json_capture,
    payloads_okx_archive,
    payloads_tardis,
    payloads_tardis_options,
)
from tests.pipeline.sources.case import Case

CASES: list[Case] = [
    *payloads_binance_capture.CASES,
    *payloads_binance_vision.CASES,
    *payloads_bybit_archive.CASES,
    *payloads_deribit_summary.CASES,
    *payloads_hyperliquid.CASES,
    *payloads_json_capture.CASES,
    *payloads_okx_archive.CASES,
    *payloads_tardis.CASES,
    *payloads_tardis_options.CASES,
]
