"""Lines drawn together differ for all eyes: by colour under simulated colour blindness, and by dash."""
import itertools

import numpy as np
import pytest

from ddsp_helpers.classroom import plots

# What a missing cone leaves of linear RGB: Machado, Oliveira, Fernandes (2009), doi 10.1109/TVCG.2009.113.
EYES = {
    "three cones": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
}
LEAST = 15.0        # CIE 1976 distance; 2.3 is just noticeable side by side


def lab(colour, eye):
    """CIELAB of a colour "#rrggbb" (sRGB, D65), as an eye of that kind sees it."""
    rgb = np.array([int(colour[at:at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(EYES[eye] @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = np.cbrt(xyz / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(colours, eye):
    """(distance, one colour, the other) of the two most alike."""
    return min((float(np.linalg.norm(lab(a, eye) - lab(b, eye))), a, b) for a, b in itertools.combinations(colours, 2))


@pytest.mark.parametrize("eye", EYES)
def test_no_two_colours_are_alike(eye):
    distance, one, other = nearest(plots.COLOURS, eye)
    assert distance > LEAST, f"{one} and {other} are {distance:.1f} apart"


@pytest.mark.parametrize("eye, alike", [("deuteranopia", ("#a04040", "#507840")),
                                        ("protanopia", ("#505000", "#a04000"))])
def test_red_and_green_of_one_lightness_would_be_noticed(eye, alike):
    assert nearest(alike, eye)[0] < LEAST < nearest(alike, "three cones")[0]


def test_every_line_has_a_dash_of_its_own():
    assert len(set(plots.DASHES)) == len(plots.DASHES) >= len(plots.COLOURS)


def test_curves_that_are_drawn_use_both():
    figure, (ax,) = plots.new()
    curves = {str(n): np.full(3, n) for n in range(len(plots.COLOURS))}
    plots._draw_lines(ax, np.arange(3.0), curves, y_label="y", x_label="x")
    drawn = [(line.get_color(), str(line._unscaled_dash_pattern)) for line in ax.lines]
    assert len({colour for colour, _ in drawn}) == len({dash for _, dash in drawn}) == len(plots.COLOURS)


def test_the_map_grows_lighter_all_the_way_for_every_eye():
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    shades = [to_hex(colormaps[plots.MAP](x)) for x in np.linspace(0, 1, 33)]
    for eye in EYES:
        assert np.all(np.diff([lab(shade, eye)[0] for shade in shades]) > 0), eye
