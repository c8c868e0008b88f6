//! Philox4x32-10: four random words as a pure function of a counter and a key.

/// Four random 32-bit words of `counter` under `key`, by ten rounds of Philox4x32.
///
/// One round maps `(c0, c1, c2, c3)` to `(hi(M1 c2) ^ c1 ^ k0, lo(M1 c2), hi(M0 c0) ^ c3 ^ k1, lo(M0 c0))` with
/// `M0 = 0xD2511F53`, `M1 = 0xCD9E8D57`; between rounds `(k0, k1)` grows by `(0x9E3779B9, 0xBB67AE85)`.
/// For a fixed key it is a bijection of the 2^128 counters.
///
/// Always inlined, so that a loop over lanes vectorises in its caller, also under `#[target_feature]`.
///
/// # Examples
/// ```
/// use pontine_rng::philox4x32_10;
///
/// assert_eq!(philox4x32_10([0; 4], [0; 2]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
/// ```
///
/// # References
/// Salmon, Moraes, Dror & Shaw (2011), *Parallel random numbers: as easy as 1, 2, 3*.
#[inline(always)]
#[must_use]
pub const fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (mut counter, mut key) = (counter, key);
    let mut n_left = N_ROUNDS;
    while n_left > 1 {
        counter = round(counter, key);
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        n_left -= 1;
    }
    round(counter, key)
}

const N_ROUNDS: u32 = 10;
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// The fractions of the golden ratio and of the square root of three: what the key grows by in each round.
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

#[inline(always)]
const fn round(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (high_0, low_0) = wide_product(MULTIPLIERS[0], counter[0]);
    let (high_1, low_1) = wide_product(MULTIPLIERS[1], counter[2]);
    [high_1 ^ counter[1] ^ key[0], low_1, high_0 ^ counter[3] ^ key[1], low_0]
}

/// The high and the low word of `a · b`.
#[inline(always)]
const fn wide_product(a: u32, b: u32) -> (u32, u32) {
    let product = a as u64 * b as u64;
    ((product >> 32) as u32, product as u32)
}

#[cfg(test)]
mod tests {
    use super::philox4x32_10;

    /// The known answers that Random123 ships.
    #[test]
    fn known_answers_of_random123() {
        let ones = u32::MAX;
        assert_eq!(
            philox4x32_10([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32_10([ones; 4], [ones; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32_10(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }
}
