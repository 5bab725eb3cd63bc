"""Open the three wires a slip printer hangs on: TCP, a serial line, a USB printer's device file."""

from __future__ import annotations

import os
import select
import socket
import time
from pathlib import Path
from typing import Protocol

import serial


class Wire(Protocol):
    """Every call ends within its seconds; OSError for whatever breaks."""

    def write(self, data: bytes, seconds: float) -> None: ...

    def read(self, seconds: float) -> bytes:
        """What came, b"" where nothing did."""
        ...

    def close(self) -> None: ...


class TcpWire:
    def __init__(self, host: str, port: int, seconds: float) -> None:
        self._socket = socket.create_connection((host, port), timeout=seconds)

    def write(self, data: bytes, seconds: float) -> None:
        self._socket.settimeout(seconds)
        self._socket.sendall(data)

    def read(self, seconds: float) -> bytes:
        self._socket.settimeout(max(seconds, 0.001))
        try:
            data = self._socket.recv(256)
        except TimeoutError:
            return b""
        if not data:
            raise ConnectionResetError
        return data

    def close(self) -> None:
        self._socket.close()


class SerialWire:
    """8N1 with the hardware's own pace where the line has it."""

    def __init__(self, device: str, baud: int) -> None:
        self._line = serial.Serial(device, baud, timeout=0)

    def write(self, data: bytes, seconds: float) -> None:
        self._line.write_timeout = seconds
        self._line.write(data)

    def read(self, seconds: float) -> bytes:
        self._line.timeout = seconds
        first: bytes = self._line.read(1)
        return first + self._line.read(self._line.in_waiting) if first else b""

    def close(self) -> None:
        self._line.close()


class DeviceWire:
    """``/dev/usb/lp0`` and its like, which answer on the same file."""

    def __init__(self, device: Path) -> None:
        self._file = os.open(device, os.O_RDWR | getattr(os, "O_NONBLOCK", 0))

    def write(self, data: bytes, seconds: float) -> None:
        end = time.monotonic() + seconds
        left = memoryview(data)
        while left:
            room = end - time.monotonic()
            if room <= 0 or not select.select([], [self._file], [], room)[1]:
                raise TimeoutError
            left = left[os.write(self._file, left[:4096]) :]

    def read(self, seconds: float) -> bytes:
        if not select.select([self._file], [], [], seconds)[0]:
            return b""
        return os.read(self._file, 256)

    def close(self) -> None:
        os.close(self._file)
