"""Keep a photo of a visit."""

import hashlib
from collections.abc import Mapping
from typing import Any

from chassis import files
from services.leads.documents import Visit
from services.leads.domain.errors import FieldProblem
from services.leads.domain.visits.photos import PHOTO_BYTES, PHOTO_TYPES, without_metadata

CAPTION_LENGTH = 200


def add_site_photo(visit_id: str, content: bytes, *, media_type: str, caption: str) -> Mapping[str, Any]:
    """The kept photo, without the place and device that the camera wrote. The same picture again changes nothing.

    Raises VisitNotFound, FileRefused, PhotoUnreadable, TooManyPhotos, FieldProblem.
    """
    if len(caption) > CAPTION_LENGTH:
        raise FieldProblem(
            "caption", "TOO_LONG", f"最多 {CAPTION_LENGTH} 个字符", f"at most {CAPTION_LENGTH} characters"
        )
    visit = Visit.load(visit_id)
    is_plausible = media_type in PHOTO_TYPES and 0 < len(content) <= PHOTO_BYTES
    picture = without_metadata(content, media_type) if is_plausible else content
    known = visit.has_photo_of(hashlib.sha256(picture).hexdigest())
    if known is not None:
        return known
    visit.require_room_for_photo()
    file = files.keep(
        picture, name=f"{visit_id} {caption}", media_type=media_type, allowed=PHOTO_TYPES, max_bytes=PHOTO_BYTES
    )
    photo = visit.add_photo(file, caption)
    try:
        visit.commit(why="a photo was added")
    except Exception:
        files.drop(file.id)  # nothing refers to it
        raise
    return photo
