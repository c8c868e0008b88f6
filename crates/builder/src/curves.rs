//! What one looks at when a model has been built: rates of neurons, how well something is decoded, and an
//! order of neurons for rasters.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use pontine_core_ir::{
    ConnectionId, EndObject, Model, Network, ObjId, Path, Tensor, Value, model::Neurons,
    registry::mechanisms,
};
use pontine_nef::{NeuronModel, Tuning};

use crate::{error::BuildError, nef::at_points};

/// The rates (Hz) of all neurons of an ensemble at points of what it represents, under constant input.
///
/// # Shapes
/// `points`: (points, dimensions). What is returned: (points, neurons).
///
/// # Errors
/// [`BuildError::Unsupported`] if the model has no such ensemble with neurons, [`BuildError::Shape`] if
/// points have other dimensions.
///
/// # Examples
/// ```
/// use pontine_builder::{build, curves::tuning_curves};
/// use pontine_core_ir::{Ensemble, Network};
/// let mut network = Network::new("");
/// network.add(Ensemble::new(20, 1).labelled("a"));
/// let model = build(&network, &Default::default()).unwrap();
/// let rates = tuning_curves(&model, "Ensemble:a", [[-1.0], [0.0], [1.0]].into()).unwrap();
/// assert_eq!(rates.shape(), [3, 20]);
/// ```
pub fn tuning_curves(model: &Model, ensemble: &str, points: Tensor) -> Result<Tensor, BuildError> {
    let built = Built::of(model, ensemble)?;
    let d = built.tuning.encoders.ncols();
    let points = matrix(ensemble, "the array of points", &points, Some(d))?;
    Ok(built.rates(points.view()).into())
}

/// The rates (Hz) of all neurons of an ensemble along their own preferred directions: at shares of the
/// radius.
///
/// # Shapes
/// What is returned: (shares, neurons).
///
/// # Errors
/// [`BuildError::Unsupported`] if the model has no such ensemble with neurons.
pub fn response_curves(
    model: &Model,
    ensemble: &str,
    shares: &[f64],
) -> Result<Tensor, BuildError> {
    let mut built = Built::of(model, ensemble)?;
    let n = built.tuning.gain.len();
    // Neurons of one dimension that all point upwards.
    (built.tuning.encoders, built.tuning.radius) = (Array2::ones((n, 1)), 1.0);
    let points = Array1::from(shares.to_vec()).insert_axis(Axis(1));
    Ok(built.rates(points.view()).into())
}

/// What a connection decodes at points, beside what it should.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// Of what is represented: (points, dimensions).
    pub points: Tensor,
    /// The function's results: (points, its size).
    pub targets: Tensor,
    /// What is decoded from the rates: (points, its size).
    pub decoded: Tensor,
}

/// Decodes at the evaluation points of the connection's ensemble, or at others, before the transform.
///
/// # Errors
/// [`BuildError::Unsupported`] if it decodes nothing, or its decoders were imported; [`BuildError::Shape`]
/// if points have other dimensions.
pub fn decoding(
    network: &Network,
    model: &Model,
    id: ConnectionId,
    points: Option<Tensor>,
) -> Result<Decoded, BuildError> {
    let paths = network.paths();
    let path = &paths[ObjId::from(id)];
    let connection = &network.connections[id];
    let EndObject::Ensemble(ensemble) = connection.pre.object else {
        return Err(unsupported(
            path.as_str(),
            "it decodes nothing: it does not leave an ensemble",
        ));
    };
    let ensemble = paths[ensemble.into()].as_str();
    let built = Built::of(model, ensemble)?;
    let decoders = array(model, path.as_str(), "decoders")?;
    let points = match points {
        None => built.tuning.eval_points.clone(),
        Some(points) => matrix(
            path.as_str(),
            "the array of points",
            &points,
            Some(built.tuning.encoders.ncols()),
        )?,
    };
    let sliced = match &connection.pre.slice {
        None => points.clone(),
        Some(slice) => points.select(Axis(1), slice),
    };
    let targets = match &connection.function {
        None => sliced,
        Some(function) => at_points(path, function, sliced.view())?,
    };
    let decoded = built.rates(points.view()).dot(&decoders);
    Ok(Decoded { points: points.into(), targets: targets.into(), decoded: decoded.into() })
}

/// Neurons of an ensemble in an order in which neighbours are alike in preferred direction and
/// intercept: each is followed by the one most like it of those that are left.
///
/// # Errors
/// [`BuildError::Unsupported`] if the model has no such ensemble with neurons.
pub fn sorted_neurons(model: &Model, ensemble: &str) -> Result<Vec<usize>, BuildError> {
    let Tuning { encoders, intercepts, .. } = Built::of(model, ensemble)?.tuning;
    // The first is the one that lies furthest along the first dimension.
    let mut rest: Vec<usize> = (0..encoders.nrows()).collect();
    let furthest = |a: &usize, b: &usize| encoders[[*a, 0]].total_cmp(&encoders[[*b, 0]]);
    let Some(mut last) = rest.iter().copied().min_by(furthest) else { return Ok(rest) };
    let mut order = vec![last];
    rest.retain(|&i| i != last);
    while !rest.is_empty() {
        let distance = |i: usize| {
            let apart = &encoders.row(i) - &encoders.row(last);
            apart.dot(&apart) + (intercepts[i] - intercepts[last]).powi(2)
        };
        let closer = |(_, a): &(usize, &usize), (_, b): &(usize, &usize)| {
            distance(**a).total_cmp(&distance(**b))
        };
        let Some((place, _)) = rest.iter().enumerate().min_by(closer) else { break };
        last = rest.remove(place);
        order.push(last);
    }
    Ok(order)
}

/// An ensemble as it stands in a model.
struct Built<'m> {
    neurons: &'m Neurons,
    parameters: Vec<f64>,
    maths: &'static dyn pontine_core_ir::port::NeuronMaths,
    tuning: Tuning,
}

impl<'m> Built<'m> {
    fn of(model: &'m Model, ensemble: &str) -> Result<Self, BuildError> {
        let none = || unsupported(ensemble, "the model has no ensemble with neurons there");
        let (_, neurons) = model.neurons(ensemble).ok_or_else(none)?;
        let entry = mechanisms()
            .get(&neurons.mechanism.name)
            .map_err(|source| BuildError::Lookup { path: Path::from_text(ensemble), source })?;
        let parameter = |value: &Value| if let Value::Const(x) = value { *x } else { f64::NAN };
        let get = |name| array(model, ensemble, name);
        let vector = |name| Ok::<_, BuildError>(get(name)?.column(0).to_owned());
        let (encoders, scaled_encoders) = (get("encoders")?, get("scaled_encoders")?);
        let gain = vector("gain")?;
        // Scaled encoders are encoders times gain / radius.
        let largest = |(i, _): &(usize, &f64)| encoders.row(*i).iter().any(|e| *e != 0.0);
        let found = gain.iter().enumerate().find(largest).and_then(|(i, gain)| {
            let j = encoders.row(i).iter().position(|e| *e != 0.0)?;
            Some(encoders[[i, j]] * gain / scaled_encoders[[i, j]])
        });
        Ok(Self {
            neurons,
            parameters: neurons.parameters.iter().map(parameter).collect(),
            maths: entry.maths.ok_or_else(none)?,
            tuning: Tuning {
                radius: found.unwrap_or(1.0),
                eval_points: get("eval_points")?,
                encoders,
                scaled_encoders,
                max_rates: vector("max_rates")?,
                intercepts: vector("intercepts")?,
                gain,
                bias: vector("bias")?,
            },
        })
    }

    fn rates(&self, points: ArrayView2<'_, f64>) -> Array2<f64> {
        let Self { neurons, parameters, maths, tuning } = self;
        let model = NeuronModel { maths: *maths, mechanism: &neurons.mechanism, parameters };
        tuning.activities(points, &model)
    }
}

/// Numbers that were kept when the model was built.
fn array(model: &Model, object: &str, name: &str) -> Result<Array2<f64>, BuildError> {
    let numbers = model.built.get(&format!("{object}.{name}"));
    let numbers = numbers.ok_or_else(|| {
        unsupported(
            object,
            &format!("the model has no `{name}` of it, as it would have if solved for"),
        )
    })?;
    matrix(object, name, numbers, None)
}

/// A tensor as rows and columns.
fn matrix(
    object: &str,
    what: &str,
    numbers: &Tensor,
    columns: Option<usize>,
) -> Result<Array2<f64>, BuildError> {
    let shape = numbers.as_matrix().filter(|shape| columns.is_none_or(|n| n == shape.1));
    let array = shape.and_then(|s| Array2::from_shape_vec(s, numbers.data().to_vec()).ok());
    array.ok_or_else(|| BuildError::Shape {
        path: Path::from_text(object),
        what: what.to_owned(),
        found: numbers.shape().to_vec(),
        expected: vec![numbers.shape().first().copied().unwrap_or(1), columns.unwrap_or(1)],
    })
}

fn unsupported(object: &str, message: &str) -> BuildError {
    BuildError::Unsupported { path: Path::from_text(object), message: message.to_owned() }
}
