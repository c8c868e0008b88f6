//! One network of the NEF, built and run here and in Nengo, each in a process of its own.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::environment::{self, Environment};
use crate::failure::Failure;
use crate::workspace::{Workspace, call, output};

/// Where both programs are.
pub struct Programs {
    ours: PathBuf,
    /// A Python with Nengo; absent if ours is measured alone.
    nengo: Option<PathBuf>,
    recipe: PathBuf,
}

/// What a program told.
#[derive(Clone, Debug)]
pub struct Report {
    name: String,
    numbers: Value,
}

impl Programs {
    /// Builds ours in release mode, and has Nengo installed unless it is `alone`.
    pub fn ready(workspace: &Workspace, alone: bool) -> Result<Self, Failure> {
        call(&mut workspace.cargo("build --release --locked -p pontine-tests --bin nef"))?;
        let binary = format!("nef{}", std::env::consts::EXE_SUFFIX);
        let nengo = if alone { None } else { Some(Environment::nengo(&workspace.target).ready()?) };
        Ok(Self {
            ours: workspace.target.join("release").join(binary),
            nengo,
            recipe: workspace.root.join("benches/nengo/measure.py"),
        })
    }

    /// Ours, with words behind the name.
    pub fn ours(&self, name: &str, words: &[&str]) -> Result<Report, Failure> {
        Report::of(Command::new(&self.ours).arg(name).args(words), name)
    }

    /// Nengo's, if it is there.
    pub fn nengo(&self, name: &str, words: &[&str]) -> Result<Option<Report>, Failure> {
        let Some(python) = &self.nengo else { return Ok(None) };
        let mut command = environment::python(python);
        Report::of(command.arg("-B").arg(&self.recipe).arg(name).args(words), name).map(Some)
    }
}

impl Report {
    fn of(command: &mut Command, name: &str) -> Result<Self, Failure> {
        let text = output(command)?;
        let line = text.lines().last().unwrap_or_default();
        let numbers = serde_json::from_str(line)
            .map_err(|error| Failure::Content { from: name.into(), problem: error.to_string() })?;
        Ok(Self { name: name.to_owned(), numbers })
    }

    /// A number of the report.
    pub fn number(&self, key: &str) -> Result<f64, Failure> {
        let problem = || format!("`{key}` is not there, or no number");
        let content = || Failure::Content { from: self.name.clone(), problem: problem() };
        self.numbers[key].as_f64().ok_or_else(content)
    }
}
