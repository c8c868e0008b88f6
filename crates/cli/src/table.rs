//! Tables for people.

use std::io::{self, Write};

/// Rows under a head; the first column is text, the others stand to the right.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(ToString::to_string).collect()] }
    }

    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// Columns without any entry are left out.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let filled = |column: &usize| self.rows[1..].iter().any(|row| !row[*column].is_empty());
        let columns: Vec<_> = (0..self.rows[0].len()).filter(filled).collect();
        for row in &self.rows {
            let mut line = String::new();
            for &column in &columns {
                let (cell, width) = (&row[column], width(column));
                let padding = " ".repeat(width - cell.chars().count());
                match column {
                    0 => line += &format!("  {cell}{padding}"),
                    _ => line += &format!("  {padding}{cell}"),
                }
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A number in few digits, however large or small it is.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1e16 || (size > 0.0 && size < 1e-6) => format!("{value:e}"),
        _ => value.to_string(),
    }
}

/// A number of bytes for people.
pub(crate) fn size(bytes: f64) -> String {
    let units = [(50, "PiB"), (40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")]
        .map(|(power, unit)| ((1_u64 << power) as f64, unit));
    match units.iter().find(|(least, _)| bytes >= *least) {
        Some((least, unit)) => format!("{:.1} {unit}", bytes / least),
        None => format!("{bytes:.0} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_three_hundred_digits_long() {
        let shown = [1e300, 1e-300, 0.1, 0.0, 20.0].map(number);
        assert_eq!(shown, ["1e300", "1e-300", "0.1", "0", "20"]);
    }

    #[test]
    fn sizes_have_a_unit_that_fits() {
        let shown = [0.0, 1023.0, 1024.0, 1.5e9, 1e300].map(size);
        let expected = ["0 bytes", "1023 bytes", "1.0 KiB", "1.4 GiB"];
        assert_eq!(shown[..4], expected);
        assert!(shown[4].ends_with(" PiB"));
    }

    #[test]
    fn numbers_stand_to_the_right_and_empty_columns_go() {
        let mut table = Table::new(&["population", "rate", "reference"]);
        table.row(vec!["L23E".into(), "0.7".into(), String::new()]);
        table.row(vec!["I".into(), "10.25".into(), String::new()]);
        let mut out = Vec::new();
        table.write(&mut out).unwrap();
        let expected = "  population   rate\n  L23E          0.7\n  I           10.25\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
