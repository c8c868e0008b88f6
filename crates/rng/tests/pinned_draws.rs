//! Keyed draws may never change, on no CPU and in no version: stored models and goldens rest on them.
//!
//! Each number is a hash over 2000 draws of one stream. There is no occasion to make them anew, short of
//! a sampler that is found to be wrong.

use pontine_rng::{Stream, StreamKey, sample};

#[test]
fn words() {
    check(0x9b17_d7a7_1f49_1bd6, |rng| rng.next_u64());
}

#[test]
fn uniform_numbers() {
    check(0x5b4c_79e1_f6bf_b080, |rng| sample::uniform(rng, -3.0, 7.0).to_bits());
    check(0x927c_36e2_696f_2344, |rng| sample::bernoulli(rng, 0.3).into());
    check(0x018c_6be4_4ca5_0daa, |rng| sample::below(rng, 1_000_003));
    check(0x9670_2a4b_35bc_6bf2, |rng| sample::uniform_int(rng, -7, 1_000_003) as u64);
}

#[test]
fn normal_and_exponential_numbers() {
    check(0x1932_3c42_74a8_93cb, |rng| sample::standard_normal(rng).to_bits());
    check(0xb25d_5638_0193_b0b1, |rng| sample::normal(rng, -65.0, 5.0).to_bits());
    check(0x83eb_da95_2591_b050, |rng| sample::exponential(rng, 20.0).to_bits());
}

#[test]
fn lognormal_gamma_and_beta_numbers() {
    check(0xf022_80ec_538a_53db, |rng| sample::lognormal(rng, 0.5, 0.25).to_bits());
    check(0xb069_9a23_0d58_86b3, |rng| sample::gamma(rng, 0.4, 2.0).to_bits());
    check(0x30c6_e287_c332_752b, |rng| sample::gamma(rng, 2.5, 2.0).to_bits());
    check(0x72d5_01d5_350d_02d1, |rng| sample::beta(rng, 0.5, 0.01).to_bits());
    check(0x5268_c2b2_be32_f3c4, |rng| sample::beta(rng, 2.0, 3.5).to_bits());
}

#[test]
fn angles() {
    check(0xe254_6729_d6e1_dda5, |rng| sample::vonmises(rng, 0.5, 0.0).to_bits());
    check(0x0392_3366_42b9_17fa, |rng| sample::vonmises(rng, 0.5, 4.0).to_bits());
    check(0x4c6f_d45f_ef4f_cda7, |rng| sample::vonmises(rng, 0.5, 1e7).to_bits());
}

#[test]
fn counts() {
    check(0x4597_780d_d9ad_05a4, |rng| sample::geometric(rng, 0.02));
    check(0x4aa9_f248_c881_53db, |rng| sample::poisson(rng, 0.7));
    check(0xaadb_ad3d_0e13_1cdb, |rng| sample::poisson(rng, 9.5));
    check(0x5901_041d_123e_886d, |rng| sample::poisson(rng, 12.5));
    check(0xd2c8_b0b8_bf70_dd73, |rng| sample::poisson(rng, 1e6));
    check(0xf60c_614a_9e8a_11cb, |rng| sample::binomial(rng, 30, 0.2));
    check(0x4ee5_e1e2_a275_3ad1, |rng| sample::binomial(rng, 1000, 0.85));
    check(0xeb19_dec9_f3ae_0d56, |rng| sample::binomial(rng, 1 << 40, 0.25));
}

#[track_caller]
fn check(pinned: u64, draw: impl Fn(&mut Stream) -> u64) {
    let mut rng = StreamKey::new(1, "Population:pinned", "step.0").stream(2, 3, 4);
    let hash = (0..2000).fold(0xCBF2_9CE4_8422_2325_u64, |hash, _| {
        (hash ^ draw(&mut rng)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    assert_eq!(hash, pinned, "{hash:#018x}");
}
