//! The pass of this crate, found by name.

use downstream as _;
use pontine_core_ir::{Model, model::OperatorKind};
use pontine_transforms::{Pipeline, PipelineError};

const MODEL: &str = "model dt=0.001 seed=0 \"\"
signal %0 \"in\" dense [1] constant = [2.0]
signal %1 \"fast\" dense [1] state = [0.0]
signal %2 \"slow\" dense [1] state = [0.0]
signal %3 \"seen\" dense [1] state = [0.0]
operator \"fast\" 0 filter %0 -> %1 decay=0.0001 gain=0.9999
operator \"slow\" 0 filter %0 -> %2 decay=0.9 gain=0.1
operator \"seen\" 0 filter %0 -> %3 decay=0.0001 gain=0.9999
record \"seen\" signal %3 every=1.0 first=first_step unit=\"\"";

#[test]
fn fast_filters_are_snapped_and_the_story_is_told() -> Result<(), PipelineError> {
    let pipeline: Pipeline = "snap-filters{below=0.01}".parse()?;
    let (model, provenance) = pipeline.apply_model(Model::parse(MODEL).unwrap(), &mut ())?;
    let decays: Vec<f64> = model
        .operators
        .iter()
        .filter_map(|(_, op)| match &op.kind {
            OperatorKind::Filter(filter) => Some(filter.decay),
            _ => None,
        })
        .collect();
    assert_eq!(decays, [0.0, 0.9, 0.0001]);
    assert_eq!(provenance.explain("fast"), ["snap-filters{below=0.01}: filter of `fast` modified"]);
    let seen = provenance.explain("seen");
    assert_eq!(
        seen,
        ["snap-filters{below=0.01}: filter of `seen` left alone, a record takes its output"]
    );
    let (again, nothing) = pipeline.apply_model(model.clone(), &mut ())?;
    assert!(again == model && nothing.model.edits.is_empty());
    Ok(())
}

#[test]
fn a_wrong_parameter_is_told() {
    let unknown = "snap-filters{above=0.01}".parse::<Pipeline>().unwrap_err();
    assert_eq!(unknown.to_string(), "`snap-filters` has no parameter `above`");
    let pipeline: Pipeline = "snap-filters{below=2}".parse().unwrap();
    let error = pipeline.apply_model(Model::parse(MODEL).unwrap(), &mut ()).unwrap_err();
    assert_eq!(error.to_string(), "the pass `snap-filters` gave up");
}
