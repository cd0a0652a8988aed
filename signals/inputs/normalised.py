"""All normalised tables, in the order in which they are listed."""

from signals.inputs.bookkeeping import ACCOUNTS, BOOK_CHECKS, BOOK_CLOSE, GAPS, INSTRUMENTS, MANIFEST, QUARANTINE
from signals.inputs.statements import (
    DEPTH_BANDS,
    DERIVATIVE_TICKER,
    FUNDING,
    OPTION_QUOTES,
    POSITIONING,
    PRICE_BARS,
    VOL_INDEX,
)
from signals.inputs.trading import BOOK_TICKER, BOOK_UPDATES, FILLS, LIQUIDATIONS, TRADES

NORMALISED = (
    INSTRUMENTS,
    BOOK_UPDATES,
    TRADES,
    BOOK_TICKER,
    DERIVATIVE_TICKER,
    FUNDING,
    LIQUIDATIONS,
    FILLS,
    DEPTH_BANDS,
    POSITIONING,
    PRICE_BARS,
    OPTION_QUOTES,
    VOL_INDEX,
    BOOK_CLOSE,
    BOOK_CHECKS,
    GAPS,
    QUARANTINE,
    MANIFEST,
    ACCOUNTS,
)
