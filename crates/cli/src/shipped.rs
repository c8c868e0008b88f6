//! The models that are shipped: their files are part of the program.

use std::io::{self, Write};

use pontine_io::{Format, ModelFile, ModelFileError};

use crate::{arguments::ModelsArguments, error::CliError};

macro_rules! shipped {
    ($($name:literal)*) => {
        [$(Shipped { name: $name, text: include_str!(concat!("../../../models/", $name, ".toml")) }),*]
    };
}

/// All of them, by name.
const MODELS: [Shipped; 14] = shipped! {
    "basal_ganglia" "brunel" "circular_convolution" "communication_channel" "integrator" "izhikevich_network" "lorenz" "microcircuit" "mixed"
    "oscillator" "own_neuron" "stdp" "vogels_abbott_coba" "vogels_abbott_cuba"
};

/// A model that is shipped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shipped {
    pub name: &'static str,
    /// The contents of its file.
    pub text: &'static str,
}

impl Shipped {
    pub fn named(name: &str) -> Option<Self> {
        MODELS.into_iter().find(|model| model.name == name)
    }

    /// The name that is most like this one.
    pub fn nearest(name: &str) -> Option<String> {
        pontine_core_ir::error::nearest(name, MODELS.iter().map(|model| model.name))
    }

    /// Its file, as if it had been opened.
    pub fn file(self) -> Result<ModelFile, ModelFileError> {
        ModelFile::parse(&format!("{}.toml", self.name), self.text, Format::Toml)
    }
}

/// Lists all models with a line each, or prints one.
pub(crate) fn models(arguments: &ModelsArguments, out: &mut dyn Write) -> Result<(), CliError> {
    match &arguments.name {
        Some(name) => {
            let found = Shipped::named(name).ok_or_else(|| CliError::no_model(name))?;
            out.write_all(found.text.as_bytes())?;
        }
        None => list(out)?,
    }
    Ok(())
}

fn list(out: &mut dyn Write) -> Result<(), CliError> {
    let width = MODELS.iter().map(|model| model.name.len()).max().unwrap_or(0);
    for model in MODELS {
        writeln!(out, "  {:width$}  {}", model.name, model.file()?.description())?;
    }
    hint(out)?;
    Ok(())
}

fn hint(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n`pontine run NAME` runs one, `pontine info NAME` tells what is in it,\n\
         `pontine models NAME > mine.toml` makes it the start of one of your own."
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_model_of_the_repository_is_shipped() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let files: BTreeSet<String> = files.map(|name| name.into_string().unwrap()).collect();
        let shipped: BTreeSet<_> = MODELS.iter().map(|m| format!("{}.toml", m.name)).collect();
        assert_eq!(files, shipped);
    }

    #[test]
    fn every_model_has_a_line() {
        let mut out = Vec::new();
        models(&ModelsArguments { name: None }, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        for model in MODELS {
            let line = out.lines().find(|line| line.contains(&format!("  {} ", model.name)));
            assert!(line.unwrap().trim().len() > model.name.len() + 20, "{line:?}");
        }
    }
}
