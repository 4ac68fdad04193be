"""The likeliest path of a pitch through noisy frames: Viterbi's algorithm on a stream.  Lesson 06."""
import numpy as np

_NEVER = np.float32(-1e9)


class Viterbi:
    """Best path through states that mostly stay near where they were, and seldom leap.

    score_t(j) = emission_t(j) + max_i [score_{t-1}(i) + log P(j | i)].  P falls linearly with |j - i| up to
    `reach` states and leaves `leap` for a jump to anywhere (a new note), so a path is smooth inside a note
    and free between notes.  The best predecessor of every state is kept until all survivors agree on the
    past; that past is then final, so the memory needed does not grow with the length of the sound.  A frame
    whose emission is the same everywhere says nothing, and every path waits where it is.

    Args:
      n_states: how many states, at least 1.
      reach: how far a state moves in one frame without a leap, states.
      leap: probability of a leap, 0 to 1 exclusive.
      patience: frames after which the past is decided even if survivors still differ.
    """

    def __init__(self, n_states, *, reach=12, leap=0.01, patience=6000):
        if n_states < 1 or reach < 1 or not 0 < leap < 1:
            raise ValueError(f"n_states={n_states}, reach={reach}, leap={leap}; wanted at least 1 state, "
                             "a reach of at least 1 and 0 < leap < 1. Lesson 06.")
        self.n_states, self.reach, self.patience = n_states, reach, patience
        near = (reach + 1 - np.abs(np.arange(-reach, reach + 1)))[:, None]                 # [2 reach + 1, 1]
        self._log_near = np.log((1 - leap) * near / near.sum()).astype(np.float32)
        self._log_leap = np.float32(np.log(leap / n_states))
        self._padded = np.full(n_states + 2 * reach, _NEVER, np.float32)
        self._shifted = np.lib.stride_tricks.sliding_window_view(self._padded, n_states)   # [2 reach + 1, n]
        self._offsets = np.arange(n_states) - reach
        self._stay = np.arange(n_states, dtype=np.int16)
        self._score, self._back = None, []

    def push(self, emission):
        """States [k] that are certain after emission [frames, n_states] (log likelihoods) is heard."""
        emission = np.asarray(emission, np.float32)
        if emission.ndim != 2 or emission.shape[1] != self.n_states:
            raise ValueError(f"emission has shape {list(emission.shape)}; wanted [frames, {self.n_states}].")
        for frame in emission:
            self._step(frame)
        return self._decide()

    def flush(self):
        """The states [k] that were still open."""
        if self._score is None:
            return np.zeros(0, np.int64)
        path = self._trace(np.array([np.argmax(self._score)]))[:, 0]
        self._score, self._back = None, []
        return path

    def _step(self, emission):
        if self._score is None:
            self._score = emission - emission.max()
            self._back.append(None)
            return
        if emission[0] == emission.max() == emission.min():   # nothing heard: paths wait where they are
            self._back.append(self._stay)
            return
        self._padded[self.reach:self.reach + self.n_states] = self._score
        scores = self._shifted + self._log_near
        best = scores.argmax(axis=0)
        stay = scores[best, np.arange(self.n_states)]
        highest = int(self._score.argmax())
        leap = self._score[highest] + self._log_leap
        self._back.append(np.where(stay >= leap, best + self._offsets, highest).astype(np.int16))
        self._score = np.maximum(stay, leap) + emission
        self._score -= self._score.max()

    def _trace(self, states):
        """Paths [open frames, len(states)] that end in `states`."""
        path = np.empty([len(self._back), len(states)], np.int64)
        path[-1] = states
        for t in range(len(self._back) - 1, 0, -1):
            path[t - 1] = self._back[t][path[t]]
        return path

    def _decide(self):
        """Emit the part of the past that every survivor shares."""
        if len(self._back) < 2:
            return np.zeros(0, np.int64)
        path = self._trace(np.arange(self.n_states))
        agreed = np.nonzero((path == path[:, :1]).all(axis=1))[0]
        count = int(agreed[-1]) if len(agreed) else 0      # the last agreed frame stays: the next follows it
        if count == 0 and len(self._back) > self.patience:
            path, count = path[:, [int(np.argmax(self._score))]], len(self._back) // 2
        self._back = self._back[count:]
        return path[:count, 0]
