//! Stable names: what seeds, random keys and the order of a step derive from.

use std::{collections::HashMap, fmt, sync::Arc};

/// Where an object stands: segments `Kind:label`, joined by `/`.
///
/// The n-th sibling (n >= 2) of equal kind and label ends in `#n`; objects without a label are
/// `Kind#n` in order of creation. Paths do not depend on ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Arc<str>);

impl Path {
    /// The network itself: the empty path.
    pub fn root() -> Self {
        Self("".into())
    }

    /// A path as it was printed.
    pub fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// The path of a child.
    pub fn join(&self, segment: &str) -> Self {
        if self.0.is_empty() {
            Self(segment.into())
        } else {
            Self(format!("{}/{segment}", self.0).into())
        }
    }

    /// The path of a part of this object, such as a state or a hidden signal: `path.part`.
    pub fn part(&self, part: &str) -> Self {
        Self(format!("{}.{part}", self.0).into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hands out the path segments of the children of one network, in order of creation.
#[derive(Debug, Default)]
pub struct Siblings(HashMap<String, u32>);

impl Siblings {
    /// The segment of the next child of this kind and label.
    pub fn segment(&mut self, kind: &str, label: Option<&str>) -> String {
        let base = match label {
            Some(label) => format!(
                "{kind}:{}",
                label.replace('%', "%25").replace('/', "%2F").replace('#', "%23")
            ),
            None => kind.to_owned(),
        };
        let count = self.0.entry(base.clone()).or_insert(0);
        *count += 1;
        if label.is_some() && *count == 1 { base } else { format!("{base}#{count}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_of_one_label_are_numbered_from_the_second_on() {
        let mut siblings = Siblings::default();
        assert_eq!(siblings.segment("Ensemble", Some("a")), "Ensemble:a");
        assert_eq!(siblings.segment("Ensemble", Some("a")), "Ensemble:a#2");
        assert_eq!(siblings.segment("Ensemble", None), "Ensemble#1");
        assert_eq!(siblings.segment("Node", None), "Node#1");
    }

    #[test]
    fn a_label_cannot_pose_as_another_path() {
        let mut siblings = Siblings::default();
        assert_eq!(siblings.segment("Node", Some("a/b#2")), "Node:a%2Fb%232");
    }
}
