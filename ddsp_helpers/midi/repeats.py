"""In which order the measures of a score are played: repeat signs and first and second endings.  Lesson 11."""
import dataclasses
import warnings


@dataclasses.dataclass
class _Bar:
    """The signs of one measure."""

    forward: bool = False
    times: int = 0                      # a repeat sign at its end: how often it is played in all
    endings: frozenset = frozenset()    # in which rounds it is played; empty is in all
    closes: bool = False                # an ending is over after it


def order_of_measures(part):
    """Numbers of a part's measures, from 0, in the order of playing; of da capo and segno it warns, without following.

    Args:
      part: <part> of a score-partwise.

    Returns:
      list of int.

    >>> import xml.etree.ElementTree as ElementTree
    >>> sign = '<barline><repeat direction="backward"/></barline>'
    >>> order_of_measures(ElementTree.fromstring(f"<part><measure/><measure>{sign}</measure><measure/></part>"))
    [0, 1, 0, 1, 2]
    """
    bars = _bars(part)
    if any(sound.get(jump) for sound in part.iter("sound") for jump in ("dacapo", "dalsegno", "tocoda")):
        warnings.warn("da capo and dal segno are not followed; what is repeated so is played once.", stacklevel=4)
    order, at, begin, round_ = [], 0, 0, 1
    while at < len(bars):
        bar = bars[at]
        if bar.forward and at != begin:
            begin, round_ = at, 1
        if not bar.endings or round_ in bar.endings:
            order.append(at)
            if round_ < bar.times:
                at, round_ = begin, round_ + 1
                continue
            if bar.times or bar.closes:
                begin, round_ = at + 1, 1
        at += 1
    return order


def _bars(part):
    """The signs of every measure."""
    bars, rounds = [], frozenset()
    for measure in part.findall("measure"):
        bar = _Bar()
        signs = measure.findall("barline/*")
        for sign in signs:
            if sign.tag == "ending" and sign.get("type") == "start":
                numbers = (sign.get("number") or "1").replace(",", " ")
                rounds = frozenset(map(int, numbers.split()))
        bar.endings = rounds
        for sign in signs:
            if sign.tag == "repeat" and sign.get("direction") == "forward":
                bar.forward = True
            elif sign.tag == "repeat":
                bar.times = int(sign.get("times") or 2)
            elif sign.tag == "ending" and sign.get("type") != "start":
                bar.closes, rounds = True, frozenset()
        bars.append(bar)
    for bar, after in zip(bars, [*bars[1:], _Bar()]):
        if bar.times and bar.endings:               # once more if another ending follows
            bar.times = max(bar.endings) + bool(after.endings)
    return bars
