"""Technical parts shared by all services; knows no business word."""

import sys

# pymongo would use pyOpenSSL if it were installed, and loads cryptography's certificates before it finds that it is
# not: 9 MiB in each process that has no other use for them. It falls back to Python's own ssl either way.
sys.modules.setdefault("pymongo.pyopenssl_context", None)  # type: ignore[arg-type]  # None is how import is refused
