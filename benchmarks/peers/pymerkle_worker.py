"""In pymerkle's own environment: append events to its SQLite tree. Prints events a second, batched and one by one.

Arguments: file of batched events, file of single events, events of a batch, file of the database.
"""

import json
import struct
import sys
import time
from pathlib import Path

from pymerkle import SqliteTree


def read(path):
    data, at, found = Path(path).read_bytes(), 0, []
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def main(batched, singles, batch, database):
    many, few = read(batched), read(singles)
    with SqliteTree(database) as tree:
        begun = time.perf_counter()
        for start in range(0, len(many), batch):
            tree.append_entries(many[start : start + batch])
            tree.get_root()
        passed = time.perf_counter() - begun
        begun = time.perf_counter()
        for each in few:
            tree.append_entry(each)
            tree.get_root()
        one = time.perf_counter() - begun
        told = {"batched": len(many) / passed, "sequential": len(few) / one, "events": tree.get_size()}
    print(json.dumps(told))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
