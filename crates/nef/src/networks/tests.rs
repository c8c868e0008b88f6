//! What is added is whole; matrices of the convolution against its definition.

use super::*;
use pontine_core_ir::NodeId;

fn check_whole(add: impl FnOnce(&mut Network) -> Result<(), LibraryError>) -> Network {
    let mut network = Network::new("");
    add(&mut network).unwrap();
    network.validate().unwrap();
    network
}

#[test]
fn networks_are_whole() {
    let root = SubnetworkId::ROOT;
    check_whole(|net| {
        let array = EnsembleArray::add(net, root, (10, 3), EnsembleArrayOptions::default())?;
        array.add_neuron_input(net);
        array.add_neuron_output(net);
        Ok(())
    });
    check_whole(|net| BasalGanglia::add(net, root, (10, 3)).map(drop));
    check_whole(|net| Thalamus::add(net, root, (10, 3), 1.0, 0.0).map(drop));
    check_whole(|net| InputGatedMemory::add(net, root, (10, 2), 1.0).map(drop));
    check_whole(|net| Integrator::add(net, root, (10, 2), 0.1).map(drop));
    check_whole(|net| ControlledIntegrator::add(net, root, (10, 2), 0.1).map(drop));
    check_whole(|net| LegendreMemory::add(net, root, (10, 4), 0.5, 0.1).map(drop));
    check_whole(|net| {
        let keys = [vec![1.0, 0.0], vec![0.0, 1.0], vec![0.5, 0.5]];
        let options = AssociativeMemoryOptions {
            inhibitable: true,
            threshold_outputs: Some(5),
            ..AssociativeMemoryOptions::default()
        };
        let memory = AssociativeMemory::add(net, root, (&keys, &keys), options)?;
        memory.add_winner_take_all(net, 1.0);
        memory.add_default(net, &[0.0, 0.0], (5, 0.5)).map(drop)
    });
    check_whole(|net| Oscillator::add(net, root, 10, (0.1, 6.0)).map(drop));
}

#[test]
fn nothing_is_refused_by_name() {
    let mut network = Network::new("");
    let none = Product::add(&mut network, SubnetworkId::ROOT, (1, 2), 1.0).unwrap_err();
    assert_eq!(none.to_string(), "the number of neurons of a product is 1, but must be at least 2");
    let uneven = [vec![1.0], vec![1.0, 2.0]];
    let options = AssociativeMemoryOptions::default();
    let pairs = (&uneven[..], &uneven[..]);
    let none = AssociativeMemory::add(&mut network, SubnetworkId::ROOT, pairs, options);
    assert_eq!(none.unwrap_err().to_string(), "the keys have different lengths: 1 and 2");
    let none = LegendreMemory::add(&mut network, SubnetworkId::ROOT, (1, 1), 0.0, 0.1).unwrap_err();
    assert_eq!(none.to_string(), "the window is 0 s, but must be finite and more than 0");
    let none = BasalGanglia::add(&mut network, SubnetworkId::ROOT, (1, 0)).unwrap_err();
    assert_eq!(none.to_string(), "the number of actions is 0, but must be at least 1");
}

fn between(network: &Network, pre: NodeId, post: NodeId) -> &Tensor {
    let ends = (Endpoint::from(pre), Endpoint::from(post));
    let mut connections = network.connections.iter().map(|(_, connection)| connection);
    let found = connections.find(|c| (&c.pre, &c.post) == (&ends.0, &ends.1)).unwrap();
    let Transform::Dense(tensor) = &found.transform else { panic!("no matrix") };
    tensor
}

fn times_vector(matrix: &Tensor, x: &[f64]) -> Vec<f64> {
    let rows = matrix.data().chunks(x.len());
    rows.map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum()).collect()
}

#[track_caller]
fn check_convolution(d: usize, invert: (bool, bool)) {
    let mut made = None;
    let network = check_whole(|net| {
        let sizes = (10, d);
        made = Some(CircularConvolution::add(net, SubnetworkId::ROOT, sizes, invert, 1.0)?);
        Ok(())
    });
    let made = made.unwrap();
    let [a, b] = [3, 7].map(|k| (0..d).map(|i| ((i * k + 1) % 5) as f64 - 2.0).collect::<Vec<_>>());
    let into_a = times_vector(between(&network, made.input_a, made.product.input_a), &a);
    let into_b = times_vector(between(&network, made.input_b, made.product.input_b), &b);
    let products: Vec<f64> = into_a.iter().zip(into_b).map(|(a, b)| a * b).collect();
    let found = times_vector(between(&network, made.product.output, made.output), &products);
    // The approximate inverse is the involution x[-i].
    let at = |x: &[f64], invert: bool, i: usize| x[if invert { (d - i) % d } else { i }];
    for n in 0..d {
        let terms = (0..d).map(|m| at(&a, invert.0, m) * at(&b, invert.1, (n + d - m) % d));
        assert!((found[n] - terms.sum::<f64>()).abs() < 1e-12, "{d}, {invert:?}: {found:?}");
    }
}

#[test]
fn products_of_coefficients_convolve() {
    for d in 1..9 {
        for invert in [(false, false), (true, false), (false, true), (true, true)] {
            check_convolution(d, invert);
        }
    }
}
