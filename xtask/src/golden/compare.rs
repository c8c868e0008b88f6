//! Whether two golden files say the same.

use serde_json::{Map, Value};

/// Reals agree to this, relative to 1 or to the larger: a BLAS chooses its kernels by CPU, so decoders
/// and what follows from them differ in the last bits. All else agrees exactly.
const TOLERANCE: f64 = 1e-9;

/// One line per difference, each starting with its place.
pub fn differences(place: &str, old: &Value, new: &Value) -> Vec<String> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => in_objects(place, old, new),
        (Value::Array(old), Value::Array(new)) => in_arrays(place, old, new),
        (Value::Number(_), Value::Number(_)) if are_close(old, new) => vec![],
        _ if old == new => vec![],
        _ => vec![format!("{place}: recorded {old}, now {new}")],
    }
}

fn in_objects(place: &str, old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<String> {
    let one_sided = |old: &Map<String, Value>, new: &Map<String, Value>, what: &str| {
        let keys = old.keys().filter(|key| !new.contains_key(*key));
        keys.map(|key| format!("{place}.{key}: {what}")).collect::<Vec<_>>()
    };
    let mut found = one_sided(old, new, "recorded, but no longer made");
    found.extend(one_sided(new, old, "made, but not recorded"));
    let both = old.iter().filter_map(|(key, old)| Some((key, old, new.get(key)?)));
    found.extend(both.flat_map(|(key, old, new)| differences(&format!("{place}.{key}"), old, new)));
    found
}

fn in_arrays(place: &str, old: &[Value], new: &[Value]) -> Vec<String> {
    if old.len() != new.len() {
        return vec![format!("{place}: recorded {} items, now {}", old.len(), new.len())];
    }
    let pairs = old.iter().zip(new).enumerate();
    pairs.flat_map(|(at, (old, new))| differences(&format!("{place}[{at}]"), old, new)).collect()
}

/// Whole numbers (seeds, steps, indices) are never rounded off, so they must be equal.
fn are_close(old: &Value, new: &Value) -> bool {
    match (old.as_f64(), new.as_f64()) {
        (Some(a), Some(b)) if old.is_f64() && new.is_f64() => {
            (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0)
        }
        _ => old == new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(old: Value, new: Value, expected: &[&str]) {
        assert_eq!(differences("f", &old, &new), expected);
    }

    #[test]
    fn reals_may_differ_in_the_last_bits_and_seeds_may_not() {
        check(json!({ "a": [1.0, 0.1] }), json!({ "a": [1.0, 0.1 + 1e-12] }), &[]);
        check(json!([0.1]), json!([0.2]), &["f[0]: recorded 0.1, now 0.2"]);
        check(
            json!(2_000_000_000),
            json!(2_000_000_001),
            &["f: recorded 2000000000, now 2000000001"],
        );
    }

    #[test]
    fn shapes_and_keys_are_compared() {
        check(json!([1, 2]), json!([1]), &["f: recorded 2 items, now 1"]);
        let expected = ["f.a: recorded, but no longer made", "f.b: made, but not recorded"];
        check(json!({ "a": 1 }), json!({ "b": 1 }), &expected);
        check(json!("4.1.0"), json!("4.2.0"), &["f: recorded \"4.1.0\", now \"4.2.0\""]);
    }
}
