//! What was recorded, as a table in text.

use std::{collections::BTreeMap, fmt::Write};

use pontine_core_ir::recording::{Series, SeriesData};

/// A row for each step in which anything was recorded, `t` (s) first.
pub(crate) fn csv(series: &[(String, &Series)], dt_s: f64) -> String {
    let mut text = "t".to_owned();
    let mut rows = BTreeMap::<u64, Vec<(usize, String)>>::new();
    let mut width = 0;
    for (name, series) in series {
        let names = names(name, series);
        names.iter().for_each(|name| text.extend([",", name]));
        add(&mut rows, series, width);
        width += names.len();
    }
    text.push('\n');
    for (step, cells) in rows {
        let _ = write!(text, "{}", step as f64 * dt_s);
        let mut line = vec![""; width];
        cells.iter().for_each(|(column, cell)| line[*column] = cell);
        line.iter().for_each(|cell| text.extend([",", cell]));
        text.push('\n');
    }
    text
}

/// The names of its columns.
fn names(name: &str, series: &Series) -> Vec<String> {
    match &series.data {
        SeriesData::Events { .. } | SeriesData::Samples { width: 1, .. } => vec![quoted(name)],
        SeriesData::Samples { width, .. } => {
            let element = |i| series.subset.as_ref().map_or(i, |subset| subset[i] as usize);
            (0..*width).map(|i| quoted(&format!("{name}[{}]", element(i)))).collect()
        }
    }
}

/// Names with a comma or a quote stand in quotes.
fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n']) {
        return format!("\"{}\"", name.replace('"', "\"\""));
    }
    name.to_owned()
}

/// Its cells by step, from a column on; of spikes the neurons, with spaces between.
fn add(rows: &mut BTreeMap<u64, Vec<(usize, String)>>, series: &Series, first: usize) {
    match &series.data {
        SeriesData::Samples { width, steps, rows: numbers } => {
            for (step, row) in steps.iter().zip(numbers.chunks_exact((*width).max(1))) {
                let cells = row.iter().enumerate().map(|(i, x)| (first + i, x.to_string()));
                rows.entry(*step).or_default().extend(cells);
            }
        }
        SeriesData::Events { steps, indices, .. } => {
            let pairs: Vec<(u64, u32)> =
                steps.iter().copied().zip(indices.iter().copied()).collect();
            for spikes in pairs.chunk_by(|a, b| a.0 == b.0) {
                let neurons: Vec<String> = spikes.iter().map(|(_, i)| i.to_string()).collect();
                rows.entry(spikes[0].0).or_default().push((first, neurons.join(" ")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_joined_by_step() {
        let samples = |steps: Vec<u64>, width, rows| Series {
            unit: String::new(),
            subset: (width == 2).then(|| vec![3, 1]),
            data: SeriesData::Samples { width, steps, rows },
        };
        let spikes = Series {
            unit: String::new(),
            subset: None,
            data: SeriesData::Events {
                n: 9,
                steps: vec![2, 2],
                indices: vec![4, 7],
                counts: vec![1, 1],
            },
        };
        let a = samples(vec![1, 2], 1, vec![0.5, 1.5]);
        let b = samples(vec![2], 2, vec![1.0, -2.0]);
        let series = [("a".to_owned(), &a), ("b,c".to_owned(), &b), ("s".to_owned(), &spikes)];
        assert_eq!(csv(&series, 0.5), "t,a,\"b,c[3]\",\"b,c[1]\",s\n0.5,0.5,,,\n1,1.5,1,-2,4 7\n");
    }
}
