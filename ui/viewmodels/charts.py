"""What a chart shows, as plain values: bars side by side, a grid of loads, or dots against a line.
Pure; the words are said already."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """``series``: (name, one value for each label); ``lines`` are goals drawn across; ``ranges``:
    between what each value of the first series may lie, where that is known."""

    title: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    lines: tuple[tuple[str, float], ...] = ()
    ranges: tuple[tuple[float, float] | None, ...] = ()
    stacked: bool = False
    decimals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows by columns; the fuller the more."""

    title: str
    unit: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """Each dot as (x, y); on the line x = y both are the same."""

    title: str
    x: str
    y: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    title: str = ""
    words: str = ""


Chart = Bars | Grid | Dots | Empty


Cell = str | float


def table_of(chart: Chart) -> list[list[Cell]]:
    """The same as a table, for who cannot see it and for export."""
    match chart:
        case Bars():
            rows: list[list[Cell]] = [["", *(name for name, _ in chart.series)]]
            for at, label in enumerate(chart.labels):
                rows.append([label, *(round(values[at], 1) for _, values in chart.series)])
            return rows
        case Grid():
            rows = [["", *chart.columns]]
            for name, loads in zip(chart.rows, chart.values, strict=True):
                rows.append([name, *loads])
            return rows
        case Dots():
            rows = [[chart.x, chart.y]]
            rows += [[round(x, 1), round(y, 1)] for x, y in chart.dots]
            return rows
        case Empty():
            return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A chart and what it says in one sentence."""

    chart: Chart = field(default_factory=Empty)
    says: str = ""
