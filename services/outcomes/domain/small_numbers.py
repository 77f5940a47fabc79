"""Small numbers kept back, so that nobody can be picked out of a published table.

Source:
    Office for National Statistics practice of keeping back small counts. Which number is small is the publisher's
    choice; ours is below.
"""

from collections.abc import Sequence

#: Groups with fewer people are kept back.
PUBLISHED_PEOPLE_MIN = 10


def kept_back(counts: Sequence[int], fewest: int = PUBLISHED_PEOPLE_MIN) -> frozenset[int]:
    """Which groups of a total are not published, by place.

    Where one alone is small, the next smallest goes with it: else it could be worked out from the total.
    """
    small = {place for place, count in enumerate(counts) if 0 < count < fewest}
    others = sorted((count, place) for place, count in enumerate(counts) if count and place not in small)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return frozenset(small)
