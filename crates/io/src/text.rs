//! How names, numbers and lines look in messages, however long they are.

/// The longest part of a file that a message repeats, in characters.
const LONGEST: usize = 160;

pub(crate) use pontine_core_ir::error::number;

/// A name in backquotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// The beginning of a text that is long.
pub(crate) fn cut(text: &str) -> String {
    window(text, 0).0
}

/// The part of a line around a column (from 0), and the column within that part.
pub(crate) fn window(line: &str, column: usize) -> (String, usize) {
    let n = line.chars().count();
    if n <= LONGEST {
        return (line.to_owned(), column);
    }
    let start = column.saturating_sub(LONGEST / 2).min(n - LONGEST);
    let part: String = line.chars().skip(start).take(LONGEST).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if start + LONGEST < n { "…" } else { "" };
    (format!("{before}{part}{after}"), column - start + usize::from(start > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_three_hundred_digits_long() {
        let shown = [1e300, -1e300, 1e-300, 0.1, 0.0, 20.0].map(number);
        assert_eq!(shown, ["1e300", "-1e300", "1e-300", "0.1", "0", "20"]);
    }

    #[test]
    fn a_long_line_is_cut_around_its_column() {
        let line = "a".repeat(500) + "!" + &"b".repeat(500);
        let (part, column) = window(&line, 500);
        assert_eq!(part.chars().nth(column), Some('!'));
        assert_eq!(part.chars().count(), LONGEST + 2);
        assert_eq!(window(&line, 1001).1, LONGEST + 1);
        assert_eq!(cut(&line), "a".repeat(LONGEST) + "…");
        assert_eq!(window("short!", 5), ("short!".to_owned(), 5));
    }
}
