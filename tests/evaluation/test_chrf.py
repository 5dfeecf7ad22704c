"""chrF against values worked out by hand from Popović's formula, with beta = 2."""

from __future__ import annotations

import pytest

from botcore.evaluation.chrf import added, chrf, counts, score


@pytest.mark.parametrize(
    ("translation", "references", "by_hand"),
    [
        ("the cat", ["the cat"], 100.0),
        ("the cat", ["thecat"], 100.0),  # white space is left out
        ("abc", ["xyz"], 0.0),
        ("", ["abc"], 0.0),
        # lengths 1, 2, 3: 2 of 3, 1 of 2, 0 of 1, on both sides, so that F = P = R = 7/18
        ("abc", ["abd"], 100 * 7 / 18),
        # P = 1; R = (2/4 + 1/3) / 2 = 5/12; F = 5 PR / (4 P + R) = 25/53
        ("ab", ["abab"], 100 * 25 / 53),
        # the same pair turned around: P = 5/12, R = 1; F = 25/32: recall counts for more
        ("abab", ["ab"], 100 * 25 / 32),
        ("ab", ["abab", "ab"], 100.0),  # the nearest reference counts
        ("顶峰云", ["顶峰雲"], 100 * 7 / 18),
    ],
)
def test_one_text_scores_as_by_hand(translation: str, references: list[str], by_hand: float) -> None:
    assert chrf(translation, references) == pytest.approx(by_hand)


def test_a_set_is_the_sum_of_its_counts_and_not_the_mean_of_its_scores() -> None:
    whole = added([counts("abc", ["abd"]), counts("", ["ab"])])
    # lengths 1, 2, 3: P = (2/3 + 1/2 + 0) / 3, R = (2/5 + 1/3 + 0) / 3
    precision, recall = 7 / 18, 11 / 45
    assert score(whole) == pytest.approx(100 * 5 * precision * recall / (4 * precision + recall))


def test_nothing_at_all_scores_zero() -> None:
    assert score(added([])) == 0.0
