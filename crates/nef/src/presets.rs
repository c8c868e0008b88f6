//! Options of ensembles for common purposes.

use pontine_core_ir::{EnsembleOptions, Spec};

use crate::names::uniform;

/// How ensembles of one dimension tell what is above a threshold: below it their neurons are silent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThresholdingEnsembles {
    /// What is below it is not represented.
    pub threshold: f64,
    /// How far above the threshold, on average, neurons begin to fire (default 0.15): near to it there
    /// are most.
    pub intercept_width: f64,
    /// The largest number that is represented (default 1).
    pub radius: f64,
}

impl ThresholdingEnsembles {
    /// At a threshold, with the defaults of the rest.
    pub fn new(threshold: f64) -> Self {
        Self { threshold, intercept_width: 0.15, radius: 1.0 }
    }

    /// The options: encoders of 1, intercepts of `Exponential(intercept_width, threshold, radius)`, and
    /// evaluation points between `threshold / radius` and 1.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::{Config, Ensemble, Network};
    /// use pontine_nef::presets::ThresholdingEnsembles;
    /// let mut network = Network::new("");
    /// let options = ThresholdingEnsembles::new(0.3).options();
    /// network.root_mut().config = Config::default().ensembles(options);
    /// let a = network.add(Ensemble::new(50, 1));
    /// assert_eq!(network.ensemble_params(a).radius, 1.0);
    /// ```
    pub fn options(self) -> EnsembleOptions {
        let Self { threshold, intercept_width, radius } = self;
        let intercepts = Spec::new("Exponential")
            .with("scale", intercept_width)
            .with("shift", threshold)
            .with("high", radius);
        EnsembleOptions::default()
            .radius(radius)
            .encoders(Spec::new("Choice").with("options", vec![1.0]))
            .intercepts(intercepts)
            .eval_points(uniform(threshold / radius, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::Samples;

    use super::*;

    /// As nengo.presets.ThresholdingEnsembles(0.3, intercept_width=0.2, radius=2) has them.
    #[test]
    fn points_are_shares_of_the_radius() {
        let preset = ThresholdingEnsembles {
            intercept_width: 0.2,
            radius: 2.0,
            ..ThresholdingEnsembles::new(0.3)
        };
        let options = preset.options();
        let spec = |samples: Option<Samples>| match samples {
            Some(Samples::Distribution(spec)) => spec.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(options.radius, Some(2.0));
        assert_eq!(spec(options.intercepts), "Exponential(high=2.0, scale=0.2, shift=0.3)");
        assert_eq!(spec(options.eval_points), "Uniform(high=1.0, low=0.15)");
        assert_eq!(spec(options.encoders), "Choice(options=[1.0])");
    }
}
