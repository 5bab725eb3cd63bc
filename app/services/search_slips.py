"""Say which entries a term with one slip in it may have meant, and check one of them.

The slip lies between a beginning and an end that are right: only what bridges the gap is looked
at, as bit sets, so the work is bounded by the length of the term and not by how many slips there
could be. What a bit set names is then held against the text itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.services.search_index import LONGEST_SYLLABLE, Postings
from app.services.search_text import Readings

SHORTEST_PINYIN = 4  # letters; with fewer anything could have been meant
SHORTEST_CHARACTERS = 4
SHORTEST_INITIALS = 5
_LONGEST_SLIP = 40  # nobody types more without looking
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class _Usual(dict[int, str]):
    """For ``str.translate``: a character as typed by its usual reading, its first letter a capital.

    ``letters`` is 1 for initials only. Filled as characters come up, the same for every term.
    """

    def __init__(self, readings: Readings, letters: int | None = None) -> None:
        super().__init__()
        self.single: dict[int, str] = {}  # those with no other reading
        self._readings = readings
        self._letters = letters

    def __missing__(self, code: int) -> str:
        ways = self.readings(code)
        found = self[code] = ways[0].capitalize()
        if len(ways) == 1:
            self.single[code] = found
        return found

    def readings(self, code: int) -> list[str]:
        return [reading[: self._letters] for reading in self._readings.of(chr(code))]


class _Written(dict[int, str]):
    """The same for one term: of several readings the one that stands in it, or nearly."""

    def __init__(self, usual: _Usual, typed: str) -> None:
        super().__init__(usual.single)
        self.usual = usual
        self._typed = typed

    def __missing__(self, code: int) -> str:
        usual = self.usual[code]
        if code in self.usual.single:
            found = usual
        else:
            found = max(self.usual.readings(code), key=self._likely).capitalize()
        self[code] = found
        return found

    def ways(self, text: str) -> Iterator[str]:
        """As it was probably typed; then, as the slip may mislead, by the usual readings."""
        likely = text.translate(self)
        yield likely
        usual = text.translate(self.usual)
        if usual != likely:
            yield usual

    def _likely(self, way: str) -> int:
        if len(way) < 3:  # may stand there by accident
            return 2 * (way in self._typed)
        if way in self._typed:
            return 3
        return 2 * any(rest in self._typed for rest in _one_less(way))


@dataclass(frozen=True, slots=True)
class Guess:
    """``bits`` may have been meant, those ``begin`` by their beginning; ``place`` makes sure."""

    bits: int
    begin: int
    typed: str
    written: _Written | None

    def place(self, texts: Iterable[str]) -> int | None:
        """Where ``typed`` stands in one of the texts with one slip at most."""
        best: int | None = None
        for text in texts:
            for marked in (text,) if self.written is None else self.written.ways(text):
                found = find_slipped(self.typed, marked)
                if found is not None:
                    best = found if best is None else min(best, found)
                    break
        return best


class Slips:
    """The syllables of one index, by what is left of each when a letter is dropped."""

    def __init__(self, postings: Postings, readings: Readings) -> None:
        self._postings = postings
        self._pinyin = _Usual(readings)
        self._initials = _Usual(readings, 1)
        self._whole = _dropped(postings.syllables)
        self._unfinished = _dropped([*postings.beginnings, *postings.syllables])
        self._between: dict[str, int] = {}

    def guesses(self, term: str, among: int) -> Iterator[Guess]:
        """What the term may have meant among these entries, the likely first."""
        if len(term) > _LONGEST_SLIP:
            return
        postings = self._postings
        characters = sum(not char.isascii() for char in term)
        if characters >= SHORTEST_CHARACTERS:
            bits = _bridged(term, among, postings.char, postings.pair, lambda _: among)
            yield Guess(bits, bits & postings.first_char(term[0]), term, None)
        spelled = term.translate(_Written(self._pinyin, term)).lower()
        if characters == len(term):
            # Same sound, other character. It was chosen from a list: no letter is amiss.
            bits = postings.whole_from(spelled)[0] & among if characters > 1 else 0
        elif len(spelled) >= SHORTEST_PINYIN:
            bits = self._by_sound(spelled, among)
        else:
            bits = 0
        if bits:
            begin = bits & postings.first_unit(spelled[0])
            yield Guess(bits, begin, spelled, _Written(self._pinyin, spelled))
        if len(term) >= SHORTEST_INITIALS and term.isascii() and term.isalpha():
            bits = _bridged(term, among, postings.initial, postings.initial_pair, self._any_between)
            begin = bits & postings.first_unit(term[0])
            yield Guess(bits, begin, term, _Written(self._initials, term))

    def _any_between(self, ends: str) -> int:
        """Entries with these two initials and any one between them; kept, there are few."""
        known = self._between.get(ends)
        if known is None:
            pair, known = self._postings.initial_pair, 0
            for letter in _LETTERS:
                known |= pair(ends[0] + letter) & pair(letter + ends[1])
            self._between[ends] = known
        return known

    def _by_sound(self, term: str, among: int) -> int:
        """One letter wrong, missing or too many, or two swapped."""
        postings, size = self._postings, len(term)
        after = postings.whole_from(term)
        before = [bits & among for bits in postings.whole_until(term)]
        found = 0
        for start in range(size):
            if not before[start]:
                continue
            for end in range(start + 1, min(size, start + LONGEST_SYLLABLE + 1) + 1):
                both = before[start] & after[end]
                if not both:
                    continue
                near = 0
                if end < size:
                    for syllable in near_units(term[start:end], self._whole):
                        near |= postings.syllables[syllable]
                else:
                    for unit in near_units(term[start:end], self._unfinished):
                        near |= postings.beginning_of(unit)
                found |= both & near
            found |= self._across(term, start, before[start], after)
        return found

    def _across(self, term: str, start: int, before: int, after: list[int]) -> int:
        """The last letter of a syllable swapped with the first of the next."""
        syllables = self._postings.syllables
        found = 0
        for at in range(start + 1, min(start + LONGEST_SYLLABLE, len(term) - 1)):
            one = before & syllables.get(term[start:at] + term[at + 1], 0)
            if not one:
                continue
            for end in range(at + 2, min(at + 1 + LONGEST_SYLLABLE, len(term)) + 1):
                second = term[at] + term[at + 2 : end]
                meant = syllables.get(second, 0)
                if end == len(term):
                    meant |= self._postings.beginning_of(second)
                found |= one & after[end] & meant
        return found


def _bridged(
    term: str,
    among: int,
    one: Callable[[str], int],
    pair: Callable[[str], int],
    between: Callable[[str], int],
) -> int:
    """Entries with the term's neighbours, where one symbol is wrong, missing, extra or swapped."""
    size = len(term)
    before = [among, among & one(term[0])]
    for at in range(2, size + 1):
        before.append(before[-1] & pair(term[at - 2 : at]))
    after = [0] * size + [among]
    after[size - 1] = among & one(term[-1])
    for at in range(size - 2, -1, -1):
        after[at] = after[at + 1] & pair(term[at : at + 2])
    found = after[1] | before[size - 1]
    for at in range(1, size):
        beside = term[at - 1 : at + 1]
        if both := before[at] & after[at]:
            found |= both & between(beside)  # missing
        if at < size - 1 and (both := before[at] & after[at + 1]):
            around = term[at - 1] + term[at + 1]
            found |= both & (between(around) | pair(around))  # wrong, or one too many
        if both := before[at - 1] & after[at + 1]:
            found |= both & pair(beside[::-1])  # swapped
    return found


def find_slipped(term: str, marked: str) -> int | None:
    """Where the term stands with one slip at most; not before a small letter of ``marked``."""
    text, half = marked.lower(), len(term) // 2
    first, second = term[:half], term[half:]
    # One slip leaves one half whole, unless it swaps the letters where the halves meet.
    swapped = first[:-1] + second[:1] + first[-1:] + second[1:]
    if first not in text and second not in text and swapped not in text:
        return None
    found = [at for at in _places(first, text) if _begins_so(second, text, at + half)]
    found += _places(swapped, text)
    for at in _places(second, text):
        starts = range(max(0, at - half - 1), min(at, at - half + 2))
        found += (start for start in starts if one_slip(first, text[start:at]))
    return min((at for at in found if not marked[at].islower()), default=None)


def _places(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _begins_so(term: str, text: str, at: int) -> bool:
    size = len(term)
    return text.startswith(term, at) or any(
        one_slip(term, text[at : at + long]) for long in (size, size - 1, size + 1)
    )


def near_units(typed: str, dropped: dict[str, list[str]]) -> list[str]:
    """Syllables that one slip makes into what was typed, in a steady order."""
    found: dict[str, None] = {}
    for rest in _one_less(typed):
        for syllable in dropped.get(rest, ()):
            if syllable != typed and one_slip(typed, syllable):
                found[syllable] = None
    return list(found)


def _dropped(units: Iterable[str]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for unit in dict.fromkeys(units):
        if unit.isascii() and unit.isalpha():
            for rest in _one_less(unit):
                found[rest].append(unit)
    return dict(found)


def _one_less(word: str) -> dict[str, None]:
    """The word, and the word without one of its letters."""
    return dict.fromkeys((word, *(word[:at] + word[at + 1 :] for at in range(len(word)))))


def one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is wrong, missing or too many, or two neighbours are swapped."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    same = 0
    while same < min(len(typed), len(meant)) and typed[same] == meant[same]:
        same += 1
    one, two = typed[same:], meant[same:]
    if len(one) == len(two):
        return one[1:] == two[1:] or (one[1::-1] == two[:2] and one[2:] == two[2:])
    return one[1:] == two if len(one) > len(two) else one == two[1:]
