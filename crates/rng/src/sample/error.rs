//! What is wrong with the parameters of a distribution or a choice.

/// Why a distribution, a choice or a generator cannot be drawn from.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// A parameter is NaN or outside the numbers that the distribution is defined for.
    #[error("{distribution}: `{parameter}` = {value}, but it must be {requirement}")]
    Parameter {
        /// The distribution, in words.
        distribution: &'static str,
        /// The parameter's name.
        parameter: &'static str,
        /// What was given.
        value: f64,
        /// What it must be, in words.
        requirement: &'static str,
    },
    /// The interval of a uniform distribution is empty or has no finite width.
    #[error("uniform distribution: the interval from {low} to {high} is empty or unbounded")]
    Interval {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// No integer is below 0.
    #[error("uniform integers: no integer lies below 0")]
    EmptyRange,
    /// No integer lies from the lower bound to below the upper one.
    #[error("uniform integers: none lies from {low} to below {high}")]
    EmptyIntegers {
        /// The lower bound.
        low: i64,
        /// The upper bound, which is not drawn.
        high: i64,
    },
    /// More trials than the binomial sampler can count exactly.
    #[error("binomial distribution: {n_trials} trials, but the most is {max}")]
    TooManyTrials {
        /// What was given.
        n_trials: u64,
        /// [`MAX_TRIALS`](crate::sample::MAX_TRIALS).
        max: u64,
    },
    /// A sequence of seeds without a seed.
    #[error("a sequence of seeds must have at least one")]
    NoSeed,
    /// Fewer items than are to be chosen.
    #[error("choice: {size} to be chosen, but only {n_eligible} can be")]
    TooFewItems {
        /// How many items can be chosen.
        n_eligible: usize,
        /// How many are to be.
        size: usize,
    },
    /// Not one probability for each item.
    #[error("choice: {found} probabilities for {n} items")]
    ProbabilitiesLength {
        /// How many items there are.
        n: usize,
        /// How many probabilities were given.
        found: usize,
    },
    /// An item's probability is negative or NaN.
    #[error("choice: the probability of item {item} is {value}")]
    Probability {
        /// The item's position.
        item: usize,
        /// What was given.
        value: f64,
    },
    /// Probabilities that do not add up to 1.
    #[error("choice: the probabilities add up to {sum}, but must to 1")]
    ProbabilitiesSum {
        /// What they add up to.
        sum: f64,
    },
}

/// The parameter of a distribution, with the names that an error would give.
pub(super) struct Parameter {
    pub(super) distribution: &'static str,
    pub(super) name: &'static str,
    pub(super) requirement: &'static str,
}

impl Parameter {
    /// `value`, if it `is_met`.
    pub(super) fn check(&self, value: f64, is_met: bool) -> Result<f64, SampleError> {
        let &Self { distribution, name: parameter, requirement } = self;
        is_met.then_some(value).ok_or(SampleError::Parameter {
            distribution,
            parameter,
            value,
            requirement,
        })
    }
}
