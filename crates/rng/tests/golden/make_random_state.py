"""Draws the numbers in random_state.txt from NumPy's legacy RandomState.

    python make_random_state.py [folder]

NumPy 2.3.5 on glibc, x86-64. The legacy generator is frozen by NumPy's policy: no other version should differ, and the
file may be made anew only to add to it. A line is `<seed> <what> <numbers in hex>`: integers as they are, floats as
their 64 bits. `hash_*` is the FNV-1a 64 hash of the little-endian bytes of all that is drawn for 100000 numbers; the
first 200 numbers themselves are there for three seeds. A seed is an integer, integers joined by commas for a sequence, or
`a..b` for a range as a sequence.
"""

import pathlib
import sys

import numpy as np

LISTED = ["0", "42", "1,2,3"]
SEEDS = LISTED + ["1", "2147483646", "4294967295", "0,", "0..700"]
N_LISTED = 200
N_HASHED = 100_000
MAX_SEED = 2**31 - 1


def generator(seed):
    if ".." in seed:
        return np.random.RandomState(list(range(*map(int, seed.split("..")))))
    if "," in seed:
        return np.random.RandomState([int(part) for part in seed.split(",") if part])
    return np.random.RandomState(int(seed))


def words(numbers):
    array = np.asarray(numbers)
    return array.view(np.uint64) if array.dtype == np.float64 else array.astype(np.uint64)


def fnv1a64(numbers):
    state = 0xCBF29CE484222325
    for byte in words(numbers).astype("<u8").tobytes():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return np.array([state], dtype=np.uint64)


def mixed(rng, n):
    """Single draws of everything in turn, then arrays, which meet the cached normal number or not; 25 or more a round."""
    drawn = []
    for i in range(n // 25):
        drawn += [rng.random_sample(), rng.standard_normal(), rng.randint(MAX_SEED), rng.gamma(2.5, 2.0)]
        drawn += [rng.normal(2.0, 0.5), rng.uniform(-3.0, 7.0), rng.randint(1), rng.gamma(0.4, 2.0)]
        drawn += [rng.exponential(20.0), rng.lognormal(0.5, 0.25), rng.vonmises(0.5, 4.0), rng.beta(0.5, 0.7)]
        drawn += [rng.beta(2.0, 3.5), rng.binomial(20, 0.3), rng.binomial(1000, 0.6), rng.poisson(3.2)]
        drawn += [rng.poisson(50.5), rng.randint(-1000, 1000), rng.choice(7), rng.chisquare(5.0)]
        drawn += [*rng.standard_normal(i % 4), *rng.gamma(1.5, 1.0, size=i % 3), *rng.binomial(1000, 0.4, size=i % 3)]
        drawn += [*rng.permutation(5), *rng.normal(-1.0, 3.0, size=i % 5), rng.standard_t(3.0)]
    return np.concatenate([words([number]) for number in drawn])


def shuffled(array, rng):
    rng.shuffle(array)
    return array.ravel()


def increasing(n):
    """Probabilities of 2n items that grow with their position."""
    return np.arange(1, 2 * n + 1) / (n * (2 * n + 1))


WHAT = {
    "u32": lambda rng, n: rng._bit_generator.random_raw(n),
    "random_sample": lambda rng, n: rng.random_sample(n),
    "uniform": lambda rng, n: rng.uniform(-3.0, 7.0, size=n),
    "standard_normal": lambda rng, n: rng.standard_normal(n),
    "normal": lambda rng, n: rng.normal(2.0, 0.5, size=n),
    "lognormal": lambda rng, n: rng.lognormal(0.5, 0.25, size=n),
    "randint_seed": lambda rng, n: rng.randint(MAX_SEED, size=n),
    "randint_10": lambda rng, n: rng.randint(10, size=n),
    "randint_most": lambda rng, n: rng.randint(2**32 - 1, size=n),
    "randint_signed": lambda rng, n: rng.randint(-1000, 1000, size=n),
    "randint_32_bits": lambda rng, n: rng.randint(-5, 2**32 - 5, size=n),
    "randint_33_bits": lambda rng, n: rng.randint(-5, 2**32 - 4, size=n),
    "randint_wide": lambda rng, n: rng.randint(-(2**63), 2**63 - 1, size=n),
    "exponential": lambda rng, n: rng.exponential(20.0, size=n),
    "gamma_0": lambda rng, n: rng.gamma(0.01, 2.0, size=n),
    "gamma_0.4": lambda rng, n: rng.gamma(0.4, 2.0, size=n),
    "gamma_1": lambda rng, n: rng.gamma(1.0, 2.0, size=n),
    "gamma_2.5": lambda rng, n: rng.gamma(2.5, 2.0, size=n),
    "gamma_1000": lambda rng, n: rng.gamma(1000.0, 2.0, size=n),
    "chisquare": lambda rng, n: rng.chisquare(5.0, size=n),
    "standard_t": lambda rng, n: rng.standard_t(3.0, size=n),
    "beta_tiny": lambda rng, n: rng.beta(0.001, 0.002, size=n),
    "beta_small": lambda rng, n: rng.beta(0.5, 1.0, size=n),
    "beta_mixed": lambda rng, n: rng.beta(0.5, 24.5, size=n),
    "beta_large": lambda rng, n: rng.beta(200.0, 3.5, size=n),
    "binomial_20": lambda rng, n: rng.binomial(20, 0.3, size=n),
    "binomial_rare": lambda rng, n: rng.binomial(2**60, 2.0**-56, size=n),
    "binomial_frequent": lambda rng, n: rng.binomial(100, 0.9, size=n),
    "binomial_100": lambda rng, n: rng.binomial(100, 0.5, size=n),
    "binomial_1000": lambda rng, n: rng.binomial(1000, 0.7, size=n),
    "binomial_many": lambda rng, n: rng.binomial(10**12, 0.2, size=n),
    "poisson_0.3": lambda rng, n: rng.poisson(0.3, size=n),
    "poisson_9.9": lambda rng, n: rng.poisson(9.9, size=n),
    "poisson_10": lambda rng, n: rng.poisson(10.0, size=n),
    "poisson_123.4": lambda rng, n: rng.poisson(123.4, size=n),
    "poisson_1e15": lambda rng, n: rng.poisson(1e15, size=n),
    "vonmises_flat": lambda rng, n: rng.vonmises(0.5, 1e-9, size=n),
    "vonmises_flatter": lambda rng, n: rng.vonmises(0.5, 1e-6, size=n),
    "vonmises_4": lambda rng, n: rng.vonmises(-3.0, 4.0, size=n),
    "vonmises_sharp": lambda rng, n: rng.vonmises(10.0, 1e7, size=n),
    "permutation": lambda rng, n: rng.permutation(n),
    "shuffle": lambda rng, n: shuffled(np.arange(n), rng),
    "shuffle_rows": lambda rng, n: shuffled(np.arange(3 * n).reshape(n, 3), rng),
    "choice": lambda rng, n: rng.choice(1000, n),
    "choice_once": lambda rng, n: rng.choice(2 * n, n, replace=False),
    "choice_weighted": lambda rng, n: rng.choice(5, n, p=[0.1, 0.2, 0.0, 0.3, 0.4]),
    "choice_weighted_once": lambda rng, n: rng.choice(2 * n, n, replace=False, p=increasing(n)),
    "mixed": mixed,
}


def lines():
    for seed in SEEDS:
        for name, draw in WHAT.items():
            if seed in LISTED:
                yield seed, name, words(draw(generator(seed), N_LISTED))
            yield seed, "hash_" + name, fnv1a64(draw(generator(seed), N_HASHED))


folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
with open(folder / "random_state.txt", "w") as file:
    for seed, name, numbers in lines():
        print(seed, name, *(f"{word:x}" for word in numbers), file=file)
