"""Instruments to export: small, untrained, with weights that matter, and with the statistics of recordings."""

import functools

import tensorflow as tf

from ddsp_helpers import SynthSpec, models
from ddsp_helpers.data.statistics import Statistics, Summary

PLUGIN = SynthSpec()        # what the DDSP-VST plugin wants: 16 kHz, 50 frames a second, 65 noise bands
SMALL = SynthSpec(sample_rate=4000, frame_rate=50, n_harmonics=6, n_noise_bands=9)


def statistics():
    """Those of a brass instrument: louder than its power, because its energy is where ears are keen."""
    power = Summary(-24.0, 6.0, -54.0, -7.0, -41.0, -11.0)
    loudness = Summary(-3.0, 6.5, -31.0, 16.0, -21.0, 13.0)
    pitch = Summary(66.0, 8.0, 55.0, 88.0, 57.0, 84.0)
    return Statistics(pitch, loudness, power, pitch, loudness, power, (-31.0, 16.0), 0.9, 60.0, 3, 50)


def instrument(synth=PLUGIN, **fields):
    """An Autoencoder of these fields whose every weight is heard."""
    model = models.Autoencoder(models.ModelSpec(synth, **fields))
    for number, weight in enumerate(model.decoder.weights):
        weight.assign(weight + 0.2 * tf.random.stateless_normal(weight.shape, [3, number]))
    if model.reverb is not None:
        model.reverb.ir.assign(0.1 * tf.random.stateless_normal(model.reverb.ir.shape, [4, 4]))
    model.statistics = statistics()
    return model


@functools.cache
def tiny():
    """The smallest instrument for the plugin; do not change it."""
    return instrument(decoder="cnn", width=8)
