//! Semantic pointers: vectors that stand for symbols, bound to one another by circular convolution.

use std::{
    collections::BTreeMap,
    f64::consts::TAU,
    iter::{Sum, zip},
    ops::{Add, Mul, Neg, Sub},
};

use pontine_core_ir::{Transform, error::nearest, error::nearest_hint};
use pontine_rng::RandomState;

/// A vector that stands for something.
///
/// `a.bind(&b)` is the circular convolution `c[n] = Σ a[m] b[n - m]`, summed in ascending m; `!a`, written
/// [`inverse`](Self::inverse), is the involution `a[-i]`, which unbinds: `a.bind(&b).unbind(&b)` is like a.
///
/// # Examples
/// ```
/// use pontine_nef::vocabulary::Vocabulary;
/// let mut words = Vocabulary::new(256, 1);
/// let [dog, agent, cat, theme] = ["DOG", "AGENT", "CAT", "THEME"].map(|word| words.add(word));
/// let sentence = dog.bind(&agent) + cat.bind(&theme);
/// let who = sentence.unbind(&agent);
/// assert_eq!(words.nearest(&who).unwrap().0, "DOG");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pointer(Vec<f64>);

impl Pointer {
    /// A pointer of these numbers.
    pub fn new(numbers: Vec<f64>) -> Self {
        Self(numbers)
    }

    /// What changes nothing when it is bound: (1, 0, 0, …).
    pub fn identity(dimensions: usize) -> Self {
        Self((0..dimensions).map(|i| f64::from(u8::from(i == 0))).collect())
    }

    /// The numbers.
    pub fn numbers(&self) -> &[f64] {
        &self.0
    }

    /// The circular convolution with another pointer of this length.
    #[must_use]
    pub fn bind(&self, other: &Self) -> Self {
        let d = self.0.len().min(other.0.len());
        let term = |n: usize, m: usize| self.0[m] * other.0[(d + n - m) % d];
        Self((0..d).map(|n| (0..d).map(|m| term(n, m)).sum()).collect())
    }

    /// What binding with this pointer is undone by, nearly: the involution.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let d = self.0.len();
        Self((0..d).map(|i| self.0[(d - i) % d]).collect())
    }

    /// Bound with the inverse of another.
    #[must_use]
    pub fn unbind(&self, other: &Self) -> Self {
        self.bind(&other.inverse())
    }

    /// The sum of products.
    pub fn dot(&self, other: &Self) -> f64 {
        zip(&self.0, &other.0).map(|(x, y)| x * y).sum()
    }

    /// The length.
    pub fn norm(&self) -> f64 {
        self.dot(self).sqrt()
    }

    /// The cosine of the angle to another; 0 if one of them is 0.
    pub fn similarity(&self, other: &Self) -> f64 {
        let lengths = self.norm() * other.norm();
        if lengths > 0.0 { self.dot(other) / lengths } else { 0.0 }
    }

    /// The same direction with length 1; 0 stays 0.
    #[must_use]
    pub fn normalized(&self) -> Self {
        let norm = self.norm();
        if norm > 0.0 { self * (1.0 / norm) } else { self.clone() }
    }

    /// The pointer whose Fourier coefficients have the same angles and the size 1, so that its inverse
    /// undoes binding wholly.
    #[must_use]
    pub fn unitary(&self) -> Self {
        let d = self.0.len();
        let angle = |k: usize, n: usize| TAU * ((k * n) % d) as f64 / d as f64;
        let coefficient = |k: usize| {
            let part =
                |wave: fn(f64) -> f64| (0..d).map(|n| self.0[n] * wave(angle(k, n))).sum::<f64>();
            let (re, im) = (part(f64::cos), -part(f64::sin));
            let size = re.hypot(im);
            if size > 0.0 { (re / size, im / size) } else { (1.0, 0.0) }
        };
        let spectrum: Vec<(f64, f64)> = (0..d).map(coefficient).collect();
        let term = |n: usize, (k, (re, im)): (usize, &(f64, f64))| {
            re * angle(k, n).cos() - im * angle(k, n).sin()
        };
        let number = |n| spectrum.iter().enumerate().map(|c| term(n, c)).sum::<f64>() / d as f64;
        Self((0..d).map(number).collect())
    }

    /// A matrix (1, dimensions) times `scale`: how like this pointer a vector is.
    pub fn detector(&self, scale: f64) -> Transform {
        self.matrix([1, self.0.len()], scale)
    }

    /// A matrix (dimensions, 1) times `scale`: puts this pointer out, times a number.
    pub fn emitter(&self, scale: f64) -> Transform {
        self.matrix([self.0.len(), 1], scale)
    }

    /// The matrix (dimensions, dimensions) that binds a vector with this pointer.
    pub fn binder(&self) -> Transform {
        let d = self.0.len();
        crate::networks::matrix(d, d, |n, m| self.0[(d + n - m) % d])
    }

    fn matrix(&self, [rows, columns]: [usize; 2], scale: f64) -> Transform {
        crate::networks::matrix(rows, columns, |i, j| scale * self.0[i.max(j)])
    }
}

impl Add for Pointer {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(zip(self.0, other.0).map(|(x, y)| x + y).collect())
    }
}

impl Sub for Pointer {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(zip(self.0, other.0).map(|(x, y)| x - y).collect())
    }
}

impl Neg for Pointer {
    type Output = Self;

    fn neg(self) -> Self {
        &self * -1.0
    }
}

impl Mul<f64> for &Pointer {
    type Output = Pointer;

    fn mul(self, factor: f64) -> Pointer {
        Pointer(self.0.iter().map(|x| x * factor).collect())
    }
}

impl Mul<f64> for Pointer {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        &self * factor
    }
}

impl Sum for Pointer {
    fn sum<I: Iterator<Item = Self>>(pointers: I) -> Self {
        pointers.reduce(|a, b| a + b).unwrap_or(Self(Vec::new()))
    }
}

/// Pointers by name, drawn so that none is like another.
///
/// Draws are those of Nengo 4.1's `spa.Vocabulary`: normal numbers, scaled to length 1; up to a hundred
/// for each name, of which the first is taken that is like none before by more than 0.1, or else the one
/// that is least so.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    dimensions: usize,
    rng: RandomState,
    is_unitary: bool,
    max_similarity: f64,
    names: Vec<String>,
    pointers: BTreeMap<String, Pointer>,
}

/// A name that is not in a vocabulary.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the vocabulary has no `{name}`{}", nearest_hint(.nearest))]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// The name most like it.
    pub nearest: Option<String>,
}

const N_ATTEMPTS: usize = 100;

impl Vocabulary {
    /// An empty vocabulary of vectors of so many dimensions.
    pub fn new(dimensions: usize, seed: u32) -> Self {
        Self {
            dimensions,
            rng: RandomState::new(seed),
            is_unitary: false,
            max_similarity: 0.1,
            names: Vec::new(),
            pointers: BTreeMap::new(),
        }
    }

    /// The same, whose pointers are [unitary](Pointer::unitary).
    #[must_use]
    pub fn unitary(mut self) -> Self {
        self.is_unitary = true;
        self
    }

    /// The same, with pointers as like one another as this.
    #[must_use]
    pub fn max_similarity(mut self, similarity: f64) -> Self {
        self.max_similarity = similarity;
        self
    }

    /// Length of the vectors.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Draws a pointer for a name, unless it has one.
    pub fn add(&mut self, name: &str) -> Pointer {
        if let Some(pointer) = self.pointers.get(name) {
            return pointer.clone();
        }
        let pointer = self.draw();
        self.set(name, pointer.clone());
        pointer
    }

    /// Gives a name to a pointer of one's own, such as a sum of others.
    pub fn set(&mut self, name: &str, pointer: Pointer) {
        if self.pointers.insert(name.to_owned(), pointer).is_none() {
            self.names.push(name.to_owned());
        }
    }

    /// The pointer of a name.
    ///
    /// # Errors
    /// [`UnknownName`] with the nearest one there is.
    pub fn get(&self, name: &str) -> Result<&Pointer, UnknownName> {
        self.pointers.get(name).ok_or_else(|| UnknownName {
            name: name.to_owned(),
            nearest: nearest(name, self.names.iter().map(String::as_str)),
        })
    }

    /// All names and pointers, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Pointer)> {
        self.names.iter().map(|name| (name.as_str(), &self.pointers[name]))
    }

    /// The pointers as rows: what an associative memory takes as keys.
    pub fn vectors(&self) -> Vec<Vec<f64>> {
        self.iter().map(|(_, pointer)| pointer.0.clone()).collect()
    }

    /// The name most like a vector, and how like it is.
    pub fn nearest(&self, pointer: &Pointer) -> Option<(&str, f64)> {
        let found = self.iter().map(|(name, own)| (name, own.similarity(pointer)));
        found.max_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    fn draw(&mut self) -> Pointer {
        let mut best: Option<(f64, Pointer)> = None;
        for _ in 0..N_ATTEMPTS {
            let pointer = self.draw_one();
            let likest = self.pointers.values().map(|other| pointer.dot(other));
            let likest = likest.fold(f64::NEG_INFINITY, f64::max);
            if best.as_ref().is_none_or(|(least, _)| likest < *least) {
                best = Some((likest, pointer));
            }
            if likest < self.max_similarity {
                break;
            }
        }
        best.map_or_else(|| Pointer::identity(self.dimensions), |(_, pointer)| pointer)
    }

    fn draw_one(&mut self) -> Pointer {
        let numbers = (0..self.dimensions).map(|_| self.rng.standard_normal());
        let pointer = Pointer(numbers.collect()).normalized();
        if self.is_unitary { pointer.unitary() } else { pointer }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pointer(d: usize) -> impl Strategy<Value = Pointer> {
        prop::collection::vec(-1.0..1.0, d).prop_map(Pointer)
    }

    fn near(a: &Pointer, b: &Pointer) -> bool {
        zip(&a.0, &b.0).all(|(a, b)| (a - b).abs() < 1e-9)
    }

    proptest! {
        #[test]
        fn binding_is_a_commutative_group_of_unitary_pointers(
            (a, b, c) in (1usize..12).prop_flat_map(|d| (pointer(d), pointer(d), pointer(d)))
        ) {
            prop_assert!(near(&a.bind(&b), &b.bind(&a)));
            prop_assert!(near(&a.bind(&b).bind(&c), &a.bind(&b.bind(&c))));
            prop_assert_eq!(a.bind(&Pointer::identity(a.0.len())), a.clone());
            let unitary = b.unitary();
            prop_assert!(near(&a.bind(&unitary).unbind(&unitary), &a));
            prop_assert!(near(&unitary.unitary(), &unitary));
        }
    }

    #[test]
    fn matrices_do_what_pointers_do() {
        let mut words = Vocabulary::new(7, 2);
        let (a, b) = (words.add("A"), words.add("B"));
        let Transform::Dense(binder) = a.binder() else { panic!("no matrix") };
        let rows = binder.data().chunks(7).map(|row| zip(row, &b.0).map(|(x, y)| x * y).sum());
        assert!(near(&Pointer(rows.collect()), &a.bind(&b)));
        assert_eq!(a.detector(2.0).shape(), [1, 7]);
        assert_eq!(a.emitter(1.0).shape(), [7, 1]);
    }

    #[test]
    fn names_are_kept_and_missed() {
        let mut words = Vocabulary::new(8, 2);
        let cat = words.add("CAT");
        assert_eq!(words.add("CAT"), cat);
        let error = words.get("CATS").unwrap_err().to_string();
        assert_eq!(error, "the vocabulary has no `CATS`; did you mean `CAT`?");
    }
}
