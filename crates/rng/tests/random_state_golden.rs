//! `RandomState` against NumPy's, by the numbers that `golden/make_random_state.py` drew.

use pontine_rng::RandomState;

const GOLDEN: &str = include_str!("golden/random_state.txt");
const N_DRAWS: usize = 20;
const N_HASHED: usize = 100_000;
const MAX_SEED: u32 = (1 << 31) - 1;

#[test]
fn u32() {
    check("u32", |rng| (0..N_DRAWS).map(|_| rng.next_u32().into()).collect());
}

#[test]
fn random_sample() {
    check("random_sample", |rng| floats(N_DRAWS, |numbers| rng.fill_random_sample(numbers)));
}

#[test]
fn uniform() {
    check("uniform", |rng| floats(N_DRAWS, |numbers| rng.fill_uniform(-3.0, 7.0, numbers)));
}

#[test]
fn randint() {
    check("randint_seed", |rng| integers(N_DRAWS, |numbers| rng.fill_randint(MAX_SEED, numbers)));
    check("randint_10", |rng| integers(N_DRAWS, |numbers| rng.fill_randint(10, numbers)));
    check("randint_most", |rng| integers(N_DRAWS, |numbers| rng.fill_randint(u32::MAX, numbers)));
}

#[test]
fn shuffle_and_permutation() {
    check("permutation", |rng| rng.permutation(N_DRAWS).into_iter().map(|i| i as u64).collect());
    check("shuffle", |rng| {
        let mut numbers: Vec<u64> = (0..N_DRAWS as u64).collect();
        rng.shuffle(&mut numbers);
        numbers
    });
    check("shuffle_rows", |rng| {
        let mut numbers: Vec<u64> = (0..3 * N_DRAWS as u64).collect();
        rng.shuffle_rows(&mut numbers, 3);
        numbers
    });
}

#[test]
fn many_draws() {
    check("hash_random_sample", |rng| {
        fnv1a64(&floats(N_HASHED, |numbers| rng.fill_random_sample(numbers)))
    });
    check("hash_randint_seed", |rng| {
        fnv1a64(&integers(N_HASHED, |numbers| rng.fill_randint(MAX_SEED, numbers)))
    });
}

/// These take a logarithm from the platform, as NumPy did where the numbers were drawn.
#[cfg(all(target_arch = "x86_64", target_env = "gnu"))]
mod with_the_logarithm_of_glibc {
    use super::{MAX_SEED, N_DRAWS, N_HASHED, check, floats, fnv1a64};

    #[test]
    fn standard_normal() {
        check("standard_normal", |rng| {
            floats(N_DRAWS, |numbers| rng.fill_standard_normal(numbers))
        });
        check("hash_standard_normal", |rng| {
            fnv1a64(&floats(N_HASHED, |numbers| rng.fill_standard_normal(numbers)))
        });
    }

    #[test]
    fn normal() {
        check("normal", |rng| floats(N_DRAWS, |numbers| rng.fill_normal(2.0, 0.5, numbers)));
    }

    #[test]
    fn interleaved() {
        check("interleaved", |rng| {
            let mut words = Vec::new();
            for _ in 0..8 {
                words.push(rng.random_sample().to_bits());
                words.push(rng.standard_normal().to_bits());
                words.push(rng.randint(MAX_SEED).into());
                words.push(rng.normal(2.0, 0.5).to_bits());
                words.push(rng.uniform(-3.0, 7.0).to_bits());
                words.push(rng.randint(1).into());
            }
            words.extend(floats(3, |numbers| rng.fill_standard_normal(numbers)));
            words.extend(rng.permutation(7).into_iter().map(|i| i as u64));
            words.extend(floats(4, |numbers| rng.fill_normal(-1.0, 3.0, numbers)));
            words
        });
    }
}

/// What `draw` draws, for each seed in the file.
#[track_caller]
fn check(what: &str, draw: impl Fn(&mut RandomState) -> Vec<u64>) {
    let lines: Vec<Vec<&str>> = GOLDEN.lines().map(|line| line.split(' ').collect()).collect();
    let mut n_seeds = 0;
    for line in lines.iter().filter(|line| line[1] == what) {
        let seed: u32 = line[0].parse().unwrap();
        let expected: Vec<u64> =
            line[2..].iter().map(|word| u64::from_str_radix(word, 16).unwrap()).collect();
        assert_eq!(draw(&mut RandomState::new(seed)), expected, "{what} of seed {seed}");
        n_seeds += 1;
    }
    assert_eq!(n_seeds, 5, "{what}");
}

fn floats(n: usize, fill: impl FnOnce(&mut [f64])) -> Vec<u64> {
    let mut numbers = vec![0.0; n];
    fill(&mut numbers);
    numbers.into_iter().map(f64::to_bits).collect()
}

fn integers(n: usize, fill: impl FnOnce(&mut [u32])) -> Vec<u64> {
    let mut numbers = vec![0; n];
    fill(&mut numbers);
    numbers.into_iter().map(u64::from).collect()
}

fn fnv1a64(words: &[u64]) -> Vec<u64> {
    let hash = words
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
    vec![hash]
}
