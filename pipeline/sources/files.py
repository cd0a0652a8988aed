"""What files each source reads, in a line: for help, and for docs/sources.md."""

from typing import Final

FILES: Final = {
    "binance-capture": "`<local time> <json>` lines of Binance",
    "hyperliquid-capture": "`<local time> <json>` lines of Hyperliquid",
    "json-capture": "what `record`, `fetch` (REST) and cryptofeed write",
    "tardis": "CSVs of Tardis.dev but options_chain and book snapshots",
    "tardis-snapshots": "book_snapshot_5 and _25 of Tardis.dev",
    "binance-vision": "data.binance.vision but single trades",
    "binance-vision-trades": "single trades of data.binance.vision",
    "bybit-archive": "trades, order books",
    "okx-archive": "trades, order books, funding, candles",
    "hyperliquid-archive": "l2Book, asset_ctxs, node_fills",
    "hyperliquid-node-trades": "node_trades",
    "tardis-options": "options_chain of Tardis.dev",
    "deribit-summary": "book summaries of option chains as CSV",
    "rest-cassette": "requests and replies of Hyperliquid as YAML",
}
