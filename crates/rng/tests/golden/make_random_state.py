"""Draws the numbers in random_state.txt from NumPy's legacy RandomState.

    python make_random_state.py > random_state.txt

NumPy 2.3.5 on glibc, x86-64. The legacy generator is frozen by NumPy's policy: no other version should differ, and the
file may be made anew only to add to it. A line is `<seed> <what> <numbers in hex>`: integers as they are, floats as
their 64 bits. `hash_*` is the FNV-1a 64 hash of the little-endian bytes of 100000 numbers.
"""

import numpy as np

SEEDS = [0, 1, 42, 2**31 - 2, 2**32 - 1]
N_DRAWS = 20
N_HASHED = 100_000
MAX_SEED = 2**31 - 1


def words(numbers):
    array = np.asarray(numbers)
    return array.view(np.uint64) if array.dtype == np.float64 else array.astype(np.uint64)


def fnv1a64(numbers):
    state = 0xCBF29CE484222325
    for byte in words(numbers).astype("<u8").tobytes():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return np.array([state], dtype=np.uint64)


def interleaved(rng):
    """Single draws in turn, then arrays that meet the cached normal number."""
    numbers = []
    for _ in range(8):
        numbers += [rng.random_sample(), rng.standard_normal(), rng.randint(MAX_SEED)]
        numbers += [rng.normal(2.0, 0.5), rng.uniform(-3.0, 7.0), rng.randint(1)]
    numbers += [*rng.standard_normal(3), *rng.permutation(7), *rng.normal(-1.0, 3.0, size=4)]
    return np.concatenate([words([number]) for number in numbers])


def shuffled(array, rng):
    rng.shuffle(array)
    return array.ravel()


WHAT = {
    "u32": lambda rng: rng._bit_generator.random_raw(N_DRAWS),
    "random_sample": lambda rng: rng.random_sample(N_DRAWS),
    "uniform": lambda rng: rng.uniform(-3.0, 7.0, size=N_DRAWS),
    "standard_normal": lambda rng: rng.standard_normal(N_DRAWS),
    "normal": lambda rng: rng.normal(2.0, 0.5, size=N_DRAWS),
    "randint_seed": lambda rng: rng.randint(MAX_SEED, size=N_DRAWS),
    "randint_10": lambda rng: rng.randint(10, size=N_DRAWS),
    "randint_most": lambda rng: rng.randint(2**32 - 1, size=N_DRAWS),
    "interleaved": interleaved,
    "permutation": lambda rng: rng.permutation(N_DRAWS),
    "shuffle": lambda rng: shuffled(np.arange(N_DRAWS), rng),
    "shuffle_rows": lambda rng: shuffled(np.arange(3 * N_DRAWS).reshape(N_DRAWS, 3), rng),
    "hash_random_sample": lambda rng: fnv1a64(rng.random_sample(N_HASHED)),
    "hash_standard_normal": lambda rng: fnv1a64(rng.standard_normal(N_HASHED)),
    "hash_randint_seed": lambda rng: fnv1a64(rng.randint(MAX_SEED, size=N_HASHED)),
}

for seed in SEEDS:
    for name, draw in WHAT.items():
        print(seed, name, *(f"{word:x}" for word in words(draw(np.random.RandomState(seed)))))
