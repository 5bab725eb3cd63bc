"""Decide which calls are spoken, when, how often, and in which words.

Each call once (``CallView.id``), again after a few seconds, never two at once, nothing old: what
was called before this board started, or long ago while it was cut off, is shown but not spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Condition, Thread

from app.domain.errors import AppError
from app.domain.queue_view import CallView, HallView
from app.ports import Sentence, Speech

_FRESH = timedelta(seconds=45)  # a call older than this helps nobody
_LATE = 40.0  # seconds after which a repeat is left out: others were called meanwhile
_MOST_KNOWN = 2000  # ids of calls; a view shows the last minutes' only

_DIGITS = ("ling2", "yao1", "er4", "san1", "si4", "wu3", "liu4", "qi1", "ba1", "jiu3")
_COUNT = ("ling2", "yi1", "er4", "san1", "si4", "wu3", "liu4", "qi1", "ba1", "jiu3")
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            "ei1", "bi4", "sei1", "di4", "yi4", "ai2 fu5", "ji4", "ei2 qu5", "ai4", "zhei4", "kei4",
            "ai2 lou5", "ai2 mu5", "en1", "ou1", "pi4", "kiu4", "a4", "ai2 si5", "ti4", "you1",
            "wei1", "da2 bu5 liu5", "ai2 ke5 si5", "wai4", "zei4",
        ),
        strict=True,
    )
)  # fmt: skip
_HANZI = "零幺二三四五六七八九"


def sentence(call: CallView, language: str) -> Sentence:
    """``zh`` carries pinyin beside its characters: a small voice reads those wrongly."""
    if language == "en":
        number, window = " ".join(call.number), " ".join(call.window)
        return Sentence(language="en", text=f"Number {number}, please go to window {window}.")
    number = " ".join(_HANZI[int(c)] if c in "0123456789" else c for c in call.number)
    text = f"请 {number} 号，到 {call.window} 号窗口办理"
    if language == "yue":
        return Sentence(language="yue", text=text)
    pinyin = f"qing3 {_singly(call.number)} hao4, dao4 {_counted(call.window)} hao4 chuang1 kou3"
    return Sentence(language="zh", text=text, pinyin=f"{pinyin} ban4 li3")


def _singly(number: str) -> str:
    read = (_DIGITS[int(c)] if c in "0123456789" else _LETTERS.get(c.upper(), "") for c in number)
    return " ".join(one for one in read if one)


def _counted(window: str) -> str:
    """12 is 十二; what is no plain number under a hundred is read singly."""
    if not (window.isascii() and window.isdigit() and 0 < int(window) < 100):
        return _singly(window)
    tens, ones = divmod(int(window), 10)
    words = [] if tens < 2 else [_COUNT[tens]]
    words += ["shi2"] if tens else []
    words += [_COUNT[ones]] if ones else []
    return " ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    call: CallView
    due: float  # monotonic seconds
    left: int  # times, this one included


class Turns:
    """What is to be spoken. Pure: the time comes in."""

    def __init__(self, times: int = 2, pause: float = 5.0) -> None:
        self._times = max(1, times)
        self._pause = pause
        self._known: dict[str, None] | None = None
        self._turns: list[Turn] = []

    def hear(self, view: HallView, now: float) -> None:
        first, known = self._known is None, self._known or {}
        for call in sorted(view.calls, key=lambda one: one.at):
            if call.id in known:
                continue
            known[call.id] = None
            if not first and view.at - call.at <= _FRESH:
                self._turns = [one for one in self._turns if one.call.number != call.number]
                self._turns.append(Turn(call=call, due=now, left=self._times))
        shown = {one.id for one in view.calls}
        # A call that was taken back is not repeated.
        self._turns = [one for one in self._turns if one.call.id in shown]
        while len(known) > _MOST_KNOWN:
            del known[next(iter(known))]
        self._known = known

    def next(self, now: float) -> Turn | None:
        """Take out the one that is due, new calls before repeats."""
        self._turns = [
            one for one in self._turns if one.left == self._times or now - one.due < _LATE
        ]
        due = [one for one in self._turns if one.due <= now]
        if not due:
            return None
        turn = min(due, key=lambda one: (-one.left, one.due))
        self._turns.remove(turn)
        return turn

    def spoken(self, turn: Turn, now: float) -> None:
        newer = any(one.call.number == turn.call.number for one in self._turns)
        if turn.left > 1 and not newer:
            self._turns.append(replace(turn, due=now + self._pause, left=turn.left - 1))

    def wait(self, now: float) -> float | None:
        """Seconds until somebody is due; None while nobody is."""
        return max(0.0, min(one.due for one in self._turns) - now) if self._turns else None


class Announcer:
    """One thread speaks, so never two at once. ``failed`` hears why one could not be spoken."""

    def __init__(
        self, speech: Speech, languages: Sequence[str], turns: Turns, now: Callable[[], float],
        failed: Callable[[AppError], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self._speech, self._languages, self._turns = speech, tuple(languages), turns
        self._now, self._failed = now, failed
        self._changed = Condition()
        self._ended = False
        self._thread = Thread(target=self._run, name="announcer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def hear(self, view: HallView) -> None:
        with self._changed:
            self._turns.hear(view, self._now())
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._speech.hush()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._ended and (turn := self._turns.next(self._now())) is None:
                    self._changed.wait(self._turns.wait(self._now()))
                if self._ended or turn is None:
                    return
            try:
                self._speech.say(tuple(sentence(turn.call, one) for one in self._languages))
            except AppError as error:
                self._failed(error)
            with self._changed:
                self._turns.spoken(turn, self._now())
