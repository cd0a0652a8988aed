"""The dictionary repeats what the scorecard calls poor."""

from pipeline.catalogue import data_dictionary
from pipeline.scores.shortfalls import SCORECARD, shortfalls
from signals import SIGNALS

_CARD = """
## sweeps

| metric | feed | value | 95 % interval | naive | target | seeds | verdict | limited by |
| --- | ---: | ---: | ---: | ---: | --- | ---: | --- | --- |
| recall | event | 0.999 | 0.999 to 1 | 0.286 | >= 0.95; good >= 0.98 | 20 | good |  |
| recall | 1 s | 0.5 | 0.4 to 0.6 | - | >= 0.95; good >= 0.98 | 20 | poor | information: two takers in one second |

## maker_inventory

| metric | feed | value | 95 % interval | naive | target | seeds | verdict | limited by |
| --- | ---: | ---: | ---: | ---: | --- | ---: | --- | --- |
| correlation | event | 0.4 | 0.3 to 0.5 | 0.2 | >= 0.6; good > 0.8 | 20 | poor |  |
"""


def test_a_poor_row_is_a_sentence_of_the_signal_behind_it():
    assert shortfalls(_CARD) == {
        "sweeps": [
            "`recall` on a feed of 1 s: 0.5 (0.4 to 0.6), asked >= 0.95; good >= 0.98; "
            "information: two takers in one second"
        ],
        "inventory_state": [
            "`correlation` on a feed of event: 0.4 (0.3 to 0.5, naive 0.2), asked >= 0.6; good > 0.8; reason unknown"
        ],
    }


def test_what_the_scorecard_calls_poor_stands_with_its_signal():
    short = shortfalls(SCORECARD.read_text())
    assert {*short} <= {signal.name for signal in SIGNALS}
    text = data_dictionary()
    for name, lines in short.items():
        section = text.split(f"\n`{name}`, version")[1].split("\n### ")[0]
        assert all(f"- {line}" in section for line in lines)


def test_no_poor_row_goes_without_a_reason():
    assert not [
        line for lines in shortfalls(SCORECARD.read_text()).values() for line in lines if "reason unknown" in line
    ]
