//! Draws for whole blocks of elements at once, or along one stream: bit for bit those of the paired streams of the
//! elements (see [`StreamKey::paired_stream`]), or of the stream.
//!
//! The loops have no branches on what is drawn and are always inlined: they vectorise in their caller, also under
//! `#[target_feature]`. What a draw needs more than one `u64` for, such as a Poisson count of mean 10 and more, is drawn
//! from the paired [`Stream`](crate::Stream) of its element instead.

use crate::key::StreamKey;
use crate::sample::{N_AT_ONCE, PoissonTable, normals_from_bits};

/// The first `u64` of each of the paired streams at (`first_index + i`, `step`, `site`), into `out[i]`.
///
/// Indices go on from 0 after the last one. One block serves two of them: measured in blocks of 1024, 1 ns a number with
/// AVX-512.
///
/// # Examples
/// ```
/// use pontine_rng::{StreamKey, columns::paired_columns};
///
/// let key = StreamKey::new(1, "Population:exc", "step");
/// let mut bits = [0; 3];
/// paired_columns(key, 41, 7, 0, &mut bits);
/// assert_eq!(bits[2], key.paired_stream(43, 7, 0).next_u64());
/// ```
#[inline(always)]
pub fn paired_columns(key: StreamKey, first_index: u64, step: u32, site: u16, out: &mut [u64]) {
    let halves = |pair: u64| {
        let [a, b, c, d] = key.block(pair & u64::MAX >> 1, step, site, 0);
        [a as u64 | (b as u64) << 32, c as u64 | (d as u64) << 32]
    };
    let odd = first_index as usize & 1;
    let (head, pairs) = out.split_at_mut(odd.min(out.len()));
    if let [bits] = head {
        *bits = halves(first_index >> 1)[1];
    }
    let first_pair = (first_index >> 1) + odd as u64;
    let n_pairs = pairs.len() / 2;
    let (whole, rest) = pairs.as_chunks_mut::<2>();
    for (i, pair) in whole.iter_mut().enumerate() {
        *pair = halves(first_pair.wrapping_add(i as u64));
    }
    if let [bits] = rest {
        *bits = halves(first_pair.wrapping_add(n_pairs as u64))[0];
    }
}

/// The `u64`s number `first`, `first + 1`, … of one stream, that at (`index`, `step`, `site`); `first` is even.
///
/// # Panics
/// If `first` is odd, or numbers beyond [`MAX_ALONG`] are asked for.
///
/// # Examples
/// ```
/// use pontine_rng::{StreamKey, columns::along_stream};
///
/// let key = StreamKey::new(1, "Projection:p", "connect");
/// let mut bits = [0; 100];
/// along_stream(key, 5, 0, 0, 2, &mut bits);
/// let mut stream = key.stream(5, 0, 0);
/// let _ = (stream.next_u64(), stream.next_u64());
/// assert!(bits.into_iter().all(|bits| bits == stream.next_u64()));
/// ```
#[inline(always)]
pub fn along_stream(
    key: StreamKey,
    index: u64,
    step: u32,
    site: u16,
    first: usize,
    out: &mut [u64],
) {
    assert!(
        first.is_multiple_of(2) && first + out.len() <= MAX_ALONG,
        "{} from {first}",
        out.len()
    );
    let (pairs, last) = out.as_chunks_mut::<2>();
    let halves = |iteration: usize| {
        let [a, b, c, d] = key.block(index, step, site, (first / 2 + iteration) as u16);
        [a as u64 | (b as u64) << 32, c as u64 | (d as u64) << 32]
    };
    if let [bits] = last {
        *bits = halves(pairs.len())[0];
    }
    for (iteration, pair) in pairs.iter_mut().enumerate() {
        *pair = halves(iteration);
    }
}

/// What a key has iterations for.
pub const MAX_ALONG: usize = 1 << 17;

/// A Poisson count of one mean from each of the paired streams at (`first_index + i`, `step`, `site`), into `out[i]`.
///
/// Each is what [`poisson`](crate::sample::poisson) draws from that stream, as any number type that holds a byte.
/// Measured in blocks of 1024 for a mean of 1.6: 2.9 ns a count with AVX-512, 4.4 ns with AVX2, 12 ns without either;
/// from the streams, one by one, 35 ns.
///
/// # Examples
/// ```
/// use pontine_rng::columns::poisson_columns;
/// use pontine_rng::sample::{Poisson, poisson};
/// use pontine_rng::StreamKey;
///
/// let key = StreamKey::new(1, "Population:drive", "step.0");
/// let table = Poisson::new(0.8)?.table().expect("a mean below 10");
/// let mut counts = [0.0_f32; 100];
/// poisson_columns(&table, key, 40, 7, 0, &mut counts);
/// assert_eq!(counts[2], poisson(&mut key.paired_stream(42, 7, 0), 0.8) as f32);
/// # Ok::<(), pontine_rng::SampleError>(())
/// ```
#[inline(always)]
pub fn poisson_columns<T: From<u8>>(
    table: &PoissonTable,
    key: StreamKey,
    first_index: u64,
    step: u32,
    site: u16,
    out: &mut [T],
) {
    let mut index = first_index;
    for counts in out.chunks_mut(N_LANES) {
        let mut bits = [0; N_LANES];
        paired_columns(key, index, step, site, &mut bits[..counts.len()]);
        table.counts(&bits[..counts.len()], counts);
        index = index.wrapping_add(N_LANES as u64);
    }
}

/// A normal number from each of the paired streams at (`first_index + i`, `step`, `site`), into `out[i]`.
///
/// Each is what [`normal`](crate::sample::normal) draws from that stream.
///
/// # Examples
/// ```
/// use pontine_rng::{StreamKey, columns::normal_columns, sample::normal};
///
/// let key = StreamKey::new(1, "Projection:p", "weight");
/// let mut weights = [0.0; 100];
/// normal_columns(87.8, 8.78, key, 40, 0, 0, &mut weights);
/// assert_eq!(weights[2], normal(&mut key.paired_stream(42, 0, 0), 87.8, 8.78));
/// ```
#[inline(always)]
pub fn normal_columns(
    mean: f64,
    sd: f64,
    key: StreamKey,
    first_index: u64,
    step: u32,
    site: u16,
    out: &mut [f64],
) {
    let mut index = first_index;
    for numbers in out.chunks_mut(N_AT_ONCE) {
        let mut bits = [0; N_AT_ONCE];
        let bits = &mut bits[..numbers.len()];
        paired_columns(key, index, step, site, bits);
        normals_from_bits(bits, mean, sd, numbers);
        index = index.wrapping_add(N_AT_ONCE as u64);
    }
}

/// So many that the set-up of a block is a small part of it, so few that they stay in the first cache.
const N_LANES: usize = 256;

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, prop_oneof, proptest};
    use proptest::strategy::{Just, Strategy};

    use super::{along_stream, normal_columns, paired_columns, poisson_columns};
    use crate::key::StreamKey;
    use crate::sample::{Poisson, normal, poisson};

    /// Also where the low or the high word of the index overflows within the block.
    fn first_index() -> impl Strategy<Value = u64> {
        prop_oneof![any::<u64>(), Just((1 << 32) - 5), Just(u64::MAX - 5)]
    }

    proptest! {
        #[test]
        fn paired_bits_are_the_first_of_each_paired_stream(
            raw: u64, first in first_index(), step: u32, site: u16, n in 0_usize..70,
        ) {
            let key = StreamKey::from_raw(raw);
            let mut bits = vec![0; n];
            paired_columns(key, first, step, site, &mut bits);
            for (i, bits) in bits.into_iter().enumerate() {
                let index = first.wrapping_add(i as u64);
                prop_assert_eq!(bits, key.paired_stream(index, step, site).next_u64());
            }
        }

        #[test]
        fn numbers_along_a_stream_are_those_of_the_stream(
            raw: u64, index: u64, step: u32, site: u16, first in 0_usize..50, n in 0_usize..300,
        ) {
            let key = StreamKey::from_raw(raw);
            let mut bits = vec![0; n];
            along_stream(key, index, step, site, 2 * first, &mut bits);
            let mut stream = key.stream(index, step, site);
            (0..2 * first).for_each(|_| {
                stream.next_u64();
            });
            for bits in bits {
                prop_assert_eq!(bits, stream.next_u64());
            }
        }

        #[test]
        fn normal_numbers_are_those_of_the_streams(
            raw: u64, first in first_index(), step: u32, site: u16, n in 0_usize..600,
            mean in -10.0_f64..10.0, sd in 0.0_f64..10.0,
        ) {
            let key = StreamKey::from_raw(raw);
            let mut numbers = vec![f64::NAN; n];
            normal_columns(mean, sd, key, first, step, site, &mut numbers);
            for (i, number) in numbers.into_iter().enumerate() {
                let index = first.wrapping_add(i as u64);
                let expected = normal(&mut key.paired_stream(index, step, site), mean, sd);
                prop_assert_eq!(number.to_bits(), expected.to_bits());
            }
        }

        #[test]
        fn counts_are_those_of_the_streams(
            raw: u64, first in first_index(), step: u32, site: u16, n in 0_usize..600,
            lambda in 0.0_f64..10.0,
        ) {
            let key = StreamKey::from_raw(raw);
            let table = Poisson::new(lambda).unwrap().table().unwrap();
            let mut counts = vec![f64::NAN; n];
            poisson_columns(&table, key, first, step, site, &mut counts);
            for (i, count) in counts.into_iter().enumerate() {
                let index = first.wrapping_add(i as u64);
                prop_assert_eq!(count, poisson(&mut key.paired_stream(index, step, site), lambda) as f64);
            }
        }
    }
}
