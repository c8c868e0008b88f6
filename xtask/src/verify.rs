//! `cargo xtask test`: everything CI runs, stage by stage.

mod runner;
mod stages;

use crate::failure::Failure;
use crate::workspace::Workspace;
use runner::Stage;

/// Runs all stages, or those named; true if all passed.
pub fn command(workspace: &Workspace, options: &[&str]) -> Result<bool, Failure> {
    let (flags, names): (Vec<&str>, Vec<&str>) =
        options.iter().partition(|option| option.starts_with('-'));
    let keep_going = parse_flags(&flags)?;
    let stages = chosen(stages::all(workspace), &names)?;
    let report = runner::run(&stages, keep_going);
    println!("\n{report}");
    Ok(report.is_green())
}

fn parse_flags(flags: &[&str]) -> Result<bool, Failure> {
    match flags.iter().find(|flag| **flag != "--keep-going") {
        Some(unknown) => Err(Failure::Usage(format!("test: unknown option `{unknown}`"))),
        None => Ok(!flags.is_empty()),
    }
}

/// The stages in their own order, whatever the order of `names`.
fn chosen<'a>(all: Vec<Stage<'a>>, names: &[&str]) -> Result<Vec<Stage<'a>>, Failure> {
    let known: Vec<&str> = all.iter().map(|stage| stage.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        let known = known.join(", ");
        return Err(Failure::Usage(format!("test: no stage `{unknown}`; there are {known}")));
    }
    let wanted = |stage: &Stage| names.is_empty() || names.contains(&stage.name);
    Ok(all.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Vec<Stage<'static>> {
        vec![Stage::new("fmt", || Ok(())), Stage::new("doc", || Ok(()))]
    }

    #[test]
    fn named_stages_keep_the_order_of_the_list() {
        let names: Vec<_> =
            chosen(two(), &["doc", "fmt"]).unwrap().iter().map(|s| s.name).collect();
        assert_eq!(names, ["fmt", "doc"]);
        assert_eq!(chosen(two(), &[]).unwrap().len(), 2);
    }

    #[test]
    fn an_unknown_stage_or_option_is_refused() {
        let failure = chosen(two(), &["dco"]).err().unwrap();
        assert_eq!(failure.to_string(), "test: no stage `dco`; there are fmt, doc");
        assert!(parse_flags(&["--fast"]).is_err());
        assert!(parse_flags(&["--keep-going"]).unwrap());
        assert!(!parse_flags(&[]).unwrap());
    }
}
