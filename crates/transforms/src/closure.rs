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
    pass_with(PassMeta::new(name, about), run)
}

/// Makes a pass of a closure that keeps what is promised for it.
///
/// # Examples
/// A pass that doubles what is constant does so once for each signal, unless it is forced.
/// ```
/// use pontine_core_ir::{Model, Tensor, model::{Role, Signal}};
/// use pontine_core_ir::pass::{ModelEdit, PassMeta, Repeat, Rewriter};
/// use pontine_transforms::{Pipeline, pass_with};
///
/// let once = PassMeta { repeat: Repeat::OncePerObject, ..PassMeta::new("double", "doubles") };
/// let double = pass_with(once, |model: &Model, edits: &mut Rewriter<Model>, _| {
///     for (id, signal) in model.signals.iter().filter(|(_, s)| s.role == Role::Constant) {
///         let doubled: Vec<f64> = signal.initial.data().iter().map(|v| 2.0 * v).collect();
///         let doubled = Signal { initial: Tensor::vector(doubled), ..signal.clone() };
///         edits.edit(ModelEdit::ReplaceSignal(id, Box::new(doubled)));
///     }
///     Ok(())
/// });
/// let text = "model dt=0.001 seed=0 \"\"\nsignal %0 \"a\" dense [1] constant = [1.0]";
/// let pipeline = Pipeline::none().with_model_pass(double);
/// let number = |model: &Model| model.signals.iter().next().unwrap().1.initial.data()[0];
///
/// let (model, story) = pipeline.apply_model(Model::parse(text).unwrap(), &mut ())?;
/// let again = pipeline.following(&story);
/// let (same, told) = again.apply_model(model.clone(), &mut ())?;
/// assert_eq!((number(&model), number(&same)), (2.0, 2.0));
/// assert_eq!(told.explain("a"), ["double: left alone, `double` has treated it before"]);
/// let (forced, _) = again.forcing("double").apply_model(same, &mut ())?;
/// assert_eq!(number(&forced), 4.0);
/// # Ok::<(), pontine_transforms::PipelineError>(())
/// ```
pub fn pass_with<Ir: PassIr + 'static>(
    meta: PassMeta,
    run: impl Fn(&Ir, &mut Rewriter<Ir>, &PassCx<'_, Ir>) -> Result<(), PassError>
    + Send
    + Sync
    + 'static,
) -> Arc<dyn Pass<Ir>> {
    Arc::new(Closure { meta, run })
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
