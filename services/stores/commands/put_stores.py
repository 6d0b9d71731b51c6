"""Create or replace stores."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from chassis.bulk import commit_many
from chassis.errors import InvalidArgument, field
from services.stores.documents import Store, stored_stores
from services.stores.domain.business_day import require_time_zone
from services.stores.domain.enrolment import require_name
from services.stores.domain.master_data import require_currency, require_text

MAX_STORES = 1_000


@dataclass(frozen=True, slots=True)
class StoreValues:
    """A store as the company describes it."""

    id: str
    name: str
    region: str
    latitude: float
    longitude: float
    time_zone: str
    closing_hour: int
    currency_code: str


def put_stores(values: Sequence[StoreValues]) -> int:
    """Store all of them, or none; returns how many are new or differ. Raises InvalidArgument, VersionConflict."""
    if len(values) > MAX_STORES:
        raise InvalidArgument(message=f"at most {MAX_STORES} stores at once", field="stores")
    if len({value.id for value in values}) != len(values):
        raise InvalidArgument(message="a store is listed twice", field="stores")
    for index, value in enumerate(values):
        _check(f"stores[{index}]", value)
    known = stored_stores(value.id for value in values)
    changed = []
    for value in values:
        store = known.get(value.id) or Store(id=value.id)
        new = {name: field_value for name, field_value in asdict(value).items() if name != "id"}
        if store.is_new or any(getattr(store, name) != field_value for name, field_value in new.items()):
            for name, field_value in new.items():
                setattr(store, name, field_value)
            changed.append(store)
    commit_many(changed)
    return len(changed)


def _check(path: str, value: StoreValues) -> None:
    with field(f"{path}.id"):
        require_name(value.id)
    with field(f"{path}.name"):
        require_text(value.name)
    with field(f"{path}.region"):
        require_text(value.region)
    with field(f"{path}.time_zone"):
        require_time_zone(value.time_zone)
    with field(f"{path}.currency_code"):
        require_currency(value.currency_code)
    if not 0 <= value.closing_hour <= 23:
        raise InvalidArgument(message="the closing hour is 0 to 23", field=f"{path}.closing_hour")
    if not -90 <= value.latitude <= 90:
        raise InvalidArgument(message="the latitude is -90 to 90", field=f"{path}.latitude")
    if not -180 <= value.longitude <= 180:
        raise InvalidArgument(message="the longitude is -180 to 180", field=f"{path}.longitude")
