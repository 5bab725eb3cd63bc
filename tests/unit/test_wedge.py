"""Scanners and typists at the same keyboard: neither takes the other's keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.wedge import GAP, NEXT_LINE, Fate, Wedge


class Keyboard:
    """Plays keys at their times as a window would: what reaches it, and what was scanned."""

    def __init__(self) -> None:
        self.wedge = Wedge()
        self.shown = ""
        self.scanned: list[tuple[str, ...]] = []
        self.now = 0

    def _rest(self, until: int) -> None:
        while self.wedge.waits and self.now + self.wedge.waits < until:
            self.now += self.wedge.waits
            text, lines = self.wedge.rest()
            self.shown += text
            if lines:
                self.scanned.append(lines)
        self.now = until

    def type(self, text: str, each: int) -> None:
        for key in text:
            self._rest(self.now + each)
            fate = (
                self.wedge.enter(self.now) if key == "\n" else self.wedge.character(key, self.now)
            )
            if fate is Fate.GIVEN:
                self.shown += self.wedge.give_up() + key

    def wait(self) -> None:
        self._rest(self.now + 10 * (GAP + NEXT_LINE))


def test_a_scanned_number_never_reaches_the_screen() -> None:
    keys = Keyboard()
    keys.type("37019920261123000001\n", 8)
    keys.wait()
    assert (keys.shown, keys.scanned) == ("", [("37019920261123000001",)])


def test_lines_of_one_reading_come_together() -> None:
    keys = Keyboard()
    keys.type("A" * 44 + "\n" + "B" * 44 + "\n", 5)
    keys.wait()
    assert keys.scanned == [("A" * 44, "B" * 44)]


def test_a_scanner_without_enter_is_known_by_its_length_and_speed() -> None:
    keys = Keyboard()
    keys.type("37019920261123000001", 8)
    keys.wait()
    assert (keys.shown, keys.scanned) == ("", [("37019920261123000001",)])


def test_a_quick_typist_and_two_keys_at_once_are_typing() -> None:
    keys = Keyboard()
    keys.type("yqh", 20)  # rolled over, all but at once
    keys.type("养犬登记\n", 90)
    keys.wait()
    assert (keys.shown, keys.scanned) == ("yqh养犬登记\n", [])


def test_typing_goes_on_after_a_scan() -> None:
    keys = Keyboard()
    keys.type("ab", 120)
    keys.wait()
    keys.type("WD0120261120000123\n", 6)
    keys.wait()
    keys.type("cd\n", 120)
    keys.wait()
    assert (keys.shown, keys.scanned) == ("abcd\n", [("WD0120261120000123",)])


@given(st.text("abc 养1\n", max_size=60), st.integers(GAP + 1, 400))
def test_what_a_person_types_all_arrives_in_order(text: str, each: int) -> None:
    keys = Keyboard()
    keys.type(text, each)
    keys.wait()
    assert (keys.shown, keys.scanned) == (text, [])


@given(st.lists(st.tuples(st.text("aZ<9\n", max_size=30), st.integers(1, 400)), max_size=12))
def test_no_key_is_lost_or_doubled_however_they_come(parts: list[tuple[str, int]]) -> None:
    keys = Keyboard()
    for text, each in parts:
        keys.type(text, each)
    keys.wait()
    typed = "".join(text for text, _ in parts).replace("\n", "")
    scanned = "".join(line for lines in keys.scanned for line in lines)
    arrived = keys.shown.replace("\n", "") + scanned
    assert sorted(arrived) == sorted(typed)
    assert keys.wedge.waits == 0
