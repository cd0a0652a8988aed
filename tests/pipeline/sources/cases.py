"""Every payload of every source, for what all sources must hold."""

from tests.pipeline.sources import payloads_binance_capture, payloads_tardis
from tests.pipeline.sources.case import Case

CASES: list[Case] = [*payloads_binance_capture.CASES, *payloads_tardis.CASES]
