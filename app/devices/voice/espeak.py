"""Speak by espeak-ng: bell and sentences as one sound, played by the system's own player."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from collections.abc import Sequence
from threading import Lock

from app.devices.voice.bell import bell
from app.domain.errors import AppError, Blame
from app.ports import Sentence

_VOICES = {"zh": "cmn-latn-pinyin", "yue": "yue", "en": "en-gb"}
_PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"))
_MAKING_SECONDS = 10.0
_PLAYING_SECONDS = 60.0  # a sound card that hangs must not silence the hall for good


class VoiceMissing(AppError):
    """No espeak-ng, no voice of that language, or no player."""

    code = "VOICE-01"
    blame = Blame.MACHINE


class VoiceFailed(AppError):
    """It is there and did not speak."""

    code = "VOICE-02"
    blame = Blame.MACHINE
    retryable = True


class EspeakSpeech:
    """Implements ``app.ports.Speech``. ``volume`` 0..100, ``speed`` in words a minute."""

    def __init__(
        self, volume: int = 80, speed: int = 150, player: Sequence[str] = (), *, bell: bool = True
    ) -> None:
        self._volume = max(0, min(100, volume))
        self._speed = max(80, min(300, speed))
        self._player = tuple(player) or find_player()
        self._bell = bell
        self._lock = Lock()
        self._playing: subprocess.Popen[bytes] | None = None
        self._hushed = False

    def say(self, sentences: Sequence[Sentence]) -> None:
        """Until it was heard. Raises VoiceMissing, VoiceFailed."""
        if not self._player:
            raise VoiceMissing(part="aplay")
        sound = self.render(sentences)
        with self._lock:
            if self._hushed:
                return
            try:
                self._playing = subprocess.Popen(  # noqa: S603 - found on the path by its own name
                    self._player, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )  # fmt: skip
            except OSError:
                raise VoiceFailed(part=self._player[0]) from None
            playing = self._playing
        try:
            playing.communicate(sound, timeout=_PLAYING_SECONDS)
        except subprocess.TimeoutExpired:
            playing.kill()
            playing.communicate()
        if playing.returncode and not self._hushed:
            raise VoiceFailed(part=self._player[0])

    def hush(self) -> None:
        with self._lock:
            self._hushed = True
            if self._playing is not None and self._playing.poll() is None:
                self._playing.kill()

    def render(self, sentences: Sequence[Sentence]) -> bytes:
        """Bell and sentences as a WAV. Raises VoiceMissing, VoiceFailed."""
        parts, rate = [], 0
        for one in sentences:
            rate, samples = self._speak(one)
            parts.append(samples)
        pause = bytes(2 * (rate // 3))
        out = io.BytesIO()
        with wave.open(out, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(rate or 22050)
            if self._bell:
                sound.writeframes(bell(rate or 22050, self._volume / 100))
            sound.writeframes(pause.join(parts))
        return out.getvalue()

    def _speak(self, one: Sentence) -> tuple[int, bytes]:
        """(samples a second, samples)."""
        program = shutil.which("espeak-ng")
        voice = _VOICES.get(one.language, "")
        if not program or not voice:
            raise VoiceMissing(part=one.language if program else "espeak-ng")
        words = (
            program, "-v", voice, "-a", str(self._volume * 2), "-s", str(self._speed), "--stdout",
            "--stdin",
        )  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - its own name, and the words go by a pipe
                words, input=(one.pinyin or one.text).encode(), capture_output=True,
                timeout=_MAKING_SECONDS, check=True,
            )  # fmt: skip
            # Its header promises 2 GB, because it goes to a pipe: what is there is read.
            with wave.open(io.BytesIO(done.stdout)) as sound:
                rate = sound.getframerate()
                return rate, sound.readframes(len(done.stdout) // 2)
        except (OSError, subprocess.SubprocessError, wave.Error, EOFError):
            raise VoiceFailed(part="espeak-ng") from None


def find_player() -> tuple[str, ...]:
    """The system's own, () where there is none."""
    return next((one for one in _PLAYERS if shutil.which(one[0])), ())


def voices_here() -> tuple[str, ...]:
    """Languages that can be spoken here: of zh, yue, en."""
    program = shutil.which("espeak-ng")
    if not program:
        return ()
    try:
        listed = subprocess.run(  # noqa: S603
            (program, "--voices"), capture_output=True, timeout=_MAKING_SECONDS, check=True
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.SubprocessError):
        return ()
    names = {word for line in listed.splitlines() for word in line.split()[1:2]}
    return tuple(language for language, voice in _VOICES.items() if voice in names)
