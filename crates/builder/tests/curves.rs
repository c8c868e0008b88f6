//! What is read off a built model.

use pontine_builder::{
    build,
    curves::{decoding, response_curves, sorted_neurons, tuning_curves},
};
use pontine_core_ir::{Connection, ConnectionId, Ensemble, Model, Network, Node};
use pontine_nef::names::lif;

fn built() -> (Network, Model, ConnectionId) {
    let mut network = Network::new("");
    let a = Ensemble::new(60, 2).radius(1.5).neuron_type(lif(0.02, 0.002)).seeded(2).labelled("a");
    let a = network.add(a);
    let c = network.add(Node::passthrough(1).labelled("c"));
    let product = Connection::new(a, c).computing(|[x, y]: [f64; 2]| [x * y]).transform(2.0);
    let product = network.add(product);
    let model = build(&network, &Default::default()).unwrap();
    (network, model, product)
}

#[test]
fn neurons_reach_their_rates_at_the_radius_in_their_direction() {
    let (_, model, _) = built();
    let rates = response_curves(&model, "Ensemble:a", &[-1.0, 1.0]).unwrap();
    let (low, high) = rates.data().split_at(60);
    let expected = &model.built["Ensemble:a.max_rates"];
    assert!(high.iter().zip(expected.data()).all(|(x, y)| (x - y).abs() < 1e-9), "{high:?}");
    assert!(low.iter().sum::<f64>() < high.iter().sum::<f64>() / 4.0);
    // The same, as a point of the tuning curve: the encoder times the radius.
    let encoders = model.built["Ensemble:a.encoders"].data();
    let point = [[1.5 * encoders[0], 1.5 * encoders[1]]];
    let rates = tuning_curves(&model, "Ensemble:a", point.into()).unwrap();
    assert!((rates.data()[0] - expected.data()[0]).abs() < 1e-9);
}

#[test]
fn decoding_is_near_the_function() {
    let (network, model, product) = built();
    let found = decoding(&network, &model, product, None).unwrap();
    let off = found.targets.data().iter().zip(found.decoded.data()).map(|(t, d)| (t - d).powi(2));
    let rms = (off.sum::<f64>() / found.targets.len() as f64).sqrt();
    // What the solver said, which knows its targets after noise.
    let solved = model.built["Connection#1.rmses"].data()[0];
    assert!((rms - solved).abs() < 1e-9 && rms < 0.2, "{rms}, {solved}");
    let one = decoding(&network, &model, product, Some([[0.5, 0.8]].into())).unwrap();
    assert_eq!((one.targets.data(), one.decoded.shape()), (&[0.4][..], &[1, 1][..]));
    let error = decoding(&network, &model, product, Some([[0.5]].into())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Connection#1`: the array of points has shape [1, 1], but [1, 2] is needed"
    );
}

#[test]
fn sorted_neurons_are_all_there_and_nearer_their_neighbours() {
    let (_, model, _) = built();
    let order = sorted_neurons(&model, "Ensemble:a").unwrap();
    let mut all = order.clone();
    all.sort_unstable();
    assert_eq!(all, (0..60).collect::<Vec<_>>());
    let encoders = model.built["Ensemble:a.encoders"].data();
    let alike = |order: &[usize]| {
        let dot = |pair: &[usize]| {
            let [a, b] = [pair[0], pair[1]].map(|i| &encoders[2 * i..2 * i + 2]);
            a[0] * b[0] + a[1] * b[1]
        };
        order.windows(2).map(dot).sum::<f64>() / 59.0
    };
    assert!(alike(&order) > 0.8 && alike(&all) < 0.3, "{} {}", alike(&order), alike(&all));
    let error = sorted_neurons(&model, "Ensemble:b").unwrap_err().to_string();
    assert_eq!(error, "`Ensemble:b`: the model has no ensemble with neurons there");
}
