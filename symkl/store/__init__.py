"""What is kept from one run to the next."""

from symkl.store.files import PART, Store, digest, replace, store_folder
from symkl.store.versions import engine, file_digest

__all__ = ["PART", "Store", "digest", "engine", "file_digest", "replace", "store_folder"]
