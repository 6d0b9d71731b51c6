"""Places on the earth, and how far apart they are."""

import math
from dataclasses import dataclass

from services.leads.domain.errors import FieldProblem

EARTH_RADIUS_M = 6_371_008.8
MICRO = 1_000_000


@dataclass(frozen=True)
class Place:
    """A point in millionths of a degree, WGS 84."""

    latitude_microdegrees: int
    longitude_microdegrees: int


def check_place(place: Place, field: str) -> Place:
    """The place, if there is one like it. 0, 0 lies in the sea and means a device that knows nothing.

    Raises FieldProblem.
    """
    latitude, longitude = place.latitude_microdegrees, place.longitude_microdegrees
    if abs(latitude) > 90 * MICRO or abs(longitude) > 180 * MICRO or (latitude, longitude) == (0, 0):
        raise FieldProblem(field, "OUT_OF_RANGE", "位置无效", "not a place on the earth")
    return place


def distance_m(one: Place, other: Place) -> int:
    """Metres along the surface (haversine), rounded; symmetric."""
    first, second = (math.radians(each.latitude_microdegrees / MICRO) for each in (one, other))
    turn = math.radians((other.longitude_microdegrees - one.longitude_microdegrees) / MICRO)
    half = math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) * math.sin(turn / 2) ** 2
    return round(2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half))))


def latitude_span(place: Place, radius_m: int) -> tuple[int, int]:
    """The latitudes within which everything nearer than `radius_m` lies."""
    reach = math.ceil(math.degrees(radius_m / EARTH_RADIUS_M) * MICRO) + 1
    return place.latitude_microdegrees - reach, place.latitude_microdegrees + reach
