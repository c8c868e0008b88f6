//! The cells that a row may be joined to, and drawing among them.

use pontine_core_ir::port::{Major, RuleContext, RuleError};
use pontine_mechanism::native::{Supported, Task, dispatch};
use pontine_rng::{
    Stream, StreamKey,
    columns::{MAX_ALONG, along_stream},
    sample::below,
};

/// The cells on the other side of a row, without the row's own cell where that is excluded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partners {
    n_cells: usize,
    excludes_self: bool,
}

/// The key of all draws that say who is joined.
pub(super) fn connect_key(cx: &RuleContext<'_>) -> StreamKey {
    StreamKey::new(cx.seed, cx.path.as_str(), "connect")
}

/// Number of rows on a side.
pub(super) fn n_rows(cx: &RuleContext<'_>, major: Major) -> usize {
    match major {
        Major::Source => cx.n_source,
        Major::Target => cx.n_target,
    }
}

impl Partners {
    pub(super) fn new(cx: &RuleContext<'_>, major: Major, allow_self_connections: bool) -> Self {
        let n_cells = match major {
            Major::Source => cx.n_target,
            Major::Target => cx.n_source,
        };
        Self { n_cells, excludes_self: cx.same_cells && !allow_self_connections }
    }

    /// Number of cells that each row may be joined to.
    pub(super) fn len(&self) -> usize {
        self.n_cells.saturating_sub(usize::from(self.excludes_self))
    }

    /// The `i`-th of them for a row, ascending.
    pub(super) fn at(&self, row: usize, i: usize) -> u32 {
        (i + usize::from(self.excludes_self && i >= row)) as u32
    }

    /// All of them.
    pub(super) fn all(&self, row: usize) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).map(move |i| self.at(row, i))
    }

    /// Whether rows of `n` synapses can be made.
    pub(super) fn check(&self, rule: &str, n: u64) -> Result<(), RuleError> {
        let error = |message| RuleError { rule: rule.to_owned(), message };
        if n > 0 && self.len() == 0 {
            let own = if self.excludes_self { " besides its own" } else { "" };
            return Err(error(format!("a row of {n} synapses has no cell to join{own}")));
        }
        if n > u64::from(u32::MAX) {
            return Err(error(format!(
                "a row of {n} synapses is beyond the limit of {}",
                u32::MAX
            )));
        }
        Ok(())
    }

    /// Adds `n` cells, each drawn from all; ascending.
    pub(super) fn draw_with_replacement(
        &self,
        row: usize,
        n: usize,
        key: StreamKey,
        minor: &mut Vec<u32>,
    ) {
        let bound = self.len() as u64;
        let first = minor.len();
        dispatch(Supported::best(), Draws { key, row: row as u64, bound, n, to: minor });
        let drawn = &mut minor[first..];
        if n * WORTH_BITS < self.len() {
            drawn.sort_unstable();
        } else {
            sort_by_counting(drawn, self.len());
        }
        if self.excludes_self {
            drawn.iter_mut().for_each(|i| *i = self.at(row, *i as usize));
        }
    }

    /// Adds `n` cells: each of all `n div size` times, and `n mod size` different ones once more;
    /// ascending.
    pub(super) fn draw_without_replacement(
        &self,
        row: usize,
        n: usize,
        stream: &mut Stream,
        minor: &mut Vec<u32>,
    ) {
        let size = self.len();
        let (each, rest) = (n / size.max(1), n % size.max(1));
        let chosen = Subset::draw(size, rest, stream);
        if each == 0 {
            return chosen.each(|i| minor.push(self.at(row, i)));
        }
        for i in 0..size {
            let times = each + usize::from(chosen.contains(i));
            minor.extend(std::iter::repeat_n(self.at(row, i), times));
        }
    }
}

/// Words that are made at once.
const MOST_AT_ONCE: usize = 128;

/// Integers below a bound from the stream of a row, with the best instructions that there are.
struct Draws<'a> {
    key: StreamKey,
    row: u64,
    bound: u64,
    n: usize,
    to: &'a mut Vec<u32>,
}

impl Task for Draws<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { key, row, bound, n, to } = self;
        let first = to.len();
        to.resize(first + n, 0);
        let mut fits = n <= MAX_ALONG;
        if fits {
            let mut words = [0; MOST_AT_ONCE];
            for (batch, to) in to[first..].chunks_mut(MOST_AT_ONCE).enumerate() {
                let words = &mut words[..to.len()];
                along_stream(key, row, 0, 0, batch * MOST_AT_ONCE, words);
                for (to, &mut word) in to.iter_mut().zip(words) {
                    let product = u128::from(word) * u128::from(bound);
                    fits &= product as u64 >= bound;
                    *to = (product >> 64) as u32;
                }
            }
        }
        // Hardly ever: then some words may have to be drawn anew.
        if !fits {
            let mut stream = key.stream(row, 0, 0);
            to[first..].fill_with(|| below(&mut stream, bound) as u32);
        }
    }
}

/// Sorts numbers below `size`, of which few are equal: a bit for each number, and a list of those that
/// came before.
fn sort_by_counting(numbers: &mut [u32], size: usize) {
    let (mut present, mut again) = (Subset::empty(size), Vec::new());
    for &number in &*numbers {
        if present.contains(number as usize) {
            again.push(number);
        } else {
            present.insert(number as usize);
        }
    }
    again.sort_unstable();
    let mut again = again.into_iter().peekable();
    let mut places = numbers.iter_mut();
    let mut put = |number| {
        if let Some(place) = places.next() {
            *place = number;
        }
    };
    present.each(|i| {
        let number = i as u32;
        put(number);
        while again.next_if_eq(&number).is_some() {
            put(number);
        }
    });
}

/// Cells for each one drawn up to which a bit for each cell sorts faster than comparing.
const WORTH_BITS: usize = 256;

/// A set of numbers below a bound, one bit each.
struct Subset(Vec<u64>);

impl Subset {
    fn empty(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    /// `n_chosen` of the numbers below `size`, all subsets being equally likely.
    ///
    /// Floyd's method: one draw for each number chosen.
    fn draw(size: usize, n_chosen: usize, stream: &mut Stream) -> Self {
        let mut subset = Self::empty(size);
        for last in size - n_chosen..size {
            let i = below(stream, last as u64 + 1) as usize;
            subset.insert(if subset.contains(i) { last } else { i });
        }
        subset
    }

    fn contains(&self, i: usize) -> bool {
        self.0[i / 64] >> (i % 64) & 1 == 1
    }

    fn insert(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }

    /// Visits the numbers, ascending.
    fn each(&self, mut visit: impl FnMut(usize)) {
        for (at, &word) in self.0.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                visit(at * 64 + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{Partners, StreamKey, Subset, below};

    proptest! {
        #[test]
        fn cells_are_drawn_in_ascending_order_whichever_way_they_are_sorted(
            seed: u64, n_cells in 1_usize..3000, n in 0_usize..90,
        ) {
            let partners = Partners { n_cells, excludes_self: false };
            let key = StreamKey::from_raw(seed);
            let mut drawn = Vec::new();
            partners.draw_with_replacement(0, n, key, &mut drawn);
            let mut stream = key.stream(0, 0, 0);
            let mut expected: Vec<_> =
                (0..n).map(|_| below(&mut stream, n_cells as u64) as u32).collect();
            expected.sort_unstable();
            prop_assert_eq!(drawn, expected);
        }

        #[test]
        fn a_subset_has_its_size_and_is_iterated_in_order(
            seed: u64, size in 0_usize..300, part in 0.0..=1.0,
        ) {
            let n_chosen = (size as f64 * part) as usize;
            let subset = Subset::draw(size, n_chosen, &mut StreamKey::from_raw(seed).stream(0, 0, 0));
            let expected: Vec<_> = (0..size).filter(|&i| subset.contains(i)).collect();
            let mut visited = Vec::new();
            subset.each(|i| visited.push(i));
            prop_assert_eq!(&visited, &expected);
            prop_assert_eq!(expected.len(), n_chosen);
        }
    }
}
