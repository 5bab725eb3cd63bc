"""What the hall's voice says: each call once and again, in turn, in words that are understood."""

from __future__ import annotations

import array
import io
import time
import wave
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from app.devices.voice.espeak import EspeakSpeech, voices_here
from app.domain.queue_view import CallView, HallView
from app.ports import Sentence
from app.services.announcer import Announcer, Turns, sentence

_NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def call(id_: str, number: str = "A012", window: str = "3", *, ago: int = 0) -> CallView:
    return CallView(
        id=id_, number=number, window=window, window_id="W03", business="general", count=1,
        at=_NOW - timedelta(seconds=ago),
    )  # fmt: skip


def view(*calls: CallView) -> HallView:
    return HallView(version=1, at=_NOW, hall="厅", lines=(), windows=(), calls=calls)


def spoken_until(turns: Turns, end: float) -> list[tuple[float, str]]:
    """Each takes four seconds to say."""
    now, said = 0.0, []
    while now < end:
        if turn := turns.next(now):
            said.append((now, turn.call.number))
            now += 4.0
            turns.spoken(turn, now)
        else:
            now += 0.5
    return said


def test_digits_are_read_singly_and_windows_as_numbers() -> None:
    said = sentence(call("1", "A012", "12"), "zh")
    assert said.text == "请 A 零 幺 二 号，到 12 号窗口办理"
    assert said.pinyin == (
        "qing3 ei1 ling2 yao1 er4 hao4, dao4 shi2 er4 hao4 chuang1 kou3 ban4 li3"
    )
    assert "dao4 er4 shi2 hao4" in sentence(call("1", window="20"), "zh").pinyin
    assert "dao4 di4 san1 hao4" in sentence(call("1", window="D3"), "zh").pinyin
    english = sentence(call("1"), "en").text
    assert english == "Number A 0 1 2, please go to window 3."


def test_a_call_is_spoken_twice_five_seconds_apart_and_never_again() -> None:
    turns = Turns()
    turns.hear(view(), 0.0)
    turns.hear(view(call("1")), 0.0)
    assert spoken_until(turns, 30.0) == [(0.0, "A012"), (9.0, "A012")]
    turns.hear(view(call("1")), 30.0)
    assert turns.wait(30.0) is None


def test_new_calls_go_before_repeats() -> None:
    turns = Turns()
    turns.hear(view(), 0.0)
    turns.hear(view(call("2", "B001", ago=1), call("1", ago=2), call("3", "C001")), 0.0)
    assert [number for _, number in spoken_until(turns, 60.0)] == [
        "A012", "B001", "C001", "A012", "B001", "C001",
    ]  # fmt: skip


def test_what_was_called_before_the_start_or_long_ago_is_not_spoken() -> None:
    turns = Turns()
    turns.hear(view(call("1"), call("2", "B001", ago=10)), 0.0)
    assert spoken_until(turns, 20.0) == []
    turns.hear(view(call("1"), call("3", "C001", ago=300), call("4", "C002", ago=5)), 20.0)
    assert {number for _, number in spoken_until(turns, 60.0)} == {"C002"}


def test_a_call_that_was_taken_back_is_not_repeated() -> None:
    turns = Turns()
    turns.hear(view(), 0.0)
    turns.hear(view(call("1")), 0.0)
    turn = turns.next(0.0)
    assert turn is not None
    turns.spoken(turn, 4.0)
    turns.hear(view(), 5.0)
    assert turns.next(60.0) is None


class Listening:
    """A voice that counts how many speak at once."""

    def __init__(self) -> None:
        self.at_once = self.most = 0
        self.said: list[str] = []

    def say(self, sentences: Sequence[Sentence]) -> None:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        time.sleep(0.02)
        self.said += [one.text for one in sentences]
        self.at_once -= 1

    def hush(self) -> None:
        """It ends soon by itself."""


def test_never_two_at_once() -> None:
    voice = Listening()
    announcer = Announcer(voice, ("zh", "en"), Turns(2, 0.05), time.monotonic)
    announcer.start()
    announcer.hear(view())
    announcer.hear(view(*(call(str(n), f"A{n:03d}") for n in range(10))))
    end = time.monotonic() + 30
    while len(voice.said) < 40 and time.monotonic() < end:
        time.sleep(0.02)
    announcer.stop()
    assert len(voice.said) == 40
    assert voice.most == 1


def loudness(sound: bytes) -> tuple[float, float]:
    """(seconds, root of the mean square of the second half: the words, after the bell)."""
    with wave.open(io.BytesIO(sound)) as wav:
        samples = array.array("h", wav.readframes(wav.getnframes()))
        seconds = wav.getnframes() / wav.getframerate()
    words = samples[len(samples) // 2 :]
    return seconds, (sum(one * one for one in words) / len(words)) ** 0.5


def test_a_real_voice_makes_sound_in_every_language_louder_and_faster_as_set() -> None:
    assert set(voices_here()) == {"zh", "yue", "en"}
    usual = EspeakSpeech(80, 150, ("true",))
    for language in ("zh", "yue", "en"):
        seconds, loud = loudness(usual.render([sentence(call("1"), language)]))
        assert 2.0 < seconds < 12.0
        assert loud > 300
    said = [sentence(call("1"), "zh")]
    seconds, loud = loudness(usual.render(said))
    assert loudness(EspeakSpeech(20, 150, ("true",)).render(said))[1] < loud / 2
    assert loudness(EspeakSpeech(80, 250, ("true",)).render(said))[0] < seconds - 0.5
    both = usual.render([*said, sentence(call("1"), "en")])
    assert loudness(both)[0] > seconds + 1.0
