"""Tiles hold what they are made of, and pooling loses no maximum."""

import json
import zlib
from base64 import b85decode
from html import escape

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.report.book_heat import UNKNOWN
from pipeline.report.heat_tiles import ALPHABET, TILE, codes, first_picture, pooled, tiles
from tests.pipeline.report.heats import heat_of


def _unpacked(text: str, rows: int) -> np.ndarray:
    standard = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
    changes = zlib.decompress(b85decode(text.translate(str.maketrans(ALPHABET, standard))))
    return np.cumsum(np.frombuffer(changes, np.uint8).reshape(rows, -1), axis=1, dtype=np.uint8).T


@pytest.mark.parametrize("columns", [1, 5, TILE, TILE + 1])
def test_tiles_are_the_codes(columns):
    code = np.random.default_rng(columns).integers(0, 65, (columns, 3)).astype(np.uint8)
    made = tiles(code)
    assert len(made) == -(-columns // TILE)
    assert np.array_equal(np.concatenate([_unpacked(one, 3) for one in made]), code)


def test_no_digit_is_written_otherwise_in_a_page_or_a_script():
    assert len(set(ALPHABET)) == len(ALPHABET) == 85
    assert escape(ALPHABET) == ALPHABET
    assert json.dumps(ALPHABET) == f'"{ALPHABET}"'


def test_unknown_is_the_least_code():
    assert codes(heat_of(np.array([[0, 1, 63, UNKNOWN]], np.uint8))).tolist() == [[1, 2, 64, 0]]


@settings(max_examples=50, deadline=None)
@given(columns=st.integers(1, 40), joined=st.sampled_from([1, 4, 16]), seed=st.integers(0, 99))
def test_pooling_is_the_greatest_of_each_group(columns, joined, seed):
    code = np.random.default_rng(seed).integers(0, 65, (columns, 2)).astype(np.uint8)
    wanted = [code[at : at + joined].max(axis=0).tolist() for at in range(0, columns, joined)]
    assert pooled(code, joined).tolist() == wanted


@pytest.mark.parametrize(("columns", "joined"), [(1, 1), (2_048, 1), (2_049, 4), (8_193, 16), (86_400, 64)])
def test_the_first_picture_is_the_finest_that_is_small(columns, joined):
    picture, found = first_picture(np.ones((columns, 1), np.uint8))
    assert found == joined
    assert picture.shape[0] == -(-columns // joined) <= 2_048
