"""Say what a term with one slip in it may have meant, and which entries that could be.

The slip lies between a beginning and an end that both match: only what bridges the gap is looked
at, so the work is bounded by the length of the term and not by how many slips there could be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.services.search_index import LONGEST_SYLLABLE, Postings
from app.services.search_text import Readings

SHORTEST_SLIP = 4  # letters; with fewer anything could have been meant
_LONGEST_SLIP = 40  # nobody types more without looking
_MOST_CHARACTERS = 16
_MOST_GAPS = 24  # looked at; the furthest come first


class Slips:
    """The syllables of one index, by what is left of each when a letter is dropped."""

    def __init__(self, postings: Postings, readings: Readings) -> None:
        self._postings = postings
        self._readings = readings
        self._dropped: defaultdict[str, list[str]] = defaultdict(list)
        for syllable in postings.syllables:
            if syllable.isascii() and syllable.isalpha():
                for rest in _one_less(syllable):
                    self._dropped[rest].append(syllable)

    def meant(self, term: str, among: int) -> Iterator[tuple[str, int]]:
        """Variants of the term with the entries ``among`` which they may match; likely first."""
        if len(term) > _LONGEST_SLIP:
            return
        if not term.isascii():
            yield from self._characters(term, among)
        if sum(c.isascii() and c.isalpha() for c in term) >= SHORTEST_SLIP:
            yield from self._letters(term, among)

    def _characters(self, term: str, among: int) -> Iterator[tuple[str, int]]:
        """Same sound, other character; then all by sound; then one character too many."""
        places = [at for at, char in enumerate(term) if not char.isascii()][:_MOST_CHARACTERS]
        if len(term) == 1:
            return
        variants: dict[str, None] = {}
        for at in places:
            for sound in self._sounds(term[at]):
                variants[term[:at] + sound + term[at + 1 :]] = None
        variants["".join(next(iter(self._sounds(char)), char) for char in term)] = None
        if len(term) > 2:
            for at in places:
                variants[term[:at] + term[at + 1 :]] = None
        for variant in variants:
            bits = self._postings.whole_from(variant)[0] & among
            if bits:
                yield variant, bits

    def _sounds(self, char: str) -> Iterator[str]:
        return (s for s in self._readings.of(char)[:3] if s in self._postings.syllables)

    def _letters(self, term: str, among: int) -> Iterator[tuple[str, int]]:
        """One letter wrong, missing or too many, or two swapped."""
        postings, size = self._postings, len(term)
        after = postings.whole_from(term)
        before = [bits & among for bits in postings.whole_until(term)]
        gaps = 0
        # The further the beginning still matches, the likelier is what follows from it.
        for start in range(size - 1, -1, -1):
            if not before[start]:
                continue
            for end in range(min(size, start + LONGEST_SYLLABLE + 1), start, -1):
                if after[end] and term[start:end].isascii():
                    both = before[start] & after[end]
                    if not both:
                        continue
                    gaps += 1
                    for syllable in self.near(term[start:end]):
                        bits = both & postings.syllables[syllable]
                        if bits:
                            yield term[:start] + syllable + term[end:], bits
            yield from self._across(term, start, before[start], after)
            if gaps >= _MOST_GAPS:
                return

    def _across(
        self, term: str, start: int, before: int, after: list[int]
    ) -> Iterator[tuple[str, int]]:
        """The last letter of a syllable swapped with the first of the next."""
        syllables = self._postings.syllables
        for at in range(start + 1, min(start + LONGEST_SYLLABLE, len(term) - 1)):
            one = before & syllables.get(term[start:at] + term[at + 1], 0)
            if not one:
                continue
            for end in range(at + 2, min(at + 1 + LONGEST_SYLLABLE, len(term)) + 1):
                second = term[at] + term[at + 2 : end]
                bits = one & after[end] & syllables.get(second, 0)
                if bits:
                    swapped = term[:at] + term[at + 1] + term[at] + term[at + 2 :]
                    yield swapped, bits

    def near(self, typed: str) -> list[str]:
        """Syllables that one slip makes into what was typed, in a steady order."""
        found: dict[str, None] = {}
        for rest in _one_less(typed):
            for syllable in self._dropped.get(rest, ()):
                if syllable != typed and one_slip(typed, syllable):
                    found[syllable] = None
        return list(found)


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
