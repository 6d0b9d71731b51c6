"""Photos without what cameras write into them: place, device, time, previews, appended films.

The picture itself stays as it is, byte for byte. The orientation is kept too, or photos would lie on their side.
"""

import struct
import zlib
from collections.abc import Callable, Mapping

from services.leads.domain.visits.errors import PhotoUnreadable

PHOTO_BYTES = 8 * 1024 * 1024
PHOTOS_LIMIT = 20

_SOI, _EOI, _SOS, _APP1, _COMMENT = 0xD8, 0xD9, 0xDA, 0xE1, 0xFE
# JFIF, colour profile, Adobe's colour transform: without these the colours change.
_KEPT_APPS = (0xE0, 0xE2, 0xEE)
_APPS = range(0xE0, 0xF0)
_RESTARTS = range(0xD0, 0xD8)
_ORIENTATION_TAG = 0x0112
_EXIF = b"Exif\0\0"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_DROPPED = (b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME")
_WEBP_DROPPED = (b"EXIF", b"XMP ")
_WEBP_PICTURE = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
_WEBP_EXIF_AND_XMP_FLAGS = 0b0000_1100


def without_metadata(content: bytes, media_type: str) -> bytes:
    """The same picture without metadata. Raises PhotoUnreadable for what is no whole picture of its type."""
    try:
        return _STRIPPERS[media_type](content)
    except (KeyError, IndexError, struct.error, ValueError) as error:
        raise PhotoUnreadable(f"the photo is damaged or not of the type {media_type}") from error


def _jpeg(content: bytes) -> bytes:
    if content[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    kept = [b"\xff\xd8"]
    at, orientation = 2, 1
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker")
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _EOI:
            kept.append(b"\xff\xd9")
            break  # what stands behind the picture, such as a film, goes
        (length,) = struct.unpack_from(">H", content, at + 2)
        segment = content[at : at + 2 + length]
        if length < 2 or len(segment) < 2 + length:
            raise ValueError("cut off")
        at += 2 + length
        if marker == _APP1 and segment[4:10] == _EXIF:
            orientation = _orientation(segment[10:])
        if (marker in _KEPT_APPS and not _is_multi_picture(segment)) or (marker not in _APPS and marker != _COMMENT):
            kept.append(segment)
        if marker == _SOS:
            end = _scan_end(content, at)
            kept.append(content[at:end])
            at = end
    if orientation != 1:
        kept.insert(1, _orientation_segment(orientation))
    return b"".join(kept)


def _is_multi_picture(segment: bytes) -> bool:
    return segment[1] == 0xE2 and segment[4:8] == b"MPF\0"


def _scan_end(content: bytes, at: int) -> int:
    """Where the next marker stands after the compressed data that begins at `at`."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] != 0 and content[at + 1] not in _RESTARTS and content[at + 1] != 0xFF:
            return at
        at += 1 if content[at + 1] == 0xFF else 2


def _orientation(tiff: bytes) -> int:
    """The orientation in a block of Exif, 1 to 8; 1 when it has none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    if first + 2 > len(tiff):
        return 1
    (entries,) = struct.unpack_from(f"{order}H", tiff, first)
    for index in range(entries):
        place = first + 2 + index * 12
        if place + 12 > len(tiff):
            return 1
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, place)
        if tag == _ORIENTATION_TAG:
            return int(value) if 1 <= value <= 8 else 1
    return 1


def _orientation_segment(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION_TAG, 3, 1, orientation, 0)
    body = _EXIF + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + b"\0\0\0\0"
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> bytes:
    if not content.startswith(_PNG_START):
        raise ValueError("no PNG")
    kept, at, kind = [_PNG_START], len(_PNG_START), b""
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", content, at)
        kind = content[at + 4 : at + 8]
        chunk = content[at : at + 12 + length]
        if len(chunk) < 12 + length or zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            raise ValueError("damaged chunk")
        at += len(chunk)
        if kind not in _PNG_DROPPED:
            kept.append(chunk)
    return b"".join(kept)


def _webp(content: bytes) -> bytes:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        raise ValueError("no WebP")
    end = 8 + struct.unpack_from("<I", content, 4)[0]
    if end > len(content):
        raise ValueError("cut off")
    kept, at = [], 12
    while at + 8 <= end:
        kind, length = content[at : at + 4], struct.unpack_from("<I", content, at + 4)[0]
        chunk = content[at : at + 8 + length + length % 2]
        if len(chunk) < 8 + length:
            raise ValueError("cut off")
        at += 8 + length + length % 2
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_EXIF_AND_XMP_FLAGS]) + chunk[9:]
        if kind in _WEBP_PICTURE and kind not in _WEBP_DROPPED:
            kept.append(chunk)
    if not kept:
        raise ValueError("no picture")
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


_STRIPPERS: Mapping[str, Callable[[bytes], bytes]] = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
PHOTO_TYPES = tuple(_STRIPPERS)
