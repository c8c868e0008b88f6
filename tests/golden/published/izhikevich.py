"""NumPy's numbers for the model `izhikevich_network`: mean and deviation of thirty networks.

Izhikevich's published network, written anew from its description. Prints what stands in the
`[[reference]]` table of the model, and the rates with the paper's order, where a spike's weights are a
current of the next millisecond instead of a jump at its end; nothing is written. Needs NumPy only:

    python tests/golden/published/izhikevich.py
"""

import numpy as np

SEEDS = range(100, 130)
N_E, N_I = 800, 200
DISCARD, END = 200, 2200


def spikes(seed, jump, spread, n_steps):
    """Which cells spike in which ms, (n_steps, cells)."""
    rng = np.random.default_rng(seed)
    r_e = (np.arange(N_E) + 0.5) / N_E if spread else rng.random(N_E)
    r_i = (np.arange(N_I) + 0.5) / N_I if spread else rng.random(N_I)
    a = np.r_[np.full(N_E, 0.02), 0.02 + 0.08 * r_i]
    b = np.r_[np.full(N_E, 0.2), 0.25 - 0.05 * r_i]
    c = np.r_[-65 + 15 * r_e**2, np.full(N_I, -65.0)]
    d = np.r_[8 - 6 * r_e**2, np.full(N_I, 2.0)]
    weights = np.c_[0.5 * rng.random((N_E + N_I, N_E)), -rng.random((N_E + N_I, N_I))]
    noise = np.r_[np.full(N_E, 5.0), np.full(N_I, 2.0)]
    v = np.full(N_E + N_I, -65.0)
    u = b * v
    found = np.zeros((n_steps, N_E + N_I), dtype=bool)
    fired = np.zeros(N_E + N_I, dtype=bool)
    for n in range(n_steps):
        current = noise * rng.standard_normal(N_E + N_I)
        arriving = weights[:, fired].sum(1)
        if not jump:
            current = current + arriving
        for _ in range(2):
            v = v + 0.5 * (0.04 * v * v + 5 * v + 140 - u + current)
        u = u + a * (b * v - u)
        if jump:
            v = v + arriving
        fired = v >= 30
        v[fired] = c[fired]
        u[fired] += d[fired]
        found[n] = fired
    return found


def statistics(found):
    """Rate and irregularity of the intervals of cells with at least three spikes."""
    rate = found.mean() * 1000
    cvs = []
    for train in found.T:
        intervals = np.diff(np.flatnonzero(train))
        if len(intervals) >= 2:
            cvs.append(intervals.std() / intervals.mean())
    return rate, np.mean(cvs)


def report(what, rows):
    mean, deviation = np.mean(rows, 0), np.std(rows, 0, ddof=1)
    print(what, " ".join(f"{m:.4f} ± {s:.4f}" for m, s in zip(mean, deviation)))


runs = [spikes(seed, True, True, END)[DISCARD:] for seed in SEEDS]
report("E rate, cv:", [statistics(run[:, :N_E]) for run in runs])
report("I rate, cv:", [statistics(run[:, N_E:]) for run in runs])
paper = [spikes(seed, False, False, 1000) for seed in SEEDS]
report("paper's order, E and I rates:", [(r[:, :N_E].mean() * 1e3, r[:, N_E:].mean() * 1e3) for r in paper])
