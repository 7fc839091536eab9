"""What is kept from one run to the next."""

from symkl.store.database import Key, Store, Unreadable, store_folder
from symkl.store.files import PART, digest, replace
from symkl.store.versions import engine, file_digest

__all__ = ["PART", "Key", "Store", "Unreadable", "digest", "engine", "file_digest", "replace", "store_folder"]
