"""Pictures of how something is computed, each with a description made from what it draws."""

import numpy as np

from ddsp_helpers.classroom import plots


def passes(n_frames, *, title="A scan"):
    """How a recurrence over n_frames frames is computed in log2(n_frames) passes (Hillis and Steele, 1986).

    In pass p every frame takes in what the frame 2^(p - 1) before it knows; what the last frame is made of is drawn
    strongly.

    Args:
      n_frames: at least 2.
      title: what it shows.

    Returns:
      plots.Picture.
    """
    distances = [1 << p for p in range((n_frames - 1).bit_length())]
    figure, (ax,) = plots.new(height=0.6 * len(distances) + 1.1, title=title)
    needed = [{n_frames - 1}]                                    # frames that the last one is made of, pass by pass
    for distance in reversed(distances):
        needed.insert(0, needed[0] | {t - distance for t in needed[0] if t >= distance})
    for row, distance in enumerate(distances):
        for t in range(n_frames):
            for origin in {t, t - distance} - set(range(-distance, 0)):
                colour, width, order = (plots.COLOURS[1], 1.8, 2) if t in needed[row + 1] else ("0.8", 0.8, 1)
                ax.plot([origin, t], [row, row + 1], color=colour, lw=width, zorder=order)
    for row in range(len(distances) + 1):
        known = np.minimum(np.arange(n_frames) + 1, 1 << row)
        ax.scatter(np.arange(n_frames), np.full(n_frames, row), 60 + 6 * known, color=plots.COLOURS[0], zorder=3)
    ax.set(xlabel="frame", yticks=range(len(distances) + 1))
    ax.set_yticklabels(["drive", *(f"after pass {row + 1}" for row in range(len(distances)))])
    ax.invert_yaxis()
    told = ", ".join(str(min(n_frames, 1 << row)) for row in range(len(distances) + 1))
    return plots.Picture(figure, f"{title}: {n_frames} frames, {len(distances)} passes; they reach back "
                                 f"{', '.join(map(str, distances))} frames. The last frame knows {told} frames before "
                                 "the first pass and after each.")
