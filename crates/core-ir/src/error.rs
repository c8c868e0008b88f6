//! Help with messages that several enums of errors share.

use std::fmt;

/// The candidate that is most alike to `name`, if any is alike at all.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(&name.to_lowercase(), &c.to_lowercase()), c))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c.to_owned())
}

/// `; did you mean …?`, or nothing.
pub fn nearest_hint(nearest: &Option<String>) -> impl fmt::Display {
    nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// A number in few digits, however large or small.
///
/// # Examples
/// ```
/// use pontine_core_ir::error::number;
/// assert_eq!([1e300, 0.1, 1e-30].map(number), ["1e300", "0.1", "1e-30"]);
/// ```
pub fn number(x: f64) -> String {
    match x.abs() {
        size if size >= 1e16 || (size > 0.0 && size < 1e-6) => format!("{x:e}"),
        _ => x.to_string(),
    }
}

/// One or several faults, so that a user sees all of them at once.
#[derive(Debug)]
pub struct Faults<E>(pub Vec<E>);

impl<E: fmt::Display> fmt::Display for Faults<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl<E: std::error::Error> std::error::Error for Faults<E> {}

impl<E> Faults<E> {
    /// `Ok` if there are no faults.
    ///
    /// # Errors
    /// The faults, if there are any.
    pub fn check(faults: Vec<E>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_suggested_where_nothing_is_alike() {
        assert_eq!(nearest("tau_m", ["tau_n", "cm"]), Some("tau_n".into()));
        assert_eq!(nearest("xyz", ["tau_m", "cm"]), None);
    }
}
