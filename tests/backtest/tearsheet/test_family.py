"""Of many claims that say nothing some look as if they did: judged together they are held to more."""

import re

import pytest

from backtest.tearsheet.family import family
from backtest.tearsheet.family_document import family_html, family_json
from backtest.tearsheet.sheet import Tearsheet


def sheet(name: str, p: float | None, verdict: str = "no evidence") -> Tearsheet:
    """A claim whose best horizon has that p; None: no horizon has the registered sign."""
    rows = [{"horizon_s": 10.0, "p_adjusted": 0.5 if p is None else p}]
    decay = {"rows": rows, "best_horizon_s": None if p is None else 10.0}
    sections = {"decay": decay, "power": {"detectable_ic": None}, "verdict": {"verdict": verdict}}
    return Tearsheet(name, "venue/SYMBOL", sections)


def test_p_is_that_of_benjamini_and_yekutieli_over_the_claims():
    # three claims: factor 1 + 1/2 + 1/3 = 11/6; steps 0.01 * 3, 0.03 * 3 / 2, 1
    found = family([sheet("b", 0.03), sheet("none", None), sheet("a", 0.01)])
    assert [one.sheet.name for one in found] == ["a", "b", "none"]
    assert [one.p for one in found] == [0.01, 0.03, 1.0]
    assert [one.p_family for one in found] == pytest.approx([0.03 * 11 / 6, 0.045 * 11 / 6, 1.0])
    assert [one.is_beyond_chance for one in found] == [False, False, False]  # 0.055: alone it would have been


def test_what_is_far_beyond_chance_stays_so():
    found = family([sheet("a", 1e-6), *(sheet(f"noise {number}", 0.5) for number in range(20))])
    assert [one.is_beyond_chance for one in found] == [True, *[False] * 20]


def test_what_a_sheet_does_not_call_predictive_does_not_hold_however_small_its_p():
    """Twenty minutes can have a tiny p, and the sheet asks for ten days."""
    claims = [sheet("a", 1e-9, "contemporaneous only"), sheet("b", 1e-9, "predictive before cost")]
    found = family([*claims, sheet("c", 0.9, "predictive before cost")])
    assert [(one.sheet.name, one.is_beyond_chance, one.holds) for one in found] == [
        ("a", True, False),
        ("b", True, True),
        ("c", False, False),
    ]
    assert "2 beyond chance when all are counted. Of these 1 are predictive" in family_html(found, {})


def test_no_sheets_make_no_family():
    assert family([]) == []


def test_the_page_leads_to_every_sheet_and_says_what_could_not_be_judged():
    members, unjudged = family([sheet("a<b", 0.2), sheet("c", None)]), {"blocks": "no rows <here>"}
    text = family_html(members, unjudged)
    assert re.findall(r'href="([^"]+)"', text) == ["a&lt;b.html", "c.html"]
    assert "no rows &lt;here&gt;" in text
    assert "2 claims judged; 0 beyond chance when all are counted." in text


def test_json_has_a_row_for_every_claim_and_no_number_that_is_none():
    made = family_json(family([sheet("a", 0.2)]), {"blocks": "no rows"})
    assert made["claims"] == [
        {
            "claim": "a",
            "market": "venue/SYMBOL",
            "verdict": "no evidence",
            "best_horizon_s": 10.0,
            "p": 0.2,
            "p_over_all": 0.2,
            "is_beyond_chance": False,
            "detectable_ic": None,
        }
    ]
    assert made["unjudged"] == {"blocks": "no rows"}
