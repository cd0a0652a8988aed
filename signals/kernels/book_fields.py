"""Where things stand in the arrays of the book kernels, and the bounds they share."""

LEVELS = 5
FURTHER = 5
"""Levels below the top five that a bar lists too."""
BANDS_BPS = (1, 5, 10, 25, 50)
NONE = -(1 << 62)
"""No such price, in signed ticks: worse than any."""
NEVER = 1 << 62

OK, LOCKED, CROSSED, ONE_SIDED, EMPTY, STALE, RESYNC = range(7)

# One row per side (0 bid, 1 ask), prices in signed ticks:
BASE, DEEPEST, REACH, FIFTH, HIGHEST, IS_DIRTY, N_SPARSE, SIDE_FIELDS = range(8)
"""First price of the window; worst price shown and worst listed by the last snapshot (NEVER if none); the
fifth best; best price set in the open group; whether that group touched the top five; levels outside."""

# The rest of the state:
NOW, IS_OPEN, IS_USABLE, IS_RESET, NEXT_BAR, COVERED, N_GAPS, GAP_AT, N_OUT, STATUS = range(10)
N_TAKEN, N_WATCHES, N_REFILLS, N_CLOSED, LOOK_AT, FIELDS = range(10, 16)
"""Time of the last message (-1: none); its group may still grow; the chain is whole; the next top five is a
first state; end of the open bar; its microseconds OK or LOCKED; ring of gaps: filled, next; bars written; why
`advance` returned; executions done; prices watched; refills written; of these, those before the open group; when
the top five is next found if nobody asks for it."""

DONE, RECENTRE, GROW = 0, 1, 2
"""Rows used up; the window should move; a list of levels outside it is full."""

BAR_END, STATE, BID_PX, ASK_PX, BID_QTY, ASK_QTY = 0, 1, 2, 3, 4, 9
BID_DEPTH, ASK_DEPTH, OFI = 14, 19, 24
COVERED_US, BID_REACH, ASK_REACH, LAST_US, BID_FURTHER, ASK_FURTHER = 29, 30, 31, 32, 33, 38
BID_LEDGER, ASK_LEDGER, HAS_BAND, MESSAGES, GAP_US, COLUMNS = 43, 48, 53, 54, 55, 56
"""Rows of `out`: five sizes a side, five depths a side, five OFI, time of the last message, the sizes of the five
levels further out a side; the five sums of kernels.ledger a side OF THE BAR BEFORE, whether this bar has a band for
them, instants with messages and the time between them. Prices in ticks, -1 = none; depth -1 = the band is deeper than
the feed has shown; time -1 = no message yet."""

RECENT_GAPS = 255
LOOK_US = 1_000_000
"""How often the top five is found where nobody asks for it: only to keep the market inside the window."""
STALE_US = 2_000_000
STALE_GAPS = 5
