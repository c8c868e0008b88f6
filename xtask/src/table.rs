//! Tables that read as text and as Markdown.

use std::fmt;

/// Rows under a head; the first column is text, the others are numbers.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(ToString::to_string).collect()] }
    }

    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Columns that hold something.
    fn columns(&self) -> Vec<(usize, usize)> {
        let filled = |&i: &usize| self.rows[1..].iter().any(|row| !row[i].is_empty());
        let width = |i: usize| self.rows.iter().map(|row| row[i].chars().count()).max();
        (0..self.rows[0].len()).filter(filled).map(|i| (i, width(i).unwrap_or(0))).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.columns();
        for (n, row) in self.rows.iter().enumerate() {
            for &(i, width) in &columns {
                let cell = &row[i];
                let written =
                    if i == 0 { format!("{cell:width$}") } else { format!("{cell:>width$}") };
                write!(out, "| {written} ")?;
            }
            writeln!(out, "|")?;
            if n == 0 {
                for &(i, width) in &columns {
                    write!(out, "| {}{} ", "-".repeat(width - 1), if i == 0 { "-" } else { ":" })?;
                }
                writeln!(out, "|")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_empty_columns_go() {
        let mut table = Table::new(&["network", "NEST", "f32"]);
        table.row(vec!["cuba".into(), String::new(), "0.0390".into()]);
        let expected = "| network |    f32 |\n| ------- | -----: |\n| cuba    | 0.0390 |\n";
        assert_eq!(table.to_string(), expected);
    }
}
