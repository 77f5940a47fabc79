"""Percentiles and memory, as the benchmarks print them."""

from collections.abc import Sequence

import psutil


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * len(ordered)))]


def milliseconds(values: Sequence[float]) -> str:
    """Median, 95th percentile and largest of times in seconds, in milliseconds."""
    median, high, most = (1000 * percentile(values, share) for share in (0.5, 0.95, 1.0))
    return f"median {median:7.1f} ms   p95 {high:7.1f} ms   most {most:7.1f} ms   ({len(values)} times)"


def megabytes_of(process: psutil.Process) -> float:
    """Memory of a process and all its descendants, shared pages counted once (PSS), in megabytes."""
    family = [process, *process.children(recursive=True)]
    return sum(member.memory_full_info().pss for member in family) / 1e6
