"""Mask names, numbers and phones by one rule for screens, slips and pages. Pure.

The rule: a name keeps its first character (张*, 李**), or for a name with a separator or Latin
letters the first part; an identity number keeps four at each end; a phone keeps 3 + 4.
"""

from __future__ import annotations


def mask_name(name: str) -> str:
    """``张三`` -> ``张*``; ``买买提·艾力`` -> ``买买提·**``; ``ANNA LEE`` -> ``ANNA ***``."""
    for separator in ("·", " "):
        head, found, tail = name.partition(separator)
        if found and head:
            return head + separator + "*" * min(len(tail), 3)
    if not name:
        return ""
    return name[0] + "*" * min(len(name) - 1, 3)


def mask_number(number: str) -> str:
    """Keep four characters at each end of an identity number; shorter ones keep two."""
    keep = 4 if len(number) >= 12 else 2
    if len(number) <= 2 * keep:
        return "*" * len(number)
    return number[:keep] + "*" * (len(number) - 2 * keep) + number[-keep:]


def mask_phone(phone: str) -> str:
    """``13800000000`` -> ``138****0000``."""
    if len(phone) < 8:
        return "*" * len(phone)
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
