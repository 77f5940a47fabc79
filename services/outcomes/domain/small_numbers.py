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

    What is kept back is the total less what is told: where that is one group alone, or still too few people, the next
    smallest go with it.
    """
    hidden = [place for place, count in enumerate(counts) if 0 < count < fewest]
    others = sorted((count, place) for place, count in enumerate(counts) if count >= fewest)
    while hidden and others and (len(hidden) == 1 or sum(counts[place] for place in hidden) < fewest):
        hidden.append(others.pop(0)[1])
    return frozenset(hidden)
