//! Reading and writing states and parameters of synapses, and keeping them over a snapshot.
//!
//! What is read is brought to the step that is over, on a copy, so that reading changes nothing. Writing
//! brings the synapses there themselves: each goes through the same spikes sooner, to the same numbers.

use std::iter::zip;

use pontine_core_ir::{
    OperatorId,
    port::{AccessError, Address},
};
use pontine_mechanism::{Real, Scratch};

use super::{walk, whole_row, wrong};
use crate::{
    plastic::{Plastic, Surroundings},
    receptor::Projection,
    simulation::RefSimulation,
};

/// A state of each synapse of a delivery, if it has such states.
pub(super) fn read_state<F: Real>(
    simulation: &RefSimulation<F>,
    op: OperatorId,
    state: usize,
) -> Option<Vec<f64>> {
    let settled = settled(simulation, op)?;
    settled.first()?.states.get(state)?;
    Some(each(simulation, op, |share, place| settled[share].states[state][place].to_f64()))
}

/// A parameter of the synapses of a delivery: one number, or one for each.
pub(super) fn read_parameter<F: Real>(
    simulation: &RefSimulation<F>,
    op: OperatorId,
    parameter: usize,
) -> Option<Vec<f64>> {
    let all: Option<Vec<&Vec<f64>>> =
        plastics(simulation, op).map(|plastic| plastic?.parameters.get(parameter)).collect();
    let all = all?;
    let first = all.first()?;
    if first.len() == 1 && all.iter().all(|values| values == first) {
        return Some(first.to_vec());
    }
    let at =
        |values: &Vec<f64>, place: usize| if values.len() == 1 { values[0] } else { values[place] };
    Some(each(simulation, op, |share, place| at(all[share], place)))
}

/// Replaces a state by one number, or one for each synapse.
pub(super) fn write_state<F: Real>(
    simulation: &mut RefSimulation<F>,
    (op, state): (OperatorId, usize),
    address: Address,
    values: &[f64],
) -> Result<(), AccessError> {
    let known = plastics(simulation, op).next().flatten();
    known.and_then(|p| p.states.get(state)).ok_or(AccessError::Nothing(address))?;
    check(address, values)?;
    let dealt = simulation.dealt(op, address, values)?;
    for (plastic, values) in zip(settle(simulation, op), dealt) {
        let places = plastic.states[state].iter_mut();
        match &values[..] {
            [value] => places.for_each(|place| *place = F::from_f64(*value)),
            each => zip(places, each).for_each(|(place, value)| *place = F::from_f64(*value)),
        }
    }
    Ok(())
}

/// Replaces a parameter by one number, or one for each synapse.
pub(super) fn write_parameter<F: Real>(
    simulation: &mut RefSimulation<F>,
    (op, parameter): (OperatorId, usize),
    address: Address,
    values: &[f64],
) -> Result<(), AccessError> {
    let known = plastics(simulation, op).next().flatten();
    known.and_then(|p| p.parameters.get(parameter)).ok_or(AccessError::Nothing(address))?;
    check(address, values)?;
    let dealt = simulation.dealt(op, address, values)?;
    for (plastic, values) in zip(settle(simulation, op), dealt) {
        plastic.set_parameter(parameter, values).map_err(|error| wrong(address, error))?;
    }
    Ok(())
}

/// When the last spike was at each synapse, and what spikes under way deliver.
pub(crate) fn save<F: Real>(simulation: &RefSimulation<F>, op: OperatorId) -> (Vec<u64>, Vec<f64>) {
    let Some(settled) = settled(simulation, op) else { return Default::default() };
    let mut last = Vec::new();
    let shares: Vec<_> = simulation.projections(op).collect();
    walk(&shares, |_, share, place| last.push(settled[share].last[place].into()));
    let mut held = Vec::new();
    each_held(simulation, &shares, |share, sent, place| {
        held.push(settled[share].held(sent)[place].to_f64());
    });
    (last, held)
}

/// Forgets all spikes, as if those up to step `now` had been taken in.
pub(crate) fn forget<F: Real>(simulation: &mut RefSimulation<F>, now: u64) {
    for receptor in simulation.engines.iter_mut().flat_map(|engine| &mut engine.receptors) {
        receptor.histories.iter_mut().for_each(|history| history.forget(now));
        let plastics = receptor.projections.iter_mut().filter_map(|p| p.plastic.as_mut());
        plastics.for_each(|plastic| plastic.resume(now, |_| Vec::new()));
    }
}

/// Goes on from what [`save`] gave; all spikes and states are in place.
pub(crate) fn restore<F: Real>(
    simulation: &mut RefSimulation<F>,
    op: OperatorId,
    last: &[u64],
    held: &[f64],
) -> Result<(), String> {
    let shares: Vec<_> = simulation.projections(op).collect();
    let n_synapses: usize = shares.iter().map(|(_, p)| p.rows.len()).sum();
    if last.len() != n_synapses {
        return Err(format!("it has {} synapses where there are {n_synapses}", last.len()));
    }
    let mut lasts: Vec<_> = shares.iter().map(|(_, p)| vec![0; p.rows.len()]).collect();
    let mut next = last.iter();
    walk(&shares, |_, share, place| {
        lasts[share][place] = next.next().copied().unwrap_or_default() as u32;
    });
    let mut helds = vec![std::collections::BTreeMap::<u64, Vec<F>>::new(); shares.len()];
    let mut next = held.iter();
    each_held(simulation, &shares, |share, sent, place| {
        let held = helds[share].entry(sent).or_default();
        if held.len() <= place {
            held.resize(place + 1, F::default());
        }
        held[place] = F::from_f64(next.next().copied().unwrap_or_default());
    });
    let (now, places) = (simulation.n_steps, simulation.places(op));
    for ((share, receptor, i), (last, mut held)) in zip(places, zip(lasts, helds)) {
        let projection = &mut simulation.engines[share].receptors[receptor].projections[i];
        if let Some(plastic) = &mut projection.plastic {
            plastic.last = last;
            plastic.resume(now, |sent| held.remove(&sent).unwrap_or_default());
        }
    }
    Ok(())
}

/// Visits what spikes under way deliver, in the order of (step, source, ordinal): share, step, and place
/// among what the share holds of that step.
fn each_held<F: Real>(
    simulation: &RefSimulation<F>,
    shares: &[(f64, &Projection<F>)],
    mut visit: impl FnMut(usize, u64, usize),
) {
    let ranges: Vec<_> = shares
        .iter()
        .map(|(_, p)| p.plastic.as_ref().map_or(0..0, |p| p.under_way(simulation.n_steps)))
        .collect();
    let first = ranges.iter().map(|range| range.start).min().unwrap_or(0);
    let end = ranges.iter().map(|range| range.end).max().unwrap_or(0);
    let (Some(engine), Some((_, any))) = (simulation.engines.first(), shares.first()) else {
        return;
    };
    let mut row = Vec::new();
    for sent in first..end {
        // What a share holds of a source begins behind what it holds of those before.
        let mut begins = vec![0; shares.len()];
        for &source in engine.spikes[any.source].at(sent).indices() {
            whole_row(shares, source, &mut row);
            for &(_, share, place) in row.iter().filter(|(_, s, _)| ranges[*s].contains(&sent)) {
                let within = place - shares[share].1.rows.row(source).start;
                visit(share, sent, begins[share] + within);
            }
            for (begin, (_, projection)) in zip(&mut begins, shares) {
                *begin += projection.rows.row(source).len();
            }
        }
    }
}

/// The states of a delivery's projections, if they have any.
fn plastics<F: Real>(
    simulation: &RefSimulation<F>,
    op: OperatorId,
) -> impl Iterator<Item = Option<&Plastic<F>>> {
    simulation.projections(op).map(|(_, projection)| projection.plastic.as_ref())
}

/// A number of each synapse, in order of (source, ordinal).
fn each<F: Real>(
    simulation: &RefSimulation<F>,
    op: OperatorId,
    number: impl Fn(usize, usize) -> f64,
) -> Vec<f64> {
    let shares: Vec<_> = simulation.projections(op).collect();
    let mut all = Vec::new();
    walk(&shares, |_, share, place| all.push(number(share, place)));
    all
}

/// Copies of the states of a delivery's projections, as they are after the step that is over.
fn settled<F: Real>(simulation: &RefSimulation<F>, op: OperatorId) -> Option<Vec<Plastic<F>>> {
    let (mut all, mut scratch) = (Vec::new(), Scratch::new());
    for (share, receptor, i) in simulation.places(op) {
        let engine = &simulation.engines[share];
        let receptor = &engine.receptors[receptor];
        let Projection { rows, source, plastic, .. } = &receptor.projections[i];
        let mut plastic = plastic.clone()?;
        let mut around = Surroundings { histories: &receptor.histories, scratch: &mut scratch };
        let source = &engine.spikes[*source];
        plastic.settle(rows, simulation.n_steps, |sent| source.at(sent), &mut around);
        all.push(plastic);
    }
    Some(all)
}

/// The states of a delivery's projections, brought to the step that is over.
fn settle<F: Real>(
    simulation: &mut RefSimulation<F>,
    op: OperatorId,
) -> impl Iterator<Item = &mut Plastic<F>> {
    let now = simulation.n_steps;
    for (share, receptor, _) in simulation.places(op) {
        let engine = &mut simulation.engines[share];
        engine.receptors[receptor].settle(now, &engine.spikes, &mut engine.scratch);
    }
    let receptors = simulation.engines.iter_mut().flat_map(|engine| &mut engine.receptors);
    let projections = receptors.flat_map(|receptor| &mut receptor.projections);
    projections.filter(move |p| p.operator == op).filter_map(|p| p.plastic.as_mut())
}

fn check(address: Address, values: &[f64]) -> Result<(), AccessError> {
    match values.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(value) => {
            Err(AccessError::Value { address, message: format!("{value} is not finite") })
        }
    }
}
