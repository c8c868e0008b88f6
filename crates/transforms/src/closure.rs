//! A closure as a pass.

use std::sync::Arc;

use pontine_core_ir::pass::{Pass, PassCx, PassError, PassIr, PassMeta, Rewriter};

/// Makes a pass of a closure that looks at a network or a model and writes edits. It promises nothing
/// of the results (redesign), and may be run any number of times.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Ensemble, Network, pass::{NetworkEdit, Rewriter}};
/// use pontine_transforms::{Pipeline, pass_of};
///
/// let seven = pass_of("seven", "gives every ensemble the seed 7", |network: &Network, edits, _| {
///     for id in network.ensembles.ids() {
///         edits.edit(NetworkEdit::SetSeed(id.into(), 7));
///     }
///     Ok(())
/// });
/// let mut network = Network::new("net");
/// let a = network.add(Ensemble::new(10, 1).labelled("a"));
/// let pipeline = Pipeline::none().with_network_pass(seven);
/// let (seeded, provenance) = pipeline.apply(&network, &mut ())?;
/// assert_eq!(seeded.seed_of(a.into()), Some(7));
/// assert_eq!(provenance.explain("Ensemble:a"), ["seven: modified"]);
/// # Ok::<(), pontine_transforms::PipelineError>(())
/// ```
pub fn pass_of<Ir: PassIr + 'static>(
    name: &'static str,
    about: &'static str,
    run: impl Fn(&Ir, &mut Rewriter<Ir>, &PassCx<'_, Ir>) -> Result<(), PassError>
    + Send
    + Sync
    + 'static,
) -> Arc<dyn Pass<Ir>> {
    Arc::new(Closure { meta: PassMeta::new(name, about), run })
}

struct Closure<R> {
    meta: PassMeta,
    run: R,
}

impl<Ir, R> Pass<Ir> for Closure<R>
where
    Ir: PassIr,
    R: Fn(&Ir, &mut Rewriter<Ir>, &PassCx<'_, Ir>) -> Result<(), PassError> + Send + Sync,
{
    fn meta(&self) -> &PassMeta {
        &self.meta
    }

    fn run(&self, ir: &Ir, edits: &mut Rewriter<Ir>, cx: &PassCx<'_, Ir>) -> Result<(), PassError> {
        (self.run)(ir, edits, cx)
    }
}
