//! What a run tells at its end, counted on the way: recordings themselves may not fit into memory.

use std::collections::BTreeMap;

use pontine_core_ir::{Id, Model, RecordId, Recording, recording::SeriesData};

use crate::{rates::Window, table::Table};

/// The widest record whose elements are told one by one.
const WIDEST: usize = 8;

/// Counts of all records.
#[derive(Debug)]
pub(crate) struct Tally {
    /// The last step that statistics leave out.
    start: u64,
    /// Paths by the ids of records.
    names: Vec<String>,
    spikes: BTreeMap<String, Spikes>,
    samples: BTreeMap<String, Samples>,
}

/// The spikes of one record.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Spikes {
    /// Number of elements that may spike.
    pub n: usize,
    all: u64,
    after_start: u64,
}

/// The samples of one record.
#[derive(Clone, Debug, Default)]
struct Samples {
    width: usize,
    /// Which elements are recorded, if not all.
    subset: Option<Vec<u32>>,
    unit: String,
    n: u64,
    /// Of each element, or of all together where there are many.
    squares: Vec<f64>,
    last: Vec<f64>,
}

impl Tally {
    /// `start` is the last step that statistics leave out, if the run is long enough.
    pub fn new(model: &Model, start: u64) -> Self {
        let (mut spikes, mut samples) = (BTreeMap::new(), BTreeMap::new());
        for (path, series) in Recording::of(model).series {
            match series.data {
                SeriesData::Events { n, .. } => {
                    spikes.insert(path, Spikes { n, ..Spikes::default() });
                }
                SeriesData::Samples { width, .. } => {
                    samples.insert(path, Samples::of(width, series.subset, series.unit));
                }
            }
        }
        let mut names = Vec::new();
        for (id, record) in model.records.iter() {
            names.resize(id.index() + 1, String::new());
            names[id.index()] = record.path.to_string();
        }
        Self { start, names, spikes, samples }
    }

    /// Counts spikes of a record.
    pub fn events(&mut self, record: RecordId, steps: &[u64], values: &[f64]) {
        let start = self.start;
        let Some(name) = self.names.get(record.index()) else { return };
        let Some(spikes) = self.spikes.get_mut(name) else { return };
        let count = |values: &[f64]| values.iter().map(|value| *value as u64).sum::<u64>();
        // Steps are in order.
        let later = steps.partition_point(|step| *step <= start);
        spikes.all += count(values);
        spikes.after_start += count(&values[later..]);
    }

    /// Counts samples of a record.
    pub fn rows(&mut self, record: RecordId, rows: &[f64]) {
        let Some(name) = self.names.get(record.index()) else { return };
        if let Some(samples) = self.samples.get_mut(name) {
            samples.add(rows);
        }
    }

    /// The spikes of a record.
    pub fn spikes(&self, path: &str) -> Option<Spikes> {
        self.spikes.get(path).copied()
    }

    /// All spikes recorded, those of the discarded time too.
    pub fn n_spikes(&self) -> u64 {
        self.spikes.values().map(|spikes| spikes.all).sum()
    }

    /// Root mean square and last value of each element of narrow records; of wide ones, the root mean
    /// square over all elements.
    pub fn samples(&self) -> Table {
        let mut table = Table::new(&["record", "samples", "rms", "last", "unit"]);
        for (path, samples) in self.samples.iter().filter(|(_, samples)| samples.n > 0) {
            for (column, squares) in samples.squares.iter().enumerate() {
                let numbers = [samples.n.to_string(), samples.rms(*squares), samples.last(column)];
                let row = [samples.name(path, column)].into_iter().chain(numbers);
                table.row(row.chain([samples.unit.clone()]).collect());
            }
        }
        table
    }
}

impl Spikes {
    /// Spikes within a window that begins where statistics do, or with the run.
    pub fn within(&self, window: Window) -> u64 {
        if window.is_all { self.all } else { self.after_start }
    }
}

impl Samples {
    fn of(width: usize, subset: Option<Vec<u32>>, unit: String) -> Self {
        let columns = if width > WIDEST { 1 } else { width };
        let (squares, last) = (vec![0.0; columns], vec![f64::NAN; columns]);
        Self { width, subset, unit, n: 0, squares, last }
    }

    fn is_wide(&self) -> bool {
        self.width > WIDEST
    }

    fn name(&self, path: &str, column: usize) -> String {
        match self.width {
            1 => path.to_owned(),
            width if self.is_wide() => format!("{path}, all {width}"),
            _ => format!("{path}[{}]", self.element(column)),
        }
    }

    fn element(&self, column: usize) -> usize {
        let element = self.subset.as_ref().and_then(|subset| subset.get(column));
        element.map_or(column, |element| *element as usize)
    }

    fn rms(&self, squares: f64) -> String {
        let together = if self.is_wide() { self.width as f64 } else { 1.0 };
        format!("{:.4}", (squares / (self.n as f64 * together)).sqrt())
    }

    fn last(&self, column: usize) -> String {
        if self.is_wide() { String::new() } else { format!("{:.4}", self.last[column]) }
    }

    fn add(&mut self, rows: &[f64]) {
        if self.width == 0 {
            return;
        }
        for row in rows.chunks_exact(self.width) {
            self.n += 1;
            if self.is_wide() {
                self.squares[0] += row.iter().map(|value| value * value).sum::<f64>();
            } else {
                self.squares.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * value);
                self.last.copy_from_slice(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_records_are_told_together_and_narrow_ones_by_their_elements() {
        let mut wide = Samples::of(20, None, String::new());
        wide.add(&[2.0; 40]);
        assert_eq!(
            (wide.n, wide.name("w", 0), wide.rms(wide.squares[0])),
            (2, "w, all 20".into(), "2.0000".into())
        );
        assert_eq!(wide.last(0), "");
        let mut narrow = Samples::of(2, Some(vec![0, 7]), String::new());
        narrow.add(&[3.0, 1.0]);
        assert_eq!(
            (narrow.name("w", 1), narrow.rms(narrow.squares[0])),
            ("w[7]".into(), "3.0000".into())
        );
    }
}
