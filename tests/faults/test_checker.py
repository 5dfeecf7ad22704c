"""The checker must see each broken promise, and no other."""

from __future__ import annotations

from tests.faults.checker import Verdict, check
from tests.faults.history import EVERYBODY, Kind, Operation
from tests.faults.recovery import percentile, recoveries


def log(*lines: tuple[Kind, dict[str, object]], channel: str = "plain") -> list[Operation]:
    """Operations of the conversation `c`, one a second; `turn` n answers `en` with the key of version n."""
    operations = []
    for at, (kind, told) in enumerate(lines):
        turn = told.get("turn")
        of_turn = {"id": f"e{turn}", "key": f"{channel}:c:{turn}:0", "text": f"hi {turn}"} if turn else {}
        made = {"at": float(at), "by": "p1", "conversation": f"{channel}:c", **of_turn, **told}
        made.pop("turn", None)
        operations.append(Operation(kind=kind, **made))  # type: ignore[arg-type]
    return operations


def accepted(turn: int, **values: object) -> tuple[Kind, dict[str, object]]:
    return "accepted", {"id": f"e{turn}", **values}


def sent(turn: int, **values: object) -> tuple[Kind, dict[str, object]]:
    return "sent", {"turn": turn, **values}


def faults_of(verdict: Verdict) -> set[str]:
    names = ("lost", "reordered", "doubled", "went_back", "twice")
    return {name for name in names if getattr(verdict, name)}


def test_a_dialogue_without_faults_breaks_nothing() -> None:
    verdict = check(log(accepted(1), accepted(2), sent(1), sent(2)))
    assert (verdict.broken, verdict.accepted, verdict.answered) == ([], 2, 2)


def test_a_message_without_an_answer_is_lost() -> None:
    assert faults_of(check(log(accepted(1), accepted(2), sent(1)))) == {"lost"}


def test_a_dead_letter_is_not_lost_and_an_innocent_one_is_counted() -> None:
    letters = [("buried", {"id": f"e{turn}"}) for turn in (1, 2)]
    verdict = check(log(accepted(1, text="poison"), accepted(2), *letters))  # type: ignore[arg-type]
    assert (verdict.broken, verdict.buried, verdict.innocent) == ([], 2, 1)


def test_answers_out_of_the_order_of_acceptance_are_seen() -> None:
    assert "reordered" in faults_of(check(log(accepted(1), accepted(2), sent(2), sent(1))))


def test_an_answer_under_two_keys_is_doubled() -> None:
    verdict = check(log(accepted(1), sent(1), sent(1, key="plain:c:9:0", text="hi 2")))
    assert faults_of(verdict) == {"doubled"}


def test_a_repeated_send_is_uncertain_where_keys_are_unknown_and_nothing_where_they_are() -> None:
    plain, keyed = (
        check(log(accepted(1), sent(1), sent(1), channel=channel)) for channel in ("plain", "keyed")
    )
    assert (plain.broken, plain.uncertain, keyed.broken, keyed.uncertain) == ([], 1, [], 0)


def test_a_message_that_is_handed_out_after_it_was_done_is_doubled() -> None:
    again = ("parcel", {"turn": 1}), sent(1)
    verdict = check(log(accepted(1), sent(1), ("done", {"turn": 1}), *again))
    assert faults_of(verdict) == {"doubled"}


def test_a_key_that_was_used_before_hides_an_answer() -> None:
    verdict = check(log(accepted(1), accepted(2), sent(1), sent(2, key="keyed:c:1:0"), channel="keyed"))
    assert faults_of(verdict) == {"lost"}


def test_a_counter_that_stands_still_is_seen() -> None:
    assert faults_of(check(log(accepted(1), accepted(2), sent(1), sent(2, text="hi 1")))) == {"went_back"}


def test_a_turn_that_is_committed_twice_is_seen() -> None:
    commit = ("committed", {"turn": 1})
    assert faults_of(check(log(accepted(1), commit, commit, sent(1)))) == {"twice"}  # type: ignore[arg-type]


def test_an_answer_to_nobody_is_seen() -> None:
    assert faults_of(check(log(accepted(1), sent(1), sent(2)))) == {"doubled"}


def test_what_was_cut_from_the_servers_file_is_excused() -> None:
    verdict = check(log(accepted(1), accepted(2), ("cut", {"ids": ("e2",)}), sent(1)))
    assert (verdict.broken, verdict.excused) == ([], 1)


def test_recovery_counts_from_the_death_to_the_next_finished_turn_of_what_was_in_hand() -> None:
    operations = log(
        ("claimed", {"turn": 1}),
        ("fault", {"text": "kill -9"}),
        ("claimed", {"turn": 1, "by": "p2"}),
        ("committed", {"turn": 1, "by": "p2"}),
        ("fault", {"by": EVERYBODY, "text": "server killed"}),
    )
    assert list(recoveries(operations)) == [("kill -9", 2.0)]
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0


def test_what_was_cut_out_and_came_again_is_held_to_every_promise() -> None:
    before = [accepted(1), sent(1), accepted(2), ("cut", {"ids": ("e2",)}), accepted(2), accepted(3)]
    assert check(log(*before, sent(2), sent(3))).broken == []
    assert faults_of(check(log(*before, sent(3), sent(2)))) >= {"reordered"}
    assert check(log(*before, sent(3, text="hi 2"))).excused == 1
