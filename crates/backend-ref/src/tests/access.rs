//! Reading and writing while a model runs.

use pontine_core_ir::{
    Model, OperatorId,
    port::{AccessError, Address, Simulation, Unattended},
};

use super::{fetch, start};

const TEXT: &str = "model dt=0.001 seed=0 \"\"
mechanism \"mechanism Leak { units population parameter tau = 10 ms receptor excitatory mV { on_spike(w) { v += w } } state v = 1 mV dv/dt = -v / tau solve exact }\"
signal %0 \"s\" events [2] amplitude=5.0
signal %1 \"sum\" dense [2] temporary = [0.0, 0.0]
operator \"s\" 0 spike_list %0 [[1, 2], [2]]
operator \"sum\" 0 reset %1 0.0
operator \"p\" 0 deliver %0 -> %1 list [[1, 0], [0, 1], [0, 0]] weights=[1.0, 2.0, 3.0] delays=[2.0, 3.0, 3.0] weight=0.0 delay=0.0
operator \"q\" 0 deliver %0 -> %1 list [[0, 0]] weight=0.5 delay=1.0
operator \"c\" 0 neurons 2 Leak; receptor excitatory=%1
record \"r\" signal %1 every=1.0 first=first_step unit=\"mV\"
";

fn at(model: &Model, path: &str) -> OperatorId {
    model.operator(path, 0).unwrap()
}

#[test]
fn synapses_read_in_order_of_source_and_ordinal() {
    let (model, simulation) = start(TEXT);
    let (p, q) = (at(&model, "p"), at(&model, "q"));
    let read = |address| simulation.read(address).unwrap();
    assert_eq!(read(Address::Synapses(p)), [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(read(Address::Weights(p)), [2.0, 3.0, 1.0]);
    assert_eq!(read(Address::Delays(p)), [3.0, 3.0, 2.0]);
    assert_eq!(read(Address::Weights(q)), [0.5]);
    assert_eq!(read(Address::Delays(q)), [1.0]);
}

/// What reaches target 0 in steps 1 to 6, if weights are written after step 2.
fn after_write(n_before: u64, write: impl Fn(&Model, &mut dyn Simulation)) -> Vec<f64> {
    let (model, mut simulation) = start(TEXT);
    simulation.run_steps(n_before, &mut Unattended).unwrap();
    write(&model, &mut *simulation);
    simulation.run_steps(6 - n_before, &mut Unattended).unwrap();
    let recording = fetch(&model, &mut *simulation);
    recording.samples("r").unwrap().iter().step_by(2).copied().collect()
}

#[test]
fn weights_written_count_for_spikes_under_way() {
    assert_eq!(after_write(0, |_, _| {}), [0.0, 0.5, 0.5, 3.0 + 1.0, 3.0, 0.0]);
    let write = |model: &Model, simulation: &mut dyn Simulation| {
        let (p, q) = (at(model, "p"), at(model, "q"));
        simulation.write(Address::Weights(p), &[20.0, 30.0, 10.0]).unwrap();
        simulation.write(Address::Weights(q), &[5.0]).unwrap();
    };
    assert_eq!(after_write(2, write), [0.0, 0.5, 5.0, 40.0, 30.0, 0.0]);
}

#[test]
fn delays_written_turn_a_ring_into_queues_and_back() {
    let write = |delays: &'static [f64]| {
        move |model: &Model, simulation: &mut dyn Simulation| {
            simulation.write(Address::Delays(at(model, "p")), delays).unwrap();
        }
    };
    assert_eq!(after_write(0, write(&[4.0])), [0.0, 0.5, 0.5, 0.0, 3.0, 3.0 + 1.0]);
    assert_eq!(after_write(2, write(&[2.0, 2.0, 1.0])), [0.0, 0.5, 0.5 + 3.0 + 1.0, 3.0, 0.0, 0.0]);
}

#[test]
fn a_parameter_may_become_one_for_each_cell() {
    let (model, mut simulation) = start(TEXT);
    let tau = model.parameter_address("c", "tau").unwrap();
    let v = model.state_address("c", "v").unwrap();
    assert_eq!(simulation.read(tau).unwrap(), [10.0]);
    simulation.step().unwrap();
    simulation.write(tau, &[1.0, 2.0]).unwrap();
    simulation.write(v, &[4.0, 4.0]).unwrap();
    assert_eq!(simulation.read(tau).unwrap(), [1.0, 2.0]);
    simulation.step().unwrap();
    let v = simulation.read(v).unwrap();
    assert!((v[0] - (4.0 * (-1.0f64).exp() + 0.5)).abs() < 1e-14);
    assert!((v[1] - 4.0 * (-0.5f64).exp()).abs() < 1e-14);
}

#[test]
fn spikes_read_as_numbers() {
    let (model, mut simulation) = start(TEXT);
    let signal = Address::Signal(model.signal("s").unwrap());
    simulation.step().unwrap();
    assert_eq!(simulation.read(signal).unwrap(), [5.0, 0.0]);
    assert_eq!(simulation.write(signal, &[0.0, 0.0]), Err(AccessError::ReadOnly(signal)));
}

#[test]
fn what_does_not_fit_is_refused() {
    let (model, mut simulation) = start(TEXT);
    let (p, c) = (at(&model, "p"), at(&model, "c"));
    let mut check = |address, values: &[f64], expected: &str| {
        assert_eq!(simulation.write(address, values).unwrap_err().to_string(), expected);
    };
    check(Address::Weights(p), &[1.0, 2.0], &format!("Weights({p:?}) takes 3 values, not 2"));
    check(Address::Delays(p), &[0.5], &format!("Delays({p:?}): 0.5 is no number of steps from 1"));
    check(Address::Synapses(p), &[0.0], &format!("Synapses({p:?}) cannot be written"));
    check(Address::State(c, 1), &[0.0], &format!("there is nothing at State({c:?}, 1)"));
    check(Address::State(c, 0), &[0.0], &format!("State({c:?}, 0) takes 2 values, not 1"));
    check(Address::Parameter(p, 0), &[0.0], &format!("there is nothing at Parameter({p:?}, 0)"));
}
