"""A network scanner on this machine: eSCL over HTTP, with a stack of paper and faults.

    python -m app.devices.simulators.escl_server FOLDER [PORT]

scans the pictures (JPEG) of a folder, page by page, and starts anew when the stack is through.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerCapabilities xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"
 xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"><pwg:Version>2.63</pwg:Version>
<pwg:MakeAndModel>OneWindow eSCL simulator</pwg:MakeAndModel>
<scan:Platen><scan:PlatenInputCaps>{caps}</scan:PlatenInputCaps></scan:Platen>
<scan:Adf><scan:AdfSimplexInputCaps>{caps}</scan:AdfSimplexInputCaps>
<scan:AdfDuplexInputCaps>{caps}</scan:AdfDuplexInputCaps></scan:Adf>
</scan:ScannerCapabilities>"""
_CAPS = """<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>
<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>3508</scan:MaxHeight>
<scan:MaxScanRegions>1</scan:MaxScanRegions>
<scan:SettingProfiles><scan:SettingProfile><scan:ColorModes>
<scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
<scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat></scan:DocumentFormats>
<scan:SupportedResolutions><scan:DiscreteResolutions>
<scan:DiscreteResolution><scan:XResolution>100</scan:XResolution><scan:YResolution>100\
</scan:YResolution></scan:DiscreteResolution>
<scan:DiscreteResolution><scan:XResolution>200</scan:XResolution><scan:YResolution>200\
</scan:YResolution></scan:DiscreteResolution>
<scan:DiscreteResolution><scan:XResolution>300</scan:XResolution><scan:YResolution>300\
</scan:YResolution></scan:DiscreteResolution>
</scan:DiscreteResolutions></scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>"""
_STATUS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerStatus xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"
 xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"><pwg:Version>2.63</pwg:Version>
<pwg:State>{state}</pwg:State><scan:AdfState>{feeder}</scan:AdfState></scan:ScannerStatus>"""
_PIECE = 32768


class EsclSimulator:
    """``lay`` paper into its feeder; one page more lies on the glass. Faults stay until
    ``mend``."""

    def __init__(self, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"scanner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.feeder: list[bytes] = []
        self.glass = b""
        self.asked: list[str] = []  # the settings of each job
        self.cancelled: list[str] = []  # jobs that were deleted
        self.jobs: dict[str, bool] = {}  # and whether each feeds
        self.lock = threading.Lock()
        self.mend()

    def start(self) -> str:
        """Its specification."""
        self._thread.start()
        return f"escl:http://127.0.0.1:{self._server.server_address[1]}/eSCL"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def lay(self, pages: Sequence[bytes]) -> None:
        with self.lock:
            self.feeder.extend(pages)

    def mend(self) -> None:
        self.state = "Idle"
        self.fault = ""  # what the feeder says, e.g. ScannerAdfJam
        self.jam_after = -1  # pages
        self.busy_jobs = 0  # so many jobs are refused first: it wakes, or ends another one
        self.status = 0  # answers this to everything
        self.cut_after = -1  # bytes of each page, then the line is closed
        self.seconds = 0.0  # that a page takes
        self.instead: bytes | None = None  # comes in place of a page
        self.words: bytes | None = None  # in place of status and capabilities
        self.location = ""  # in place of the job's own
        self.endless = False  # a page without length or end

    # -- for the handler ------------------------------------------------------------------------

    def feeder_state(self) -> str:
        if self.fault:
            return self.fault
        return "ScannerAdfLoaded" if self.feeder else "ScannerAdfEmpty"

    def next_page(self, job: str) -> bytes | None:
        with self.lock:
            feeds = self.jobs.get(job)
            if feeds is None or self.fault:
                return None
            if not feeds:
                self.jobs.pop(job)
                return self.glass or None
            if self.jam_after == 0:
                self.fault = "ScannerAdfJam"
                return None
            self.jam_after -= 1
            return self.feeder.pop(0) if self.feeder else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scanner: EsclSimulator

    def do_GET(self) -> None:
        scanner = self.scanner
        if self._refuses():
            return
        if self.path.endswith("/ScannerCapabilities"):
            self._say(200, scanner.words or _CAPABILITIES.format(caps=_CAPS).encode())
        elif self.path.endswith("/ScannerStatus"):
            told = _STATUS.format(state=scanner.state, feeder=scanner.feeder_state())
            self._say(200, scanner.words or told.encode())
        elif found := re.search(r"/ScanJobs/(\w+)/NextDocument", self.path):
            self._page(found[1])
        else:
            self._say(404)

    def do_POST(self) -> None:
        scanner = self.scanner
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self._refuses():
            return
        if scanner.busy_jobs > 0:
            scanner.busy_jobs -= 1
            self._say(503)
            return
        scanner.asked.append(body)
        job = f"job{len(scanner.asked)}"
        scanner.jobs[job] = "<pwg:InputSource>Feeder" in body
        place = scanner.location or f"http://{self.headers['Host']}/eSCL/ScanJobs/{job}"
        self._say(201, location=place)

    def do_DELETE(self) -> None:
        self.scanner.cancelled.append(self.path.rpartition("/")[2])
        self._say(200)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the other side of a test or a demonstration."""

    def _refuses(self) -> bool:
        status = self.scanner.status
        if status:
            self._say(status)
        return bool(status)

    def _page(self, job: str) -> None:
        scanner = self.scanner
        end = time.monotonic() + scanner.seconds
        while time.monotonic() < end:
            time.sleep(0.02)
        page = scanner.next_page(job)
        if page is None:
            self._say(404)
            return
        page = page if scanner.instead is None else scanner.instead
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        if not scanner.endless:
            self.send_header("Content-Length", str(len(page)))
        self.close_connection = True
        self.end_headers()
        try:
            if scanner.cut_after >= 0:
                self.wfile.write(page[: scanner.cut_after])
                return
            for at in range(0, len(page), _PIECE):
                self.wfile.write(page[at : at + _PIECE])
            while scanner.endless:
                self.wfile.write(b"\0" * _PIECE)
        except OSError:
            return  # the window has gone

    def _say(self, status: int, body: bytes = b"", location: str = "") -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "text/xml")
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


def main(folder: str, port: int = 9095) -> None:
    """Serve until Ctrl+C."""
    pages = [path.read_bytes() for path in sorted(Path(folder).glob("*.jp*g"))]
    simulator = EsclSimulator(port)
    simulator.glass = pages[0] if pages else b""
    print(simulator.start(), f"{len(pages)} pages", flush=True)
    try:
        while True:
            if not simulator.feeder:
                simulator.lay(pages)
            time.sleep(1)
    except KeyboardInterrupt:
        simulator.stop()


if __name__ == "__main__":
    main(sys.argv[1], *(int(port) for port in sys.argv[2:3]))
