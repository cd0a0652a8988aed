"""The report of one market: a page of panels. A panel reads its tables and draws; `document` puts them together."""
