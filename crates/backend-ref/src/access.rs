//! Reading and writing numbers of a running model.

use std::sync::Arc;

use pontine_core_ir::{
    OperatorId,
    port::{AccessError, Address},
};
use pontine_mechanism::Real;

use crate::{
    cells::{Cells, check_length},
    plan::SignalPlace,
    receptor::Projection,
    rows::{PerSynapse, Rows},
    simulation::RefSimulation,
};

impl<F: Real> RefSimulation<F> {
    /// Numbers at an address, if there are any.
    pub fn read_at(&self, address: Address) -> Option<Vec<f64>> {
        match address {
            Address::Signal(signal) => Some(match self.index.signal(signal)? {
                SignalPlace::Dense(column) => to_f64(&self.engine.dense[column.range()]),
                SignalPlace::Spikes(spikes) => self.engine.spikes[spikes].to_dense(),
            }),
            Address::State(op, state) => self.group(op)?.read_state(state),
            Address::Parameter(op, parameter) => self.group(op)?.read_parameter(parameter),
            Address::Weights(op) => Some(to_f64(self.projection(op)?.rows.weights.as_slice())),
            Address::Delays(op) => {
                let delays = self.projection(op)?.rows.delays.as_slice();
                Some(delays.iter().copied().map(f64::from).collect())
            }
            Address::Synapses(op) => Some(ends(&self.projection(op)?.rows)),
            _ => None,
        }
    }

    /// Replaces the numbers at an address.
    pub fn write_at(&mut self, address: Address, values: &[f64]) -> Result<(), AccessError> {
        match address {
            Address::Signal(signal) => match self.index.signal(signal) {
                Some(SignalPlace::Dense(column)) => {
                    check_length(address, values, column.len)?;
                    let places = &mut self.engine.dense[column.range()];
                    places.iter_mut().zip(values).for_each(|(p, v)| *p = F::from_f64(*v));
                    Ok(())
                }
                Some(SignalPlace::Spikes(_)) => Err(AccessError::ReadOnly(address)),
                None => Err(AccessError::Nothing(address)),
            },
            Address::State(op, state) => {
                self.group_mut(op, address)?.write_state(address, state, values)
            }
            Address::Parameter(op, parameter) => {
                self.group_mut(op, address)?.write_parameter(address, parameter, values)
            }
            Address::Weights(op) => self.write_weights(op, address, values),
            Address::Delays(op) => self.write_delays(op, address, values),
            Address::Synapses(op) => Err(match self.projection(op) {
                Some(_) => AccessError::ReadOnly(address),
                None => AccessError::Nothing(address),
            }),
            _ => Err(AccessError::Nothing(address)),
        }
    }

    fn group(&self, op: OperatorId) -> Option<&Cells<F>> {
        self.engine.cells.get(*self.index.groups.get(&op)?)
    }

    fn group_mut(
        &mut self,
        op: OperatorId,
        address: Address,
    ) -> Result<&mut Cells<F>, AccessError> {
        let group = self.index.groups.get(&op).ok_or(AccessError::Nothing(address))?;
        self.engine.cells.get_mut(*group).ok_or(AccessError::Nothing(address))
    }

    fn projection(&self, op: OperatorId) -> Option<&Projection<F>> {
        let &(receptor, projection) = self.index.projections.get(&op)?;
        self.engine.receptors.get(receptor)?.projections.get(projection)
    }

    fn write_weights(
        &mut self,
        op: OperatorId,
        address: Address,
        values: &[f64],
    ) -> Result<(), AccessError> {
        let weights = per_synapse(address, values, self.n_synapses_of(op, address)?, |value| {
            if value.is_finite() {
                return Ok(F::from_f64(value));
            }
            let message = format!("{value} is no weight");
            Err(AccessError::Value { address, message })
        })?;
        self.rewire(op, address, |rows| rows.weights = weights)?;
        let (receptor, _) = self.index.projections[&op];
        self.engine.receptors[receptor].resend(&self.engine.spikes);
        Ok(())
    }

    /// Spikes under way are due by their new delays, as far back as the longest old delay.
    fn write_delays(
        &mut self,
        op: OperatorId,
        address: Address,
        values: &[f64],
    ) -> Result<(), AccessError> {
        let n = self.n_synapses_of(op, address)?;
        let delays = per_synapse(address, values, n, |value| steps(address, value))?;
        let old = self.projection(op).map(|projection| projection.rows.delays.clone());
        self.rewire(op, address, |rows| rows.delays = delays)?;
        let (receptor, _) = self.index.projections[&op];
        let rerouted = self.engine.receptors[receptor].reroute(&mut self.engine.spikes);
        rerouted.map_err(|error| {
            if let Some(old) = old {
                // There was room for the old delays, and there still is.
                let _ = self.rewire(op, address, |rows| rows.delays = old);
            }
            AccessError::Value { address, message: error.to_string() }
        })
    }

    fn n_synapses_of(&self, op: OperatorId, address: Address) -> Result<usize, AccessError> {
        let projection = self.projection(op).ok_or(AccessError::Nothing(address))?;
        Ok(projection.rows.len())
    }

    fn rewire(
        &mut self,
        op: OperatorId,
        address: Address,
        change: impl FnOnce(&mut Rows<F>),
    ) -> Result<(), AccessError> {
        let nothing = AccessError::Nothing(address);
        let Some(&(receptor, projection)) = self.index.projections.get(&op) else {
            return Err(nothing);
        };
        let receptor = self.engine.receptors.get_mut(receptor);
        let projection = receptor.and_then(|receptor| receptor.projections.get_mut(projection));
        change(Arc::make_mut(&mut projection.ok_or(nothing)?.rows));
        self.rewired = true;
        Ok(())
    }
}

fn to_f64<F: Real>(values: &[F]) -> Vec<f64> {
    values.iter().map(|value| value.to_f64()).collect()
}

fn ends<F: Real>(rows: &Rows<F>) -> Vec<f64> {
    let of_source = |source: u32| {
        let targets = &rows.targets[rows.row(source)];
        targets.iter().flat_map(move |&target| [f64::from(source), f64::from(target)])
    };
    (0..rows.n_sources() as u32).flat_map(of_source).collect()
}

fn per_synapse<T: Copy + Default + PartialEq>(
    address: Address,
    values: &[f64],
    n: usize,
    convert: impl Fn(f64) -> Result<T, AccessError>,
) -> Result<PerSynapse<T>, AccessError> {
    if let [value] = values {
        return Ok(PerSynapse::All(convert(*value)?));
    }
    check_length(address, values, n)?;
    let mut all = PerSynapse::Each(values.iter().map(|&v| convert(v)).collect::<Result<_, _>>()?);
    all.compact();
    Ok(all)
}

fn steps(address: Address, value: f64) -> Result<u32, AccessError> {
    if value >= 1.0 && value <= f64::from(u32::MAX) && value.fract() == 0.0 {
        return Ok(value as u32);
    }
    let message = format!("{value} is no number of steps from 1");
    Err(AccessError::Value { address, message })
}
