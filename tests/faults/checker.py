"""Reads an operation log and says which promises were broken. It knows nothing of how delivery works."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.history import Operation

KEYED = "keyed"
"""Conversations of this channel: it drops a message whose key it has seen. All others show whatever is sent."""


@dataclass
class Verdict:
    """Broken promises as sentences; empty lists are what is wanted. The numbers below break none."""

    lost: list[str] = field(default_factory=list)
    """Accepted, and neither answered nor among the dead letters."""
    reordered: list[str] = field(default_factory=list)
    """Answered before something that was accepted earlier in the same conversation."""
    doubled: list[str] = field(default_factory=list)
    """Answered twice: by two keys, or by one key that was sent again after the store knew that it was sent."""
    went_back: list[str] = field(default_factory=list)
    """Turns whose counter is not the one before plus one."""
    twice: list[str] = field(default_factory=list)
    """Turns that were committed twice."""
    accepted: int = 0
    answered: int = 0
    buried: int = 0
    innocent: int = 0
    """Of the buried, those that were no poison: their workers died of something else, every time."""
    uncertain: int = 0
    """Sends that were repeated since nobody could know whether the first had arrived, on a channel without keys."""
    excused: int = 0
    """Accepted, and cut out of the server's file: nothing can bring them back."""

    @property
    def broken(self) -> list[str]:
        return self.lost + self.reordered + self.doubled + self.went_back + self.twice


def check(operations: Sequence[Operation]) -> Verdict:
    """The verdict on a whole log, sorted by time."""
    verdict = Verdict()
    cut = {id: operation.at for operation in operations if operation.kind == "cut" for id in operation.ids}
    excused = set(cut) - _came_again(operations, cut)
    accepted: dict[str, list[str]] = defaultdict(list)
    known: set[str] = set()
    for operation in operations:
        if operation.id in cut and operation.id not in excused and operation.at < cut[operation.id]:
            continue
        if operation.kind == "accepted" and operation.id not in known:
            known.add(operation.id)
            accepted[operation.conversation].append(operation.id)
    verdict.accepted, verdict.excused = len(known), len(excused & known)
    buried = {operation.id for operation in operations if operation.kind == "buried"}
    poisoned = {operation.id for operation in operations if operation.kind == "accepted" and operation.text}
    verdict.buried, verdict.innocent = len(buried), len(buried - poisoned)
    shown = _shown(operations, verdict)
    for conversation, ids in accepted.items():
        kept = [id for id in ids if id not in excused]
        sends = [
            send
            for send in shown[conversation]
            if send.id not in excused and send.at > cut.get(send.id, float("-inf"))
        ]
        _check_answers(conversation, kept, sends, buried, verdict)
        _check_counter(conversation, [send for send in sends if send.id not in buried], verdict)
    if not any(operation.kind == "cut" for operation in operations):
        _check_commits(operations, verdict)  # a commit that the server lost is rightly done again
    return verdict


def _came_again(operations: Sequence[Operation], cut: Mapping[str, float]) -> set[str]:
    """Events that were cut out, then sent again by the platform, and answered after all."""
    later = [operation for operation in operations if operation.at > cut.get(operation.id, float("inf"))]
    return {one.id for one in later if one.kind == "accepted"} & {
        one.id for one in later if one.kind == "sent"
    }


def _shown(operations: Sequence[Operation], verdict: Verdict) -> dict[str, list[Operation]]:
    """What each person saw for the first time, by conversation; repetitions are counted."""
    shown: dict[str, list[Operation]] = defaultdict(list)
    sent: set[tuple[str, str]] = set()
    done: set[str] = set()
    was_cut = any(operation.kind == "cut" for operation in operations)  # then the store forgot what it knew
    taken_after_done: set[tuple[str, str]] = set()
    for operation in operations:
        knows_keys = operation.conversation.startswith(KEYED)
        message = (operation.key, "" if knows_keys else operation.id)
        if operation.kind == "done":
            done.add(operation.key)
        elif operation.kind == "parcel" and operation.key in done and not was_cut:
            taken_after_done.add((operation.by, operation.key))
        elif operation.kind == "sent" and message not in sent:
            sent.add(message)
            shown[operation.conversation].append(operation)
        elif operation.kind == "sent" and not knows_keys:
            verdict.uncertain += 1
            if (operation.by, operation.key) in taken_after_done:
                verdict.doubled.append(f"{operation.key} was handed out again after it was done")
    return shown


def _check_answers(
    conversation: str, accepted: list[str], sends: list[Operation], buried: set[str], verdict: Verdict
) -> None:
    position = {id: number for number, id in enumerate(accepted)}
    furthest, turns = -1, defaultdict(set)
    for send in sends:
        turns[send.id].add(_turn_of(send.key))
        here = position.get(send.id)
        if here is None:
            verdict.doubled.append(f"{conversation}: {send.key} answers {send.id}, which nobody sent")
            continue
        if here < furthest:
            verdict.reordered.append(f"{conversation}: {send.id} was answered after {accepted[furthest]}")
        furthest = max(furthest, here)
    for id, keys in turns.items():
        if len(keys) > 1:
            verdict.doubled.append(f"{conversation}: {id} was answered by {sorted(keys)}")
    verdict.answered += sum(id in turns for id in accepted)
    verdict.lost += [f"{conversation}: {id}" for id in accepted if id not in turns and id not in buried]


def _check_counter(conversation: str, sends: list[Operation], verdict: Verdict) -> None:
    """The bot counts its turns in the conversation's state and says the number as the last word."""
    last = 0
    for send in sends:
        said = send.text.rpartition(" ")[2]
        number = int(said) if said.isdecimal() else 0
        if number != last + (_index_of(send.key) == 0):
            verdict.went_back.append(f"{conversation}: {send.id} is turn {number} after turn {last}")
        last = number


def _check_commits(operations: Sequence[Operation], verdict: Verdict) -> None:
    by_event = Counter(operation.id for operation in operations if operation.kind == "committed")
    verdict.twice += [f"{id} was committed {count} times" for id, count in by_event.items() if count > 1]


def _turn_of(key: str) -> str:
    """`conversation:version` of a key `conversation:version:index`."""
    return key.rpartition(":")[0]


def _index_of(key: str) -> int:
    return int(key.rpartition(":")[2])
