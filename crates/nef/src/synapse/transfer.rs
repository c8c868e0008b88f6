//! Transfer functions, and their form in discrete time.

use ndarray::{Array1, Array2, Axis, s};
use pontine_core_ir::{Param, Spec, SpecError};

use super::{Discrete, FirstOrder, expm::expm};
use crate::linear;

/// What of a numerator counts as 0.
const NEGLIGIBLE: f64 = 1e-14;

/// A ratio of polynomials, the highest power first.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferFunction {
    /// The numerator.
    pub num: Vec<f64>,
    /// The denominator, of at least the numerator's degree.
    pub den: Vec<f64>,
    /// How it is brought to steps, if it is one of continuous time.
    pub method: Option<Method>,
}

/// From continuous time to steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// `zoh`: inputs are constant within a step.
    ZeroOrderHold,
    /// The generalised bilinear transform: 0 is `euler`, a half `bilinear`, 1 `backward_diff`.
    Bilinear(f64),
}

/// `y = c x + d u`, `x ← a x + b u`; without a direct way the new x counts for y.
#[derive(Clone, Debug, PartialEq)]
pub struct StateSpace {
    /// From states to states.
    pub a: Array2<f64>,
    /// From the input to states.
    pub b: Array1<f64>,
    /// From states to the output.
    pub c: Array1<f64>,
    /// From the input to the output.
    pub d: f64,
}

impl StateSpace {
    /// Whether the input of a step is in its output by a way of its own.
    pub fn is_direct(&self) -> bool {
        self.d != 0.0
    }
}

impl TransferFunction {
    /// Of `LinearFilter(num, den, analog=true, method="zoh")`.
    ///
    /// # Errors
    /// [`SpecError`] if a parameter is wrong.
    pub fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["num", "den", "analog", "method"])?;
        let (num, den) = (coefficients(spec, "num")?, coefficients(spec, "den")?);
        if num.len() > den.len() {
            return Err(spec.wrong("num", &Param::from(num), "of no higher degree than `den`"));
        }
        let analog = spec.bool_or("analog", true)?;
        Ok(Self { num, den, method: if analog { Some(method(spec)?) } else { None } })
    }

    /// One behind the other; `None` if only one of them is of continuous time.
    pub fn combine(&self, other: &Self) -> Option<Self> {
        (self.method.is_some() == other.method.is_some()).then(|| Self {
            num: product(&self.num, &other.num),
            den: product(&self.den, &other.den),
            method: self.method,
        })
    }

    /// Real and imaginary part at a frequency: Hz, or cycles in a step.
    pub fn evaluate(&self, frequency: f64) -> (f64, f64) {
        let angle = std::f64::consts::TAU * frequency;
        let at = match self.method {
            Some(_) => (0.0, angle),
            None => (angle.cos(), angle.sin()),
        };
        ratio(polynomial(&self.num, at), polynomial(&self.den, at))
    }

    /// At a time step of `dt` s.
    ///
    /// # Errors
    /// [`SpecError`] if its coefficients are too large for numbers.
    pub fn discrete(&self, dt: f64) -> Result<Discrete, SpecError> {
        let continuous = self.state_space();
        let space = match self.method {
            None => Some(continuous),
            Some(Method::ZeroOrderHold) => continuous.held(dt),
            Some(Method::Bilinear(alpha)) => continuous.bilinear(dt, alpha),
        };
        let is_whole = |space: &StateSpace| {
            let matrices = space.a.iter().chain(&space.b).chain(&space.c);
            matrices.chain([&space.d]).all(|x| x.is_finite())
        };
        space.filter(is_whole).map(StateSpace::simplest).ok_or_else(|| SpecError::Value {
            kind: "LinearFilter".into(),
            name: "den".into(),
            found: format!("{:?}", self.den),
            expected: "such that there is a filter in discrete time",
        })
    }

    /// The controllable canonical form.
    fn state_space(&self) -> StateSpace {
        let order = self.den.len() - 1;
        let den: Array1<f64> = self.den.iter().map(|x| x / self.den[0]).collect();
        let mut num = Array1::zeros(order + 1);
        for (to, from) in num.iter_mut().rev().zip(self.num.iter().rev()) {
            *to = from / self.den[0];
        }
        let mut a = Array2::zeros((order, order));
        let mut b = Array1::zeros(order);
        if order > 0 {
            a.row_mut(0).assign(&-&den.slice(s![1..]));
            b[0] = 1.0;
        }
        (1..order).for_each(|i| a[[i, i - 1]] = 1.0);
        let d = num[0];
        StateSpace { a, b, c: &num.slice(s![1..]) - &(&den.slice(s![1..]) * d), d }
    }
}

impl StateSpace {
    fn held(self, dt: f64) -> Option<Self> {
        let n = self.b.len();
        let mut joined = Array2::zeros((n + 1, n + 1));
        joined.slice_mut(s![..n, ..n]).assign(&(&self.a * dt));
        joined.slice_mut(s![..n, n]).assign(&(&self.b * dt));
        let power = expm(&joined)?;
        let a = power.slice(s![..n, ..n]).to_owned();
        Some(Self { a, b: power.slice(s![..n, n]).to_owned(), ..self })
    }

    fn bilinear(self, dt: f64, alpha: f64) -> Option<Self> {
        let one = Array2::<f64>::eye(self.b.len());
        let implicit = &one - &(&self.a * (alpha * dt));
        let a = linear::solve(implicit.view(), (&one + &(&self.a * ((1.0 - alpha) * dt))).view())?;
        let b = linear::solve(implicit.view(), (&self.b * dt).insert_axis(Axis(1)).view())?;
        let b = b.column(0).to_owned();
        let along = self.c.dot(&b);
        let c = self.c.insert_axis(Axis(1));
        let c = linear::solve(implicit.t(), c.view())?.column(0).to_owned();
        let d = self.d + alpha * along;
        Some(Self { a, b, c, d })
    }

    fn simplest(self) -> Discrete {
        match self.b.len() {
            0 => Discrete::Gain(self.d),
            1 if self.d == 0.0 => Discrete::FirstOrder(vec![FirstOrder {
                decay: self.a[[0, 0]],
                gain: self.c[0] * self.b[0],
            }]),
            _ => Discrete::StateSpace(self),
        }
    }
}

fn coefficients(spec: &Spec, name: &'static str) -> Result<Vec<f64>, SpecError> {
    let numbers = match spec.params.get(name) {
        Some(Param::Array(numbers)) if numbers.iter().all(|x| x.is_finite()) => numbers.to_vec(),
        Some(Param::Number(number)) if number.is_finite() => vec![*number],
        Some(other) => return Err(spec.wrong(name, other, "finite numbers")),
        None => return Err(SpecError::Missing { kind: spec.kind.clone(), name }),
    };
    let limit = if name == "num" { NEGLIGIBLE } else { 0.0 };
    let first = numbers.iter().position(|x| x.abs() > limit);
    match first {
        Some(first) => Ok(numbers[first..].to_vec()),
        None if name == "num" => Ok(vec![0.0]),
        None => Err(spec.wrong(name, &Param::from(numbers), "not all 0")),
    }
}

fn method(spec: &Spec) -> Result<Method, SpecError> {
    match spec.params.get("method") {
        None => Ok(Method::ZeroOrderHold),
        Some(Param::Text(text)) => match text.as_str() {
            "zoh" => Ok(Method::ZeroOrderHold),
            "bilinear" | "tustin" => Ok(Method::Bilinear(0.5)),
            "euler" | "forward_diff" => Ok(Method::Bilinear(0.0)),
            "backward_diff" => Ok(Method::Bilinear(1.0)),
            _ => Err(spec.wrong(
                "method",
                &text.as_str().into(),
                "`zoh`, `bilinear`, `euler` or `backward_diff`",
            )),
        },
        Some(other) => Err(spec.wrong("method", other, "a word")),
    }
}

fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; a.len() + b.len() - 1];
    for (i, a) in a.iter().enumerate() {
        b.iter().enumerate().for_each(|(j, b)| product[i + j] += a * b);
    }
    product
}

fn polynomial(coefficients: &[f64], (re, im): (f64, f64)) -> (f64, f64) {
    let step = |(x, y): (f64, f64), c: &f64| (x * re - y * im + c, x * im + y * re);
    coefficients.iter().fold((0.0, 0.0), step)
}

fn ratio((a, b): (f64, f64), (c, d): (f64, f64)) -> (f64, f64) {
    let square = c * c + d * d;
    ((a * c + b * d) / square, (b * c - a * d) / square)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_its_corner_a_lowpass_halves_the_power() {
        let lowpass = TransferFunction {
            num: vec![1.0],
            den: vec![0.1, 1.0],
            method: Some(Method::ZeroOrderHold),
        };
        let (re, im) = lowpass.evaluate(1.0 / (std::f64::consts::TAU * 0.1));
        assert!((re * re + im * im - 0.5).abs() < 1e-12);
        assert_eq!(lowpass.evaluate(0.0), (1.0, 0.0));
    }

    #[test]
    fn a_numerator_of_higher_degree_is_refused() {
        let spec = Spec::new("LinearFilter").with("num", vec![1.0, 0.0]).with("den", vec![1.0]);
        assert_eq!(
            TransferFunction::from_spec(&spec).unwrap_err().to_string(),
            "`LinearFilter`: `num` is [1.0, 0.0], but must be of no higher degree than `den`"
        );
    }
}
