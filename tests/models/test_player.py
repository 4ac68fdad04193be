"""A player: its parts, what it learns, its file."""

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import models, rehearsal, training
from ddsp_helpers.data.performed import Performances
from ddsp_helpers.models.context import Context
from ddsp_helpers.models.pitch_generator import BLOCK, PitchGenerator
from tests.performed_data import SPEC, Melodies

TINY = models.PlayerSpec(SPEC, width=16, pitch_width=8, expression_width=6, mixture=2)


@pytest.fixture(scope="module")
def performances():
    return Performances.of(Melodies())


@pytest.fixture(scope="module")
def batch(performances):
    return next(iter(performances.train(4, seconds=1.0)))


@pytest.fixture(scope="module")
def trained(performances, tmp_path_factory):
    return training.fit(TINY, performances, out=tmp_path_factory.mktemp("player"), steps=150, batch_size=4, seconds=1.0,
                        learning_rate=5e-3, evaluate_every_s=2.0, patience=None, progress=False)


def test_context_sees_as_far_as_it_says():
    context = Context(4, dilations=(1, 2))
    x = np.random.default_rng(0).normal(size=[1, 21, 3]).astype(np.float32)
    still = context(x).numpy()
    moved = x.copy()
    moved[0, 10] += 1.0
    changed = np.flatnonzero(np.abs(context(moved).numpy() - still).max((0, 2)) > 1e-6)
    assert changed.min() == 10 - context.reach and changed.max() == 10 + context.reach


def test_the_pitch_does_not_see_itself():
    generator = PitchGenerator(8, mixture=2)
    random = np.random.default_rng(0)
    seen, pitch = random.normal(size=[1, 20, 5]).astype(np.float32), np.full([1, 20], 60.0, np.float32)
    generator.build((None, None, 5))
    deviation = random.normal(size=[1, 20]).astype(np.float32) * 0.1
    moved = deviation.copy()
    moved[0, 12] += 0.5
    at = tf.zeros([1, 20])
    before = generator.distribution(seen, deviation, pitch).log_prob(at).numpy()[0]
    after = generator.distribution(seen, moved, pitch).log_prob(at).numpy()[0]
    np.testing.assert_array_equal(before[:13], after[:13])
    assert abs(before[13] - after[13]) > 1e-4


def test_drawn_pitches_follow_their_distribution():
    generator = PitchGenerator(8, mixture=2)
    generator.build((None, None, 5))
    frames = BLOCK + 7
    seen = generator.context(np.random.default_rng(1).normal(size=[1, frames, 5]).astype(np.float32))
    pitch, sounding = np.full(frames + 1, 60.0, np.float32), np.ones(frames, bool)

    def draw(seed, temperature=1.0):
        random = np.random.default_rng(seed)
        return generator.generate(generator.init_state(), seen, pitch, sounding, random=random, temperature=temperature)[1]

    np.testing.assert_array_equal(draw(1), draw(1))
    np.testing.assert_array_equal(draw(1, 0.0), draw(2, 0.0))
    first = np.array([draw(seed)[0] for seed in range(200)])
    conditioning = np.random.default_rng(1).normal(size=[1, frames, 5]).astype(np.float32)
    found = generator.distribution(conditioning, np.zeros([1, frames], np.float32), pitch[None, 1:])
    assert abs(first.mean() - float(found.mean()[0, 0])) < 4 * float(found.stddev()[0, 0]) / np.sqrt(200)
    drawn = [_by_hand(found, np.random.default_rng(seed).uniform(1e-4, 1.0 - 1e-4, [BLOCK, 3])[0]) for seed in range(200)]
    np.testing.assert_allclose(first, drawn, atol=1e-3)


def _by_hand(found, uniform):
    """The first deviation that these random numbers draw from a mixture, after Gumbel and by the inverse distribution."""
    logits = found.mixture_distribution.logits[0, 0].numpy()
    chosen = int(np.argmax(logits - np.log(-np.log(uniform[1:]))))
    middle, scale = (float(values[0, 0, chosen]) for values in (found.components_distribution.loc,
                                                                 found.components_distribution.scale))
    return middle + scale * np.log(uniform[0] / (1.0 - uniform[0]))


def test_a_pitch_is_held_where_nothing_sounds():
    generator = PitchGenerator(8, mixture=2)
    generator.build((None, None, 5))
    seen = generator.context(np.zeros([1, 30, 5], np.float32))
    sounding = np.arange(30) < 20
    _, drawn = generator.generate(generator.init_state(), seen, np.full(31, 60.0, np.float32), sounding,
                                  random=np.random.default_rng(0), temperature=1.0)
    assert len(set(drawn[19:].tolist())) == 1 and len(set(drawn[:20].tolist())) > 10


def test_training_improves_every_part(trained, performances):
    untrained, player = models.Player(TINY), models.load_player(trained.best_path)
    held_out = list(performances.held_out(4, seconds=1.0))

    def parts(model):
        found = [model.loss_parts(batch, model(batch), training=False) for batch in held_out]
        return {name: float(np.mean([part[name] for part in found])) for name in found[0]}

    before, after = parts(untrained), parts(player)
    assert after["sound"] < 0.8 * before["sound"] and after["pitch"] < before["pitch"] - 0.1
    assert after["measured"] < before["measured"] and after["expression"] < before["expression"]


def test_a_trained_player_knows_how_notes_are_played_on_average(trained, performances):
    mean = models.load_player(trained.best_path).card["mean_expression"]
    np.testing.assert_allclose(list(mean.values()), performances.tables["train"]["expression"].mean(0), atol=1e-4)


def test_a_rehearsal_keeps_its_best_step(trained, performances):
    player = models.load_player(trained.best_path)
    sound = player.head.kernel.numpy()
    history = rehearsal.rehearse(player, performances, steps=100, line=6, batch_size=4)
    assert [step for step, _ in history] == [0, 25, 50, 75, 100]
    best = min(loss for _, loss in history)
    assert best < history[0][1] - 0.2
    again = rehearsal.rehearse(player, performances, steps=1, line=6)[0][1]
    assert abs(again - best) < 1e-4                                     # the weights are those of the best look
    np.testing.assert_array_equal(sound, player.head.kernel.numpy())
    with pytest.raises(ValueError, match="steps=0"):
        rehearsal.rehearse(player, performances, steps=0)


def test_controls_are_obeyed_after_training(trained, batch):
    player, untrained = models.load_player(trained.best_path), models.Player(TINY)
    tf.random.set_seed(0)
    obeyed = np.mean([float(player._disobedience(batch)) for _ in range(8)])
    ignored = np.mean([float(untrained._disobedience(batch)) for _ in range(8)])
    assert obeyed < 0.6 * ignored


def test_the_adversary_teaches_both_sides(batch):
    player = models.Player(models.PlayerSpec(SPEC, width=16, pitch_width=8, expression_width=6, adversarial=0.5))
    with tf.GradientTape(persistent=True) as tape:
        loss = player._adversarial_loss(batch, player(batch))
    theirs = tape.gradient(loss, player.head.kernel)
    ours = tape.gradient(loss, player.discriminator.trainable_variables)
    assert float(tf.norm(theirs)) > 0 and all(float(tf.norm(g)) > 0 for g in ours)
    step = 1e-2 * theirs / tf.norm(theirs)
    player.head.kernel.assign_sub(step)                       # the player's step makes the discriminator's task harder
    assert float(player._adversarial_loss(batch, player(batch))) > float(loss)


def test_a_file_gives_the_same_player_back(trained, batch, tmp_path):
    player = models.load_player(trained.best_path)
    models.save(player, tmp_path / "player.npz", half=False)
    again = models.load_player(tmp_path / "player.npz")
    np.testing.assert_array_equal(player(batch)["audio"], again(batch)["audio"])
    with pytest.raises(ValueError, match="holds a 'ddsp_helpers player'"):
        models.load(tmp_path / "player.npz")


@pytest.mark.parametrize("wrong", [{"width": 0}, {"mixture": 0}, {"adversarial": -1.0}])
def test_specifications_are_checked(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        models.PlayerSpec(**wrong)
