//! Currents into cells.

use super::{Cells, Connection, EndObject, Endpoint, Network};
use crate::id::{ConnectionId, PopulationId};

/// The output of a source of current, and the input of cells that takes it.
const OUTPUT: &str = "injected";
const INPUT: &str = "i_inj";

/// Why a current cannot be injected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InjectError {
    /// The source is none: no single cell with the output `injected`.
    #[error(
        "`{label}` ({size} of `{mechanism}`) is no source of current: one cell with the output `{OUTPUT}`"
    )]
    Source {
        /// The population.
        label: String,
        /// Its cells.
        mechanism: String,
        /// How many they are.
        size: usize,
    },
    /// The cells take no current, as sources of spikes do not.
    #[error("`{label}`: cells of kind `{mechanism}` take no current")]
    Target {
        /// The cells.
        label: String,
        /// Their kind.
        mechanism: String,
    },
    /// An id that is not of this network, or neurons of an ensemble.
    #[error("currents are injected into populations of the network and views of them")]
    Cells,
}

impl Network {
    /// Injects a current into cells: a population of one `DCSource`, `ACSource`, `StepCurrentSource`,
    /// `NoisyCurrentSource`, or of any mechanism with an output `injected`, into all that have an input `i_inj`.
    ///
    /// Each cell takes the sum of what is injected. Into an assembly it is done member by member.
    ///
    /// # Errors
    /// [`InjectError`] if the source is none, or the cells take no current.
    pub fn inject(
        &mut self,
        source: PopulationId,
        cells: impl Into<Cells>,
    ) -> Result<ConnectionId, InjectError> {
        let cells = cells.into();
        let label = self.check_source(source)?;
        let target = self.population_of(cells).ok_or(InjectError::Cells)?;
        self.check_target(target)?;
        let slice = match cells {
            Cells::View(view) => {
                let view = self.views.get(view).ok_or(InjectError::Cells)?;
                Some(view.indices.iter().map(|&i| i as usize).collect())
            }
            Cells::Population(_) | Cells::Neurons(_) => None,
        };
        let size = slice.as_ref().map_or(self.populations[target].size, |s: &Vec<usize>| s.len());
        let port = |population, port: &str| {
            Endpoint::from(EndObject::Population { population, port: port.into() })
        };
        let mut connection = Connection::new(
            Endpoint { slice: Some(vec![0; size].into()), ..port(source, OUTPUT) },
            Endpoint { slice: slice.map(Into::into), ..port(target, INPUT) },
        );
        connection.options.synapse = Some(None);
        connection.label = label.map(|label| format!("{label}.{OUTPUT}"));
        Ok(self.add(connection))
    }

    fn check_source(&self, id: PopulationId) -> Result<Option<String>, InjectError> {
        let source = self.populations.get(id).ok_or(InjectError::Cells)?;
        let is_source = source.mechanism.output_index(OUTPUT).is_some() && source.size == 1;
        if is_source {
            return Ok(source.label.clone());
        }
        Err(InjectError::Source {
            label: source.label.clone().unwrap_or_default(),
            mechanism: source.mechanism.name.clone(),
            size: source.size,
        })
    }

    fn check_target(&self, id: PopulationId) -> Result<(), InjectError> {
        let target = self.populations.get(id).ok_or(InjectError::Cells)?;
        if target.mechanism.input_index(INPUT).is_some() && target.spike_times.is_none() {
            return Ok(());
        }
        Err(InjectError::Target {
            label: target.label.clone().unwrap_or_default(),
            mechanism: target.mechanism.name.clone(),
        })
    }
}
