"""How fast the code of a repository is read: ``python bench/read_code.py FOLDER``.

Prints one line for parsing alone, one for reading in this process, one for two workers with the way back to the parent; seconds are of
the wall and of the processor, because machines are shared. The ratio against parsing in the same run is the number to compare.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from pathlib import Path

from assistant.collect.code.pool import read_modules
from assistant.collect.code.read import LARGEST, read_module, unreadable
from assistant.collect.code.read_typescript import parse
from assistant.collect.code.sources import list_sources, read_regular


def load(root: Path) -> list[tuple[str, bytes]]:
    """The files as bytes."""
    found = []
    for path, size in list_sources(root).files:
        if size <= LARGEST:
            data = read_regular(root / path, LARGEST)
            if unreadable(data) is None:
                found.append((path, data))
    return found


def timed(label: str, work) -> float:
    """Run, print, and give the processor seconds of this process."""
    wall, used = time.perf_counter(), time.process_time()
    work()
    wall, used = time.perf_counter() - wall, time.process_time() - used
    print(f"{label:34} {wall:6.2f} s wall {used:6.2f} s processor")
    return used


def main() -> None:
    """Measure one folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    pooled: list[object] = []
    label = f"{arguments.workers} workers, and back"
    timed(label, lambda: pooled.append(read_modules(arguments.folder, workers=arguments.workers)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform == "darwin" else 1024)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{'':34} {children.ru_utime + children.ru_stime:6.2f} s processor in the workers, parent {peak} MB")
    sources = pooled.pop()
    print(f"{len(sources.modules)} files, {len(sources.not_read)} not read, skipped {dict(sources.skipped)}")
    print(f"{sum(1 for module in sources.modules.values() if module.gaps)} files with gaps")
    del sources
    files = load(arguments.folder)
    gc.disable()
    parsed = timed(
        "parsing alone, this process",
        lambda: [parse(path, data) for path, data in files if not path.endswith(".py")] and None,
    )
    read = timed("reading, this process", lambda: [read_module(path, data) for path, data in files] and None)
    print(f"reading costs {read / max(parsed, 0.001):.2f} times parsing")


if __name__ == "__main__":
    main()
