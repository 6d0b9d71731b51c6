"""Stores by hexagon of the earth's surface."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

import h3

T = TypeVar("T")
DEFAULT_RESOLUTION = 5  # some 10 km across
COARSEST, FINEST = 1, 10


def require_resolution(resolution: int) -> int:
    """The resolution, the default for 0. Raises ValueError."""
    wanted = resolution or DEFAULT_RESOLUTION
    if not COARSEST <= wanted <= FINEST:
        raise ValueError(f"a resolution is {COARSEST} to {FINEST}")
    return wanted


def by_cell(places: Iterable[tuple[float, float, T]], resolution: int) -> dict[str, list[T]]:
    """What lies in each cell, from (latitude, longitude, what), in the order of the cells."""
    cells: dict[str, list[T]] = defaultdict(list)
    for latitude, longitude, what in places:
        cells[cell_of(latitude, longitude, resolution)].append(what)
    return dict(sorted(cells.items()))


@lru_cache(maxsize=50_000)  # stores do not move
def cell_of(latitude: float, longitude: float, resolution: int) -> str:
    """The cell of a place, as hexadecimal index."""
    return str(h3.latlng_to_cell(latitude, longitude, resolution))


@lru_cache(maxsize=50_000)
def centre_of(cell: str) -> tuple[float, float]:
    """Latitude and longitude of a cell's centre."""
    latitude, longitude = h3.cell_to_latlng(cell)
    return float(latitude), float(longitude)
