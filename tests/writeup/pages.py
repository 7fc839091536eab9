"""Pages as pictures: where on them there is ink."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray


def darkness(png: bytes) -> NDArray[np.int64]:
    """The pixels of a PNG without interlacing, 8 bits a channel: 0 where white, up to 255."""
    at, data, shape = 8, b"", (0, 0, 0)
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
            assert (depth, interlace) == (8, 0)
            shape = (height, width, {0: 1, 2: 3, 6: 4}[colour])
        if kind == b"IDAT":
            data += body
        at += 12 + length
    return 255 - _unfiltered(zlib.decompress(data), shape)[:, :, :3].min(axis=2)


def _unfiltered(raw: bytes, shape: tuple[int, int, int]) -> NDArray[np.int64]:
    height, width, channels = shape
    rows = np.frombuffer(raw, np.uint8).reshape(height, 1 + width * channels)
    out = np.zeros((height, width, channels), np.int64)
    above = np.zeros((width, channels), np.int64)
    for y, row in enumerate(rows):
        line = row[1:].reshape(width, channels).astype(np.int64)
        if row[0] == 1:
            line = np.cumsum(line, axis=0) % 256
        elif row[0] == 2:
            line = (line + above) % 256
        elif row[0] in (3, 4):
            left, corner = np.zeros(channels, np.int64), np.zeros(channels, np.int64)
            for x in range(width):
                guess = (left + above[x]) // 2 if row[0] == 3 else _paeth(left, above[x], corner)
                left, corner = (line[x] + guess) % 256, above[x]
                line[x] = left
        out[y] = above = line
    return out


def _paeth(a: NDArray[np.int64], b: NDArray[np.int64], c: NDArray[np.int64]) -> NDArray[np.int64]:
    pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    return np.where((pa <= pb) & (pa <= pc), a, np.where(pb <= pc, b, c))
