"""Events to lines and back: canonical JSON, content ids, versions and upcasts. Knows nothing of files.

`lines` is the way in and out: `encode` and `decode`. `structure` reads events from JSON objects, field by field, and
`texts` writes them; `versions` brings old objects up to date; `jsonlines` reads strict JSON, one object a line.
"""

from aidtimeline.codec.jsonlines import MAX_DEPTH, MAX_LINE_BYTES
from aidtimeline.codec.lines import (
    canonical,
    decode,
    encode,
    encode_new,
    event_from_json,
    event_to_json,
    record_id,
)
from aidtimeline.codec.versions import UPCASTS, VERSIONS

__all__ = [
    "MAX_DEPTH",
    "MAX_LINE_BYTES",
    "UPCASTS",
    "VERSIONS",
    "canonical",
    "decode",
    "encode",
    "encode_new",
    "event_from_json",
    "event_to_json",
    "record_id",
]
