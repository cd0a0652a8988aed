// The book of one market in C: what signals/kernels/book.py computes, written the plain way on two dense arrays.
//
// It is the yardstick of speed and a second opinion on every integer of a bar. Differences in design: prices
// count from tick 0, so no window moves and no level stands outside it; the sides are written out one by one.
// A bar that ends at g is written before events at g or later.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int64_t i64;

enum { LEVELS = 5, BANDS = 5, RECENT_GAPS = 255 };
enum { OK, LOCKED, CROSSED, ONE_SIDED, EMPTY, STALE, RESYNC };
enum { BID = 1, SNAPSHOT = 2, IGNORE = 4, FIRST = 8, BREAKS = 16, BRIDGES = 32 };
enum { BAR_END, STATE, BID_PX, ASK_PX, BID_QTY, ASK_QTY = 9, BID_DEPTH = 14, ASK_DEPTH = 19, OFI = 24,
       COVERED_US = 29, BID_REACH = 30, ASK_REACH = 31, LAST_US = 32 };

static const i64 BANDS_BPS[BANDS] = {1, 5, 10, 25, 50};
static const i64 STALE_US = 2000000;

typedef struct {
    i64 *bid, *ask, cells;                        // lots by tick
    i64 bid_px[LEVELS], bid_qty[LEVELS];          // top five, -1 = none
    i64 ask_px[LEVELS], ask_qty[LEVELS];          // top five, cells = none
    i64 bid_set, ask_set;                         // best price set in the open group, -1 and cells = none
    i64 bid_deepest, ask_deepest;                 // worst price shown, INT64_MAX and -1 = none
    i64 bid_reach, ask_reach;                     // worst price the last snapshot listed
    int bid_dirty, ask_dirty, is_open, is_usable, is_reset;
    i64 now, next_bar, bar_us, covered;
    i64 ofi[LEVELS];
    i64 gaps[RECENT_GAPS], n_gaps, gap_at;
    i64 *out, room, bars;                         // out: (columns, room)
} Book;

static i64 smaller(i64 a, i64 b) { return a < b ? a : b; }
static i64 larger(i64 a, i64 b) { return a > b ? a : b; }

static void clear(Book *b) {
    i64 best = larger(b->bid_px[0], b->bid_set);
    if (b->bid_deepest <= best) memset(b->bid + b->bid_deepest, 0, (best - b->bid_deepest + 1) * sizeof(i64));
    best = smaller(b->ask_px[0], b->ask_set);
    if (best <= b->ask_deepest) memset(b->ask + best, 0, (b->ask_deepest - best + 1) * sizeof(i64));
    for (int k = 0; k < LEVELS; k++) {
        b->bid_px[k] = -1;
        b->ask_px[k] = b->cells;
        b->bid_qty[k] = b->ask_qty[k] = 0;
    }
    b->bid_set = -1;
    b->ask_set = b->cells;
    b->bid_deepest = b->bid_reach = INT64_MAX;
    b->ask_deepest = b->ask_reach = -1;
    b->bid_dirty = b->ask_dirty = b->is_reset = 1;
}

static i64 gained(int is_better, i64 px, i64 qty, i64 old_px, i64 old_qty) {
    if (px == old_px) return qty - old_qty;
    return is_better ? qty : -old_qty;
}

static void close_group(Book *b) {
    if (b->bid_dirty) {
        i64 x = larger(b->bid_px[0], b->bid_set);
        for (int k = 0; k < LEVELS; k++) {
            while (x >= b->bid_deepest && !b->bid[x]) x--;
            int found = x >= b->bid_deepest;
            i64 px = found ? x : -1, qty = found ? b->bid[x] : 0;
            x -= found;
            if (!b->is_reset) b->ofi[k] += gained(px > b->bid_px[k], px, qty, b->bid_px[k], b->bid_qty[k]);
            b->bid_px[k] = px;
            b->bid_qty[k] = qty;
        }
        b->bid_set = -1;
    }
    if (b->ask_dirty) {
        i64 x = smaller(b->ask_px[0], b->ask_set);
        for (int k = 0; k < LEVELS; k++) {
            while (x <= b->ask_deepest && !b->ask[x]) x++;
            int found = x <= b->ask_deepest;
            i64 px = found ? x : b->cells, qty = found ? b->ask[x] : 0;
            x += found;
            if (!b->is_reset) b->ofi[k] -= gained(px < b->ask_px[k], px, qty, b->ask_px[k], b->ask_qty[k]);
            b->ask_px[k] = px;
            b->ask_qty[k] = qty;
        }
        b->ask_set = b->cells;
    }
    b->bid_dirty = b->ask_dirty = b->is_reset = b->is_open = 0;
}

static int state_of(const Book *b) {
    i64 bid = b->bid_px[0], ask = b->ask_px[0];
    if (!b->is_usable) return RESYNC;
    if (bid < 0 && ask == b->cells) return EMPTY;
    if (bid < 0 || ask == b->cells) return ONE_SIDED;
    return bid > ask ? CROSSED : bid == ask ? LOCKED : OK;
}

static int ascending(const void *a, const void *b) {
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

static i64 stale_after(const Book *b) {
    if (!b->n_gaps) return STALE_US;
    i64 gaps[RECENT_GAPS];
    memcpy(gaps, b->gaps, b->n_gaps * sizeof(i64));
    qsort(gaps, b->n_gaps, sizeof(i64), ascending);
    return larger(STALE_US, 5 * (gaps[(b->n_gaps - 1) / 2] + gaps[b->n_gaps / 2]) / 2);
}

static void write_bar(Book *b, int state) {
    i64 *o = b->out + b->bars, step = b->room;
    o[BAR_END * step] = b->next_bar;
    o[STATE * step] = state;
    o[COVERED_US * step] = b->covered;
    o[LAST_US * step] = b->now;
    o[BID_PX * step] = b->bid_px[0];
    o[ASK_PX * step] = b->ask_px[0] == b->cells ? -1 : b->ask_px[0];
    o[BID_REACH * step] = b->bid_reach == INT64_MAX ? -1 : b->bid_reach;
    o[ASK_REACH * step] = b->ask_reach;
    for (int k = 0; k < LEVELS; k++) {
        o[(BID_QTY + k) * step] = b->bid_qty[k];
        o[(ASK_QTY + k) * step] = b->ask_qty[k];
        o[(OFI + k) * step] = b->ofi[k];
        b->ofi[k] = 0;
    }
    i64 mid2 = b->bid_px[0] + b->ask_px[0], from = b->bid_px[0], to = b->ask_px[0], bids = 0, asks = 0;
    for (int k = 0; k < BANDS; k++) {
        if (state != OK && state != LOCKED) {
            o[(BID_DEPTH + k) * step] = o[(ASK_DEPTH + k) * step] = -1;
            continue;
        }
        i64 low = mid2 * (10000 - BANDS_BPS[k]), high = mid2 * (10000 + BANDS_BPS[k]);  // in 1/20,000 of a tick
        i64 lowest = (low + 19999) / 20000, highest = smaller(high / 20000, b->cells - 1);
        for (i64 x = lowest; x <= from; x++) bids += b->bid[x];
        for (i64 x = to; x <= highest; x++) asks += b->ask[x];
        from = smaller(from, lowest - 1);
        to = larger(to, highest + 1);
        o[(BID_DEPTH + k) * step] = b->bid_deepest != INT64_MAX && b->bid_deepest * 20000 <= low ? bids : -1;
        o[(ASK_DEPTH + k) * step] = b->ask_deepest * 20000 >= high ? asks : -1;
    }
    b->bars++;
    b->covered = 0;
}

static void let_time_pass(Book *b, i64 until) {
    int state = state_of(b), is_covered = state == OK || state == LOCKED;
    i64 stale_from = b->now + STALE_US;
    if (until > stale_from) stale_from = b->now + stale_after(b);
    while (b->next_bar <= until && b->bars < b->room) {
        i64 end = b->next_bar;
        if (is_covered) b->covered += larger(0, smaller(end, stale_from) - larger(b->now, end - b->bar_us));
        write_bar(b, state != RESYNC && end > stale_from ? STALE : state);
        b->next_bar = end + b->bar_us;
    }
    if (is_covered) b->covered += larger(0, smaller(until, stale_from) - larger(b->now, b->next_bar - b->bar_us));
}

static void start_message(Book *b, uint8_t mark) {
    if (mark & SNAPSHOT) clear(b);
    if (mark & BREAKS) b->is_usable = 0;
    if (mark & BRIDGES && !b->is_usable) b->is_usable = b->is_reset = 1;
}

// Bars of rows [0, n) up to `until`. px: ticks below `cells`; window: 2 x cells zeros, or NULL to allocate them
// here; out: (33, room), its rows as in signals/kernels/book.py. Returns the bars written, -1 if memory lacks.
i64 book_bars(const i64 *ts, const uint8_t *flag, const int32_t *px, const i64 *lots, i64 n, i64 cells, i64 *window,
              i64 first_bar, i64 bar_us, i64 until, i64 *out, i64 room) {
    i64 *cells_of = window ? window : calloc(2 * cells, sizeof(i64));
    if (!cells_of) return -1;
    Book book = {.bid = cells_of, .ask = cells_of + cells, .cells = cells, .now = -1, .next_bar = first_bar,
                 .bar_us = bar_us, .out = out, .room = room,
                 .bid_set = -1, .ask_set = cells, .bid_deepest = INT64_MAX, .ask_deepest = -1};
    Book *b = &book;
    for (int k = 0; k < LEVELS; k++) b->bid_px[k] = -1, b->ask_px[k] = cells;
    b->bid_reach = INT64_MAX;
    b->ask_reach = -1;
    for (i64 i = 0;;) {
        i64 t = i < n ? ts[i] : until;
        if (i == n || t != b->now) {
            if (b->is_open) close_group(b);
            let_time_pass(b, t);
            if (i == n) break;
            if (b->now >= 0) {
                b->gaps[b->gap_at] = t - b->now;
                b->gap_at = (b->gap_at + 1) % RECENT_GAPS;
                b->n_gaps = smaller(b->n_gaps + 1, RECENT_GAPS);
            }
            b->now = t;
            b->is_open = 1;
        }
        for (; i < n && ts[i] == t; i++) {
            uint8_t mark = flag[i];
            i64 x = px[i], q = lots[i];
            if (mark & FIRST) start_message(b, mark);
            if (mark & IGNORE) continue;
            if (mark & BID) {
                b->bid[x] = q;
                b->bid_deepest = smaller(b->bid_deepest, x);
                if (mark & SNAPSHOT) b->bid_reach = smaller(b->bid_reach, x);
                if (x >= b->bid_px[LEVELS - 1]) {
                    b->bid_dirty = 1;
                    if (q) b->bid_set = larger(b->bid_set, x);
                }
            } else {
                b->ask[x] = q;
                b->ask_deepest = larger(b->ask_deepest, x);
                if (mark & SNAPSHOT) b->ask_reach = larger(b->ask_reach, x);
                if (x <= b->ask_px[LEVELS - 1]) {
                    b->ask_dirty = 1;
                    if (q) b->ask_set = smaller(b->ask_set, x);
                }
            }
        }
    }
    if (!window) free(cells_of);
    return b->bars;
}

// The floor: every level is stored and nothing is made of it. Returns a cell, so that the stores are not left out.
i64 store_only(const uint8_t *flag, const int32_t *px, const i64 *lots, i64 n, i64 cells, i64 *window) {
    for (i64 i = 0; i < n; i++) window[(flag[i] & BID ? 0 : cells) + px[i]] = lots[i];
    return window[cells / 2];
}
