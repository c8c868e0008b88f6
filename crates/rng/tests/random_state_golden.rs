//! `RandomState` against NumPy's, by the numbers that `golden/make_random_state.py` drew.

use pontine_rng::RandomState;

const GOLDEN: &str = include_str!("golden/random_state.txt");
const N_LISTED: usize = 200;
const N_HASHED: usize = 100_000;
const MAX_SEED: u32 = (1 << 31) - 1;

#[test]
fn words_and_uniform_numbers() {
    check_each("u32", |rng| rng.next_u32().into());
    check_each("random_sample", |rng| rng.random_sample().to_bits());
    check_each("uniform", |rng| rng.uniform(-3.0, 7.0).to_bits());
}

#[test]
fn uniform_integers() {
    check_each("randint_seed", |rng| rng.randint(MAX_SEED).into());
    check_each("randint_10", |rng| rng.randint(10).into());
    check_each("randint_most", |rng| rng.randint(u32::MAX).into());
    check_each("randint_signed", |rng| rng.randint_between(-1000, 1000) as u64);
    check_each("randint_32_bits", |rng| rng.randint_between(-5, (1 << 32) - 5) as u64);
    check_each("randint_33_bits", |rng| rng.randint_between(-5, (1 << 32) - 4) as u64);
    check_each("randint_wide", |rng| rng.randint_between(i64::MIN, i64::MAX) as u64);
}

#[test]
fn orders() {
    check("permutation", |rng, n| integers(rng.permutation(n)));
    check("shuffle", |rng, n| {
        let mut numbers: Vec<u64> = (0..n as u64).collect();
        rng.shuffle(&mut numbers);
        numbers
    });
    check("shuffle_rows", |rng, n| {
        let mut numbers: Vec<u64> = (0..3 * n as u64).collect();
        rng.shuffle_rows(&mut numbers, 3);
        numbers
    });
}

#[test]
fn choices() {
    let weights = [0.1, 0.2, 0.0, 0.3, 0.4];
    check("choice", |rng, n| integers(rng.choice(1000, n, true, None).unwrap()));
    check("choice_once", |rng, n| integers(rng.choice(2 * n, n, false, None).unwrap()));
    check("choice_weighted", |rng, n| integers(rng.choice(5, n, true, Some(&weights)).unwrap()));
    check("choice_weighted_once", |rng, n| {
        let sum = (n * (2 * n + 1)) as f64;
        let p: Vec<f64> = (1..=2 * n).map(|weight| weight as f64 / sum).collect();
        integers(rng.choice(2 * n, n, false, Some(&p)).unwrap())
    });
}

/// `n` numbers, by fills of 7, are as many numbers.
#[test]
fn fills() {
    check("random_sample", |rng, n| by_sevens(n, |numbers| rng.fill_random_sample(numbers)));
    check("uniform", |rng, n| by_sevens(n, |numbers| rng.fill_uniform(-3.0, 7.0, numbers)));
    check("randint_seed", |rng, n| {
        let mut numbers = vec![0; n];
        numbers.chunks_mut(7).for_each(|numbers| rng.fill_randint(MAX_SEED, numbers));
        numbers.into_iter().map(u64::from).collect()
    });
}

/// These take elementary functions from the platform, as NumPy did where the numbers were drawn.
#[cfg(all(target_arch = "x86_64", target_env = "gnu"))]
mod with_the_functions_of_glibc {
    use super::{MAX_SEED, by_sevens, check, check_each};
    use pontine_rng::RandomState;

    #[test]
    fn normal_numbers() {
        check_each("standard_normal", |rng| rng.standard_normal().to_bits());
        check_each("normal", |rng| rng.normal(2.0, 0.5).to_bits());
        check_each("lognormal", |rng| rng.lognormal(0.5, 0.25).to_bits());
        check("standard_normal", |rng, n| {
            by_sevens(n, |numbers| rng.fill_standard_normal(numbers))
        });
        check("normal", |rng, n| by_sevens(n, |numbers| rng.fill_normal(2.0, 0.5, numbers)));
    }

    #[test]
    fn exponential_and_gamma_numbers() {
        check_each("exponential", |rng| rng.exponential(20.0).to_bits());
        check_each("gamma_0", |rng| rng.gamma(0.01, 2.0).to_bits());
        check_each("gamma_0.4", |rng| rng.gamma(0.4, 2.0).to_bits());
        check_each("gamma_1", |rng| rng.gamma(1.0, 2.0).to_bits());
        check_each("gamma_2.5", |rng| rng.gamma(2.5, 2.0).to_bits());
        check_each("gamma_1000", |rng| rng.gamma(1000.0, 2.0).to_bits());
        check_each("chisquare", |rng| rng.chisquare(5.0).to_bits());
        check_each("standard_t", |rng| rng.standard_t(3.0).to_bits());
    }

    #[test]
    fn beta_numbers() {
        check_each("beta_tiny", |rng| rng.beta(0.001, 0.002).to_bits());
        check_each("beta_small", |rng| rng.beta(0.5, 1.0).to_bits());
        check_each("beta_mixed", |rng| rng.beta(0.5, 24.5).to_bits());
        check_each("beta_large", |rng| rng.beta(200.0, 3.5).to_bits());
    }

    #[test]
    fn binomial_counts() {
        check_each("binomial_20", |rng| rng.binomial(20, 0.3));
        check_each("binomial_rare", |rng| rng.binomial(1 << 60, 2.0_f64.powi(-56)));
        check_each("binomial_frequent", |rng| rng.binomial(100, 0.9));
        check_each("binomial_100", |rng| rng.binomial(100, 0.5));
        check_each("binomial_1000", |rng| rng.binomial(1000, 0.7));
        check_each("binomial_many", |rng| rng.binomial(1_000_000_000_000, 0.2));
    }

    #[test]
    fn poisson_counts() {
        check_each("poisson_0.3", |rng| rng.poisson(0.3));
        check_each("poisson_9.9", |rng| rng.poisson(9.9));
        check_each("poisson_10", |rng| rng.poisson(10.0));
        check_each("poisson_123.4", |rng| rng.poisson(123.4));
        check_each("poisson_1e15", |rng| rng.poisson(1e15));
    }

    #[test]
    fn angles() {
        check_each("vonmises_flat", |rng| rng.vonmises(0.5, 1e-9).to_bits());
        check_each("vonmises_flatter", |rng| rng.vonmises(0.5, 1e-6).to_bits());
        check_each("vonmises_4", |rng| rng.vonmises(-3.0, 4.0).to_bits());
        check_each("vonmises_sharp", |rng| rng.vonmises(10.0, 1e7).to_bits());
    }

    #[test]
    fn everything_mixed() {
        check("mixed", |rng, n| (0..n / 25).flat_map(|i| round(rng, i)).collect());
    }

    fn round(rng: &mut RandomState, i: usize) -> Vec<u64> {
        let mut drawn = singles(rng);
        drawn.extend((0..i % 4).map(|_| rng.standard_normal().to_bits()));
        drawn.extend((0..i % 3).map(|_| rng.gamma(1.5, 1.0).to_bits()));
        drawn.extend((0..i % 3).map(|_| rng.binomial(1000, 0.4)));
        drawn.extend(super::integers(rng.permutation(5)));
        drawn.extend((0..i % 5).map(|_| rng.normal(-1.0, 3.0).to_bits()));
        drawn.push(rng.standard_t(3.0).to_bits());
        drawn
    }

    fn singles(rng: &mut RandomState) -> Vec<u64> {
        vec![
            rng.random_sample().to_bits(),
            rng.standard_normal().to_bits(),
            rng.randint(MAX_SEED).into(),
            rng.gamma(2.5, 2.0).to_bits(),
            rng.normal(2.0, 0.5).to_bits(),
            rng.uniform(-3.0, 7.0).to_bits(),
            rng.randint(1).into(),
            rng.gamma(0.4, 2.0).to_bits(),
            rng.exponential(20.0).to_bits(),
            rng.lognormal(0.5, 0.25).to_bits(),
            rng.vonmises(0.5, 4.0).to_bits(),
            rng.beta(0.5, 0.7).to_bits(),
            rng.beta(2.0, 3.5).to_bits(),
            rng.binomial(20, 0.3),
            rng.binomial(1000, 0.6),
            rng.poisson(3.2),
            rng.poisson(50.5),
            rng.randint_between(-1000, 1000) as u64,
            rng.choice(7, 1, true, None).unwrap()[0] as u64,
            rng.chisquare(5.0).to_bits(),
        ]
    }
}

/// One number after the other.
#[track_caller]
fn check_each(what: &str, draw: impl Fn(&mut RandomState) -> u64) {
    check(what, |rng, n| (0..n).map(|_| draw(rng)).collect());
}

/// What `draw` draws for 200 and for 100000 numbers, for each seed in the file.
#[track_caller]
fn check(what: &str, draw: impl Fn(&mut RandomState, usize) -> Vec<u64>) {
    for (seed, expected) in golden(what, 3) {
        assert_eq!(draw(&mut generator(seed), N_LISTED), expected, "{what} of seed {seed}");
    }
    for (seed, expected) in golden(&format!("hash_{what}"), 8) {
        let hash = fnv1a64(&draw(&mut generator(seed), N_HASHED));
        assert_eq!([hash], expected[..], "all {what} of seed {seed}");
    }
}

/// The seeds and the numbers of the lines for `what`, of which there are `n_seeds`.
#[track_caller]
fn golden(what: &str, n_seeds: usize) -> Vec<(&'static str, Vec<u64>)> {
    let lines = GOLDEN.lines().filter_map(|line| {
        let mut parts = line.split(' ');
        let seed = parts.next().filter(|_| parts.next() == Some(what))?;
        Some((seed, parts.map(|word| u64::from_str_radix(word, 16).unwrap()).collect()))
    });
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.len(), n_seeds, "{what}");
    lines
}

/// Of a seed, of seeds joined by commas, or of a range of seeds.
fn generator(seed: &str) -> RandomState {
    if let Some((first, end)) = seed.split_once("..") {
        let seeds: Vec<u32> = (first.parse().unwrap()..end.parse().unwrap()).collect();
        RandomState::from_seeds(&seeds).unwrap()
    } else if seed.contains(',') {
        let parts = seed.split(',').filter(|part| !part.is_empty());
        let seeds: Vec<u32> = parts.map(|part| part.parse().unwrap()).collect();
        RandomState::from_seeds(&seeds).unwrap()
    } else {
        RandomState::new(seed.parse().unwrap())
    }
}

fn by_sevens(n: usize, mut fill: impl FnMut(&mut [f64])) -> Vec<u64> {
    let mut numbers = vec![0.0; n];
    numbers.chunks_mut(7).for_each(&mut fill);
    numbers.into_iter().map(f64::to_bits).collect()
}

fn integers(numbers: Vec<usize>) -> Vec<u64> {
    numbers.into_iter().map(|number| number as u64).collect()
}

fn fnv1a64(words: &[u64]) -> u64 {
    words.iter().flat_map(|word| word.to_le_bytes()).fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
