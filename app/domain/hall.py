"""Describe a hall: its windows, staff, business lines and numbering. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta, timezone
from enum import StrEnum

from app.domain.queue_policy import QueuePolicy

# China has one time zone and no daylight saving; hall time is what papers and limits go by.
HALL_ZONE = timezone(timedelta(hours=8), "CST")


@dataclass(frozen=True, slots=True, kw_only=True)
class HallHead:
    """The hall as it appears on papers."""

    name: str
    address: str = ""
    phone: str = ""
    complaint_phone: str = ""


class Role(StrEnum):
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    REVIEWER = "reviewer"  # 审批人员, of one or several departments; works at the back office


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """``id`` names the place, ``number`` is what is called, ``ticket_prefix`` the letter of tickets
    taken at this window (so two windows offline can never give out the same number)."""

    id: str
    number: str
    name: str
    ticket_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """A 取号机. ``id`` is its device's name; numbers that it gives while the back office cannot be
    reached carry its own letter."""

    id: str
    name: str
    ticket_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """``password_hash`` is argon2id in PHC text form. ``departments`` are a reviewer's, by the
    names that the item lists use."""

    id: str  # staff number, 工号
    name: str
    role: Role
    password_hash: str
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """A line of the queue (业务). ``items``: codes of the items that are applied for in it, a
    trailing ``*`` stands for any end."""

    id: str
    name: str
    prefix: str
    items: tuple[str, ...] = ()
    name_en: str = ""

    def takes(self, item: str) -> bool:
        return any(
            item.startswith(one[:-1]) if one.endswith("*") else item == one for one in self.items
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """``case_number`` and ``bundle_number`` are patterns with the holes {region}, {date}
    (yyyymmdd) and {serial}; both draw from the same leased serials. ``queue``: the policy of
    every day. ``collect_days``: a result that nobody fetched for so many days is late."""

    code: str
    region: str  # six-digit division code
    head: HallHead
    windows: tuple[Window, ...]
    staff: tuple[StaffMember, ...]
    businesses: tuple[Business, ...]
    queue: QueuePolicy = field(default_factory=QueuePolicy)
    kiosks: tuple[Kiosk, ...] = ()
    collect_days: int = 30
    case_number: str = "{region}{date}{serial:06d}"
    bundle_number: str = "YJS{region}{date}{serial:06d}"
    progress_url: str = "http://127.0.0.1:8765/progress/{number}?check={check}"
    ticket_url: str = "http://127.0.0.1:8765/ticket/{number}?check={check}"

    def get_window(self, window_id: str) -> Window:
        """Raises KeyError."""
        return {window.id: window for window in self.windows}[window_id]

    def is_supervisor(self, staff_number: str) -> bool:
        return any(one.id == staff_number and one.role is Role.SUPERVISOR for one in self.staff)

    def line_of(self, item: str, business: str = "") -> str:
        """In which line somebody waits who knows the business, the item or neither. Raises
        KeyError for a business that this hall has not."""
        if business:
            return {one.id: one.id for one in self.businesses}[business]
        named = [one.id for one in self.businesses if item and one.takes(item)]
        return (named or [self.queue.common_line or self.businesses[0].id])[0]
