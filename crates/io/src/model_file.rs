//! Model files: opened, changed from outside, and loaded.

use std::{collections::BTreeMap, fs, io::Read, path::Path, sync::Arc};

use pontine_core_ir::{Faults, Network, ProjectionId};

use crate::{
    error::{Located, ModelFault, ModelFileError},
    file,
    load::{load, time_s},
    tree::{self, Format, Item, Place},
};

/// A model file that was read, but not yet loaded.
///
/// # Examples
/// ```
/// use pontine_io::{Format, ModelFile};
/// let text = r#"
///     [model]
///     name = "constant"
///     time = "100 ms"
///
///     [parameters]
///     level = 0.5
///
///     [[node]]
///     label = "input"
///     output = "level"
///
///     [[ensemble]]
///     label = "a"
///     n_neurons = 50
///
///     [[connection]]
///     pre = "input"
///     post = "a"
///     synapse = "none"
/// "#;
/// let mut file = ModelFile::parse("constant.toml", text, Format::Toml)?;
/// file.set("parameters.level", "0.25")?;
/// let loaded = file.load()?;
/// assert_eq!(loaded.defaults.time_s, 0.1);
/// assert_eq!(loaded.network.ensembles.len(), 1);
/// # Ok::<(), pontine_io::ModelFileError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ModelFile {
    name: Arc<str>,
    root: Item,
}

/// What a model file says.
#[derive(Clone, Debug)]
pub struct LoadedModel {
    /// The model's name.
    pub name: String,
    /// What the model is, in words.
    pub description: String,
    /// How long to run it, and the like, where the user does not say.
    pub defaults: RunDefaults,
    /// The parameters with their values, by name.
    pub parameters: Vec<Parameter>,
    /// Published values.
    pub references: Vec<Reference>,
    /// Projections whose weights are to be kept at the end of a run.
    pub weights: Vec<ProjectionId>,
    /// The network.
    pub network: Network,
    pub(crate) places: BTreeMap<String, Place>,
    pub(crate) file: Arc<str>,
}

/// How a model wants to be run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunDefaults {
    /// Time to run, s.
    pub time_s: f64,
    /// Time step, s.
    pub dt_s: f64,
    /// Seed.
    pub seed: u64,
    /// Time at the beginning that statistics leave out, s.
    pub discard_s: f64,
}

impl Default for RunDefaults {
    /// 1 s in steps of 1 ms, seed 0, nothing left out.
    fn default() -> Self {
        Self { time_s: 1.0, dt_s: 1e-3, seed: 0, discard_s: 0.0 }
    }
}

/// A named value.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value, for the reader.
    pub value: String,
}

/// Published values of a network, with the conditions that they hold for.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Where they come from.
    pub source: String,
    /// The condition, as written.
    pub when: String,
    /// Whether the condition holds for this model.
    pub holds: bool,
    /// Model time that the values were taken over, s.
    pub duration_s: Option<f64>,
    /// Number of networks that the values were taken from.
    pub seeds: Option<u64>,
    /// Values by statistic (`rate` in Hz, `cv`, `corr`, `fano`) and population.
    pub statistics: BTreeMap<String, BTreeMap<String, Published>>,
    /// Other values, by the name that the model's head explains.
    pub values: BTreeMap<String, Measured>,
}

/// A published value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// Mean over networks.
    pub mean: f64,
    /// Standard deviation between networks.
    pub sd: Option<f64>,
}

/// A published value that is not of one population.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The value and its spread.
    pub value: Published,
    /// What it is measured in, as the file says it; empty for a bare number.
    pub unit: String,
}

/// The largest model file, in bytes.
const MAX_BYTES: u64 = 64 << 20;

impl ModelFile {
    /// Reads a file whose name ends in `.toml` or `.json`.
    ///
    /// # Errors
    /// [`ModelFileError`] if it cannot be read, or is neither TOML nor JSON.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ModelFileError> {
        let path = path.as_ref();
        let format = Format::of(path)?;
        Self::parse(&path.display().to_string(), &contents(path)?, format)
    }

    /// Reads a text; `name` stands for the file in messages.
    ///
    /// # Errors
    /// [`ModelFileError::Faults`] if it is not in the format.
    pub fn parse(name: &str, text: &str, format: Format) -> Result<Self, ModelFileError> {
        let name: Arc<str> = name.into();
        match tree::parse(text, format) {
            Ok(root) => Ok(Self { name, root }),
            Err(faults) => Err(failed(&name, faults)),
        }
    }

    /// Sets the value at a path such as `parameters.scale`, `model.seed` or `population.E.size`:
    /// keys joined by dots, objects of a list by label or number. The text is read as a TOML value
    /// where it is one (`0.2`, `[1, 2]`), else as a text (`20 ms`, `dc`).
    ///
    /// # Errors
    /// [`ModelFileError::Faults`] if there is nothing at the path.
    pub fn set(&mut self, path: &str, text: &str) -> Result<(), ModelFileError> {
        tree::set(&mut self.root, path, text).map_err(|fault| failed(&self.name, vec![fault]))
    }

    /// The description that the file gives of its model; nothing if it gives none.
    pub fn description(&self) -> &str {
        tree::text_at(&self.root, &["model", "description"]).unwrap_or_default()
    }

    /// The whole file in one of the formats: equal to this one but for comments, order and places.
    ///
    /// # Errors
    /// [`ModelFileError::Faults`] if it holds what the format has no way to write: numbers that are
    /// not finite, in JSON.
    ///
    /// # Examples
    /// ```
    /// use pontine_io::{Format, ModelFile};
    /// let file = ModelFile::parse("m.toml", "[model]\nname = \"m\"", Format::Toml)?;
    /// let json = file.to_text(Format::Json)?;
    /// assert_eq!(json, "{\n  \"model\": {\n    \"name\": \"m\"\n  }\n}\n");
    /// assert_eq!(ModelFile::parse("m.json", &json, Format::Json)?.to_text(Format::Json)?, json);
    /// # Ok::<(), pontine_io::ModelFileError>(())
    /// ```
    pub fn to_text(&self, format: Format) -> Result<String, ModelFileError> {
        tree::print(&self.root, format).map_err(|fault| failed(&self.name, vec![fault]))
    }

    /// Writes the file, in the format that the new name ends in; whole or not at all.
    ///
    /// # Errors
    /// [`ModelFileError`] if the name ends in neither `.toml` nor `.json`, the format cannot hold it,
    /// or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), ModelFileError> {
        let text = self.to_text(Format::of(path)?)?;
        Ok(file::write_text(path, &text)?)
    }

    /// Records something besides what the file records: `E.spikes`, `E[0:10].v @ 1 ms`, `a`; as if it
    /// stood in the list `record` of the section `model`.
    ///
    /// # Errors
    /// [`ModelFileError::Faults`] if the file has no section `model`, or its `record` is no list. What
    /// is wrong with the text is told by [`ModelFile::load`].
    pub fn record(&mut self, text: &str) -> Result<(), ModelFileError> {
        tree::record(&mut self.root, text).map_err(|fault| failed(&self.name, vec![fault]))
    }

    /// Loads the network.
    ///
    /// # Errors
    /// [`ModelFileError::Faults`] with all that was found to be wrong.
    pub fn load(&self) -> Result<LoadedModel, ModelFileError> {
        Ok(load(&self.root, &self.name)?)
    }
}

/// The time (s) that a text says which was given for an option: `parse_time("--from", "20 ms")`.
///
/// # Errors
/// [`ModelFileError::Faults`] if it is no time, is negative or not finite.
///
/// # Examples
/// ```
/// assert_eq!(pontine_io::parse_time("--from", "20 ms")?, 0.02);
/// let error = pontine_io::parse_time("--from", "20").unwrap_err();
/// assert!(error.to_string().starts_with("--from: `--from` is 20 without a unit"), "{error}");
/// # Ok::<(), pontine_io::ModelFileError>(())
/// ```
pub fn parse_time(option: &str, text: &str) -> Result<f64, ModelFileError> {
    time_s(option, text).map_err(|fault| failed(&option.into(), vec![fault]))
}

fn contents(path: &Path) -> Result<String, ModelFileError> {
    let read = |source| ModelFileError::Read { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(read)?;
    let bytes = file.metadata().map_err(read)?.len();
    let mut text = String::new();
    // One byte more than the limit tells whether there is more, also where the size is unknown.
    let n = file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(read)? as u64;
    if n > MAX_BYTES {
        let (path, bytes) = (path.to_owned(), bytes.max(n));
        return Err(ModelFileError::TooLarge { path, bytes, limit: MAX_BYTES });
    }
    Ok(text)
}

fn failed(name: &Arc<str>, faults: Vec<Located>) -> ModelFileError {
    let fault =
        |Located { place, cause }| ModelFault { file: name.clone(), place, label: None, cause };
    Faults(faults.into_iter().map(fault).collect()).into()
}

impl LoadedModel {
    /// Where the object stands that a message of another crate is about: such messages name it by
    /// its path in backquotes. `models/x.toml:12`, for example. `model.time` and other keys of the
    /// model itself have places too.
    pub fn locate(&self, message: &str) -> Option<String> {
        let place = self.place_in(message)?;
        Some(match place {
            Place::Setting(_) | Place::Option(_) => place.to_string(),
            Place::Line(_) | Place::Pointer(_) => format!("{}:{place}", self.file),
        })
    }

    pub(crate) fn place_in(&self, message: &str) -> Option<&Place> {
        // A part of an object stands where the object stands.
        let wholes =
            |path| std::iter::successors(Some(path), |path: &&str| Some(path.rsplit_once('.')?.0));
        let place = |path| wholes(path).find_map(|path| self.places.get(path));
        message.split('`').skip(1).step_by(2).find_map(place)
    }
}
