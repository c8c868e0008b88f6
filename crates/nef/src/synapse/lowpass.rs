//! The first-order low-pass filter, with the bits of Nengo's coefficients.

/// `y ← decay · y + gain · u` in each step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstOrder {
    /// What is kept of the output.
    pub decay: f64,
    /// What is added of the input.
    pub gain: f64,
}

/// The low-pass filter `1 / (tau s + 1)` under a zero-order hold, for `tau >= 0` and `dt > 0`, s.
///
/// `decay = exp(-dt / tau)` and `gain = 1 - decay`, up to rounding: as in Nengo both come from the
/// exponential of the matrix `[[-1/tau, 1], [0, 0]] dt`, by Padé's approximation, so that they are
/// Nengo's to the last bit while `dt < 2 tau`. A `tau` of 0 is a pure delay of one step.
///
/// # Examples
/// ```
/// use pontine_nef::synapse::lowpass;
/// assert_eq!(lowpass(0.005, 0.001).decay, 0.8187307530779818);
/// assert_eq!(lowpass(0.0, 0.001).gain, 1.0);
/// ```
pub fn lowpass(tau: f64, dt: f64) -> FirstOrder {
    if tau <= 0.0 {
        return FirstOrder { decay: 0.0, gain: 1.0 };
    }
    let rate = 1.0 / tau;
    let (p, q) = (-rate * dt, dt);
    match pade_order(p.abs().max(q)) {
        Some(coefficients) => {
            let (decay, held) = exponential(coefficients, p, q);
            FirstOrder { decay, gain: held * rate }
        }
        None => FirstOrder { decay: p.exp(), gain: -p.exp_m1() },
    }
}

/// Coefficients of the numerator of the diagonal approximants of orders 3, 5, 7, 9, and the
/// largest norm for which each is exact to rounding: Higham (2005), *The scaling and squaring
/// method for the matrix exponential revisited*, table 2.3.
const PADE: [(f64, &[f64]); 4] = [
    (1.495585217958292e-2, &[120.0, 60.0, 12.0, 1.0]),
    (2.53939833006323e-1, &[30240.0, 15120.0, 3360.0, 420.0, 30.0, 1.0]),
    (
        9.504178996162932e-1,
        &[17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0, 1.0],
    ),
    (
        2.097847961257068,
        &[
            17643225600.0,
            8821612800.0,
            2075673600.0,
            302702400.0,
            30270240.0,
            2162160.0,
            110880.0,
            3960.0,
            90.0,
            1.0,
        ],
    ),
];

fn pade_order(norm: f64) -> Option<&'static [f64]> {
    PADE.iter().find(|(limit, _)| norm < *limit).map(|(_, coefficients)| *coefficients)
}

/// The first row of `exp([[p, q], [0, 0]])`.
///
/// All powers of the matrix have a second row of zeros, so a row `(x, y)` stands for each.
fn exponential(coefficients: &[f64], p: f64, q: f64) -> (f64, f64) {
    let square = (p * p, p * q);
    let (odd, even) = polynomials(coefficients, square);
    // Sums of products as BLAS makes them: fused.
    let odd = (p * (odd.0 + coefficients[1]), q.mul_add(coefficients[1], p * odd.1));
    let even = (even.0 + coefficients[0], even.1);
    let (above, below) = ((even.0 + odd.0, even.1 + odd.1), (even.0 - odd.0, even.1 - odd.1));
    // Division by the pivot as LAPACK's libraries do it: one reciprocal.
    let reciprocal = 1.0 / below.0;
    (above.0 * reciprocal, (above.1 - below.1) * reciprocal)
}

/// The terms of odd and of even index, without those of the identity, from the highest power down.
fn polynomials(coefficients: &[f64], square: (f64, f64)) -> ((f64, f64), (f64, f64)) {
    let n_powers = (coefficients.len() - 1) / 2;
    let powers: Vec<(f64, f64)> =
        std::iter::successors(Some(square), |last| Some((last.0 * square.0, last.0 * square.1)))
            .take(n_powers)
            .collect();
    let sum = |offset: usize| {
        let term = |(i, power): (usize, &(f64, f64))| {
            let c = coefficients[2 * (i + 1) + offset];
            (c * power.0, c * power.1)
        };
        powers.iter().enumerate().rev().map(term).fold((0.0, 0.0), |s, t| (s.0 + t.0, s.1 + t.1))
    };
    (sum(1), sum(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// tau, decay and the state's gain (before the output's factor 1/tau) of Nengo 4.1 at dt 1 ms.
    const NENGO: [(f64, f64, f64); 10] = [
        (0.005, 0.8187307530779818, 0.0009063462346100906),
        (0.01, 0.9048374180359594, 0.0009516258196404042),
        (0.1, 0.990049833749168, 0.0009950166250831947),
        (0.001, 0.36787944117144233, 0.0006321205588285577),
        (0.02, 0.951229424500714, 0.0009754115099857198),
        (0.0005, 0.13533528323661267, 0.00043233235838169363),
        (1.0, 0.9990004998333749, 0.0009995001666250085),
        (0.05, 0.9801986733067553, 0.000990066334662235),
        (0.003, 0.7165313105737893, 0.0008504060682786323),
        (0.00031, 0.03972373338644101, 0.00029768564265020324),
    ];

    #[test]
    fn coefficients_are_nengos() {
        for (tau, decay, held) in NENGO {
            let filter = lowpass(tau, 0.001);
            if tau > 0.0005 {
                assert_eq!((filter.decay, filter.gain), (decay, held * (1.0 / tau)), "{tau}");
            }
            assert!((filter.decay / decay - 1.0).abs() < 1e-14, "{tau}");
            assert!((filter.gain * tau / held - 1.0).abs() < 1e-14, "{tau}");
        }
    }

    proptest! {
        #[test]
        fn a_constant_passes_unchanged(tau in 0.0..10.0f64, dt in 1e-6..1e-1f64) {
            let filter = lowpass(tau, dt);
            prop_assert!((filter.decay + filter.gain - 1.0).abs() < 1e-12);
            prop_assert!((filter.decay - (-dt / tau).exp()).abs() < 1e-14);
        }
    }
}
