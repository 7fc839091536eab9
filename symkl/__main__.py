"""`python -m symkl` is `symkl`."""

from __future__ import annotations

from symkl.cli import main

if __name__ == "__main__":
    main()
