//! What linked crates offer by name: collected by `inventory`, read once into sorted maps.
//!
//! Registration order differs between builds, so nothing may depend on it; a name that two crates
//! claim is an error that names both places.

use std::{collections::BTreeMap, sync::Arc};

use pontine_mechanism::{Mechanism, Synapse, lang::LangError};
use pontine_rng::{Stream, StreamKey};

use crate::{
    error::nearest,
    network::{Network, NetworkFault, Paths},
    port::{NeuronMaths, Rule},
    spec::{Spec, SpecError},
};

/// Something offered by name. `place` tells who offers it: `module_path!()`.
pub trait Entry: Sync + 'static {
    /// What entries of this kind are called in messages.
    const ROLE: &'static str;
    /// The name.
    fn name(&self) -> &str;
    /// Who offers it.
    fn place(&self) -> &'static str;
}

/// All entries of one kind, by name.
pub struct Registry<E: 'static>(Result<BTreeMap<&'static str, &'static E>, RegistryError>);

/// A name claimed twice.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the {role} `{name}` is registered twice: by {first} and by {second}")]
pub struct RegistryError {
    /// What is registered.
    pub role: &'static str,
    /// The name claimed twice.
    pub name: String,
    /// One of the places.
    pub first: &'static str,
    /// The other place.
    pub second: &'static str,
}

impl<E: Entry> Registry<E> {
    /// Sorts entries by name.
    pub fn read(entries: impl IntoIterator<Item = &'static E>) -> Self {
        let mut map = BTreeMap::<&'static str, &'static E>::new();
        for entry in entries {
            if let Some(other) = map.insert(entry.name(), entry) {
                let mut places = [other.place(), entry.place()];
                places.sort_unstable();
                let [first, second] = places;
                return Self(Err(RegistryError {
                    role: E::ROLE,
                    name: entry.name().to_owned(),
                    first,
                    second,
                }));
            }
        }
        Self(Ok(map))
    }

    /// The entries in order of their names.
    ///
    /// # Errors
    /// [`RegistryError`] if a name is claimed twice.
    pub fn entries(&self) -> Result<&BTreeMap<&'static str, &'static E>, RegistryError> {
        self.0.as_ref().map_err(Clone::clone)
    }

    /// The entry of this name.
    ///
    /// # Errors
    /// [`LookupError`] if there is none, or if the registry is at odds with itself.
    pub fn get(&self, name: &str) -> Result<&'static E, LookupError> {
        let map = self.entries()?;
        map.get(name).copied().ok_or_else(|| {
            LookupError::Spec(SpecError::UnknownKind {
                role: E::ROLE,
                kind: name.to_owned(),
                nearest: nearest(name, map.keys().copied()),
            })
        })
    }
}

/// Why a name could not be turned into the thing it names.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// The name or its parameters are wrong.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// Two crates claim one name.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The text of a registered mechanism does not compile, or its arguments are wrong.
    #[error("the mechanism `{name}` is faulty: {message}")]
    Mechanism {
        /// Its name.
        name: String,
        /// What the language says of it.
        message: String,
    },
}

/// Makes a registry of entries: collects them through `inventory`, implements [`Entry`] from the
/// field that holds the name and the field `place`, and defines the function that reads them.
///
/// # Examples
/// ```
/// use pontine_core_ir::{inventory, registry};
///
/// pub struct FilterEntry {
///     pub kind: &'static str,
///     pub place: &'static str,
/// }
///
/// registry!(
///     /// Filters of all linked crates.
///     filters: FilterEntry, "filter", kind
/// );
///
/// inventory::submit! { FilterEntry { kind: "Lowpass", place: module_path!() } }
///
/// assert_eq!(filters().get("Lowpass").unwrap().kind, "Lowpass");
/// assert!(filters().get("Highpass").is_err());
/// ```
#[macro_export]
macro_rules! registry {
    ($(#[$doc:meta])* $function:ident: $entry:ident, $role:literal, $field:ident) => {
        $crate::inventory::collect!($entry);

        impl $crate::registry::Entry for $entry {
            const ROLE: &'static str = $role;

            fn name(&self) -> &str {
                self.$field
            }

            fn place(&self) -> &'static str {
                self.place
            }
        }

        $(#[$doc])*
        pub fn $function() -> &'static $crate::registry::Registry<$entry> {
            static REGISTRY: std::sync::LazyLock<$crate::registry::Registry<$entry>> =
                std::sync::LazyLock::new(|| {
                    $crate::registry::Registry::read($crate::inventory::iter::<$entry>())
                });
            &REGISTRY
        }
    };
}

/// A mechanism offered as text, and the closed forms known of it.
pub struct MechanismEntry {
    /// Its name, as in the text.
    pub name: &'static str,
    /// The text.
    pub text: &'static str,
    /// Where the equations come from.
    pub reference: &'static str,
    /// Closed forms, where they exist.
    pub maths: Option<&'static dyn NeuronMaths>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The mechanisms of all linked crates.
    mechanisms: MechanismEntry, "mechanism", name
);

impl MechanismEntry {
    /// The compiled text.
    ///
    /// # Errors
    /// What the language finds wrong with the text.
    pub fn compile(&self) -> Result<Mechanism, LangError> {
        Mechanism::parse(self.text)
    }
}

/// Mechanisms whose texts are made of arguments, such as `PointNeuron(LIF, AMPA=CondExp)`.
pub struct FamilyEntry {
    /// What stands before the parenthesis.
    pub kind: &'static str,
    /// Makes the text from what stands within, or tells what is wrong with it.
    pub make: fn(&str) -> Result<String, String>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The families of mechanisms of all linked crates.
    families: FamilyEntry, "family of mechanisms", kind
);

/// The compiled mechanism of this name; each is compiled once.
///
/// `name(n)`, with a number, is the mechanism with `n` members ([`Mechanism::with_members`]); with anything else
/// within the parentheses it is one of a [family](FamilyEntry).
///
/// # Errors
/// [`LookupError`] if no linked crate offers it, or its text or its arguments are faulty.
pub fn mechanism(name: &str) -> Result<Arc<Mechanism>, LookupError> {
    static COMPILED: std::sync::Mutex<BTreeMap<String, Arc<Mechanism>>> =
        std::sync::Mutex::new(BTreeMap::new());
    let compiled = || COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(mechanism) = compiled().get(name) {
        return Ok(mechanism.clone());
    }
    let mechanism = Arc::new(compile(name)?);
    compiled().insert(name.to_owned(), mechanism.clone());
    Ok(mechanism)
}

fn compile(name: &str) -> Result<Mechanism, LookupError> {
    let of_name = name.strip_suffix(')').and_then(|name| name.split_once('('));
    let Some((kind, arguments)) = of_name else {
        let faulty = |e: LangError| faulty(name, e.to_string());
        return mechanisms().get(name)?.compile().map_err(faulty);
    };
    let made = match arguments.trim().parse() {
        Ok(n) => {
            let of_one = mechanism(kind)?;
            of_one.with_members(n).map_err(|e| e.to_string())
        }
        Err(_) => {
            let text = (families().get(kind)?.make)(arguments);
            text.and_then(|text| Mechanism::parse(&text).map_err(|e| e.to_string()))
        }
    };
    made.map_err(|message| faulty(name, message))
}

fn faulty(name: &str, message: String) -> LookupError {
    LookupError::Mechanism { name: name.to_owned(), message }
}

/// A synapse offered as text.
pub struct SynapseEntry {
    /// Its name, as in the text.
    pub name: &'static str,
    /// The text.
    pub text: &'static str,
    /// Where the equations come from.
    pub reference: &'static str,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The synapses of all linked crates.
    synapses: SynapseEntry, "synapse", name
);

/// The compiled synapse of this name; each is compiled once.
///
/// # Errors
/// [`LookupError`] if no linked crate offers it, or its text is faulty.
pub fn synapse(name: &str) -> Result<Arc<Synapse>, LookupError> {
    static COMPILED: std::sync::Mutex<BTreeMap<&'static str, Arc<Synapse>>> =
        std::sync::Mutex::new(BTreeMap::new());
    let entry = synapses().get(name)?;
    let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(synapse) = compiled.get(entry.name) {
        return Ok(synapse.clone());
    }
    let parsed = Synapse::parse(entry.text).map_err(|e| faulty(name, e.to_string()))?;
    let synapse = Arc::new(parsed);
    compiled.insert(entry.name, synapse.clone());
    Ok(synapse)
}

/// The mechanism of the NEF's neuron type of this name: `Nef` and the name where there is one of that
/// kind, since cells of populations may have the name already.
///
/// # Errors
/// [`LookupError`] if no linked crate offers it.
pub fn neuron_type(name: &str) -> Result<&'static MechanismEntry, LookupError> {
    mechanisms().get(&format!("Nef{name}")).or_else(|_| mechanisms().get(name))
}

/// Draws single numbers from keyed streams.
pub trait Sampler: std::fmt::Debug + Send + Sync {
    /// One number; what it takes from the stream depends on the stream alone.
    fn draw(&self, stream: &mut Stream) -> f64;

    /// Numbers of a row: `out[i]` is what [`Sampler::draw`] takes from the stream of index `first + i`.
    fn draw_row(&self, key: StreamKey, first: u64, out: &mut [f64]) {
        for (number, index) in out.iter_mut().zip(first..) {
            *number = self.draw(&mut key.paired_stream(index, 0, 0));
        }
    }

    /// The smallest and the largest number that can come.
    fn bounds(&self) -> (f64, f64);
}

/// A distribution of single numbers.
pub struct SamplerEntry {
    /// Its kind.
    pub kind: &'static str,
    /// Makes the sampler, or says what is wrong with the parameters.
    pub make: fn(&Spec) -> Result<Box<dyn Sampler>, SpecError>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The distributions of single numbers of all linked crates.
    samplers: SamplerEntry, "distribution", kind
);

/// The sampler that a specification names.
///
/// # Errors
/// [`LookupError`] if the kind or a parameter is wrong.
pub fn sampler(spec: &Spec) -> Result<Box<dyn Sampler>, LookupError> {
    Ok((samplers().get(&spec.kind)?.make)(spec)?)
}

/// A connector, by name.
pub struct RuleEntry {
    /// Its kind.
    pub kind: &'static str,
    /// Makes the rule, or says what is wrong with the parameters.
    pub make: fn(&Spec) -> Result<Box<dyn Rule>, SpecError>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The connectors of all linked crates.
    rules: RuleEntry, "connector", kind
);

/// The connector that a specification names.
///
/// # Errors
/// [`LookupError`] if the kind or a parameter is wrong.
pub fn rule(spec: &Spec) -> Result<Box<dyn Rule>, LookupError> {
    Ok((rules().get(&spec.kind)?.make)(spec)?)
}

/// What a linked crate holds a network against before it is built, besides the rules of this crate: it
/// knows the names in it.
pub struct CheckEntry {
    /// What it is about.
    pub name: &'static str,
    /// All that is wrong. Ids may name what is not there, which is told anyway.
    pub check: fn(&Network, &Paths) -> Vec<NetworkFault>,
    /// Who offers it.
    pub place: &'static str,
}

registry!(
    /// The checks of all linked crates.
    checks: CheckEntry, "check of networks", name
);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Named(&'static str, &'static str);

    impl Entry for Named {
        const ROLE: &'static str = "thing";

        fn name(&self) -> &str {
            self.0
        }

        fn place(&self) -> &'static str {
            self.1
        }
    }

    #[test]
    fn a_name_claimed_twice_names_both_places() {
        static ENTRIES: [Named; 2] = [Named("lif", "crate_b"), Named("lif", "crate_a")];
        let error = Registry::read(&ENTRIES).entries().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the thing `lif` is registered twice: by crate_a and by crate_b"
        );
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        static ENTRIES: [Named; 1] = [Named("one_to_one", "here")];
        let error = Registry::read(&ENTRIES).get("one_to_on").err().unwrap();
        assert_eq!(error.to_string(), "no thing is called `one_to_on`; did you mean `one_to_one`?");
    }
}
