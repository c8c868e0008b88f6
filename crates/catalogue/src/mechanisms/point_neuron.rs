//! Cells made of a membrane and any number of named receptors: `PointNeuron(LIF, AMPA=CondExp, GABA=CondAlpha)`.
//!
//! Membranes are `LIF` and `AdExp`; receptors `CurrExp`, `CondExp`, `CondAlpha` and `CondBeta`, all of one cell
//! currents, or all conductances. Parameters and states of a receptor follow its name: `AMPA.tau_syn`, `AMPA.gsyn`,
//! `GABA.isyn`. The parts are texts in the equation language.

use pontine_core_ir::registry::FamilyEntry;

inventory::submit! {
    FamilyEntry { kind: "PointNeuron", make: text, place: module_path!() }
}

const LIF: &str = include_str!("point_neuron/lif.part");
const ADEXP: &str = include_str!("point_neuron/adexp.part");

/// A kind of receptor.
struct Kind {
    name: &'static str,
    text: &'static str,
    is_conductance: bool,
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "CurrExp",
        text: include_str!("point_neuron/curr_exp.part"),
        is_conductance: false,
    },
    Kind {
        name: "CondExp",
        text: include_str!("point_neuron/cond_exp.part"),
        is_conductance: true,
    },
    Kind {
        name: "CondAlpha",
        text: include_str!("point_neuron/cond_alpha.part"),
        is_conductance: true,
    },
    Kind {
        name: "CondBeta",
        text: include_str!("point_neuron/cond_beta.part"),
        is_conductance: true,
    },
];

/// The text of a cell, from `membrane, name=receptor, …`.
fn text(arguments: &str) -> Result<String, String> {
    let mut parts = arguments.split(',').map(str::trim);
    let membrane = parts.next().unwrap_or_default();
    let mut receptors = parts.map(receptor).collect::<Result<Vec<_>, _>>()?;
    receptors.sort_by_key(|(name, _)| *name);
    check_one_kind(&receptors)?;
    let (frame, linear) = match membrane {
        "LIF" => (LIF, "exact"),
        "AdExp" => (ADEXP, "rk4"),
        other => return Err(format!("unknown membrane `{other}`; there are `LIF` and `AdExp`")),
    };
    let is_conductance = receptors.iter().any(|(_, kind)| kind.is_conductance);
    let name = receptors.iter().map(|(name, kind)| format!("_{name}_{}", kind.name));
    let text: String =
        receptors.iter().map(|(name, kind)| kind.text.replace("NAME", name)).collect();
    Ok(frame
        .replace("SUFFIX", &name.collect::<String>())
        .replace("RECEPTORS", &text)
        .replace("SYNAPSES", &current(&receptors, if membrane == "LIF" { "v" } else { "u" }))
        .replace("SOLVER", if is_conductance { "rk4" } else { linear }))
}

/// `name=kind`
fn receptor(part: &str) -> Result<(&str, &'static Kind), String> {
    let (name, kind) = part
        .split_once('=')
        .ok_or_else(|| format!("expected a receptor such as `AMPA=CondExp`, found `{part}`"))?;
    let (name, kind) = (name.trim(), kind.trim());
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !is_name(name) {
        return Err(format!("`{name}` cannot be the name of a receptor"));
    }
    let found = KINDS.iter().find(|known| known.name == kind);
    let known = || KINDS.map(|kind| kind.name).join(", ");
    Ok((name, found.ok_or_else(|| format!("unknown receptor `{kind}`; there are {}", known()))?))
}

fn check_one_kind(receptors: &[(&str, &Kind)]) -> Result<(), String> {
    let of = |wanted: bool| receptors.iter().find(|(_, kind)| kind.is_conductance == wanted);
    match (of(false), of(true)) {
        (Some((current, _)), Some((conductance, _))) => Err(format!(
            "receptors are all currents or all conductances, but `{current}` is one and `{conductance}` the other"
        )),
        _ => Ok(()),
    }
}

/// The sum of the currents of all receptors.
fn current(receptors: &[(&str, &Kind)], voltage: &str) -> String {
    let one = |(name, kind): &(&str, &Kind)| match kind.is_conductance {
        true => format!(" + {name}.gsyn * ({name}.e_syn - {voltage})"),
        false => format!(" + {name}.isyn"),
    };
    receptors.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::registry::mechanism;
    use proptest::prelude::{Just, Strategy, prop_oneof, proptest};

    use super::super::testing::Cells;

    #[test]
    fn with_two_exponential_conductances_it_is_the_standard_cell() {
        for (membrane, standard) in [("LIF", "IF_cond_exp"), ("AdExp", "EIF_cond_exp_isfa_ista")] {
            let name = format!("PointNeuron({membrane}, AMPA=CondExp, GABA=CondExp)");
            let own = [("GABA.e_syn", -80.0), ("AMPA.tau_syn", 4.0)];
            let mut cells = Cells::new(&name, 0.1, &own);
            let theirs = [("e_rev_I", -80.0), ("tau_syn_E", 4.0)];
            let mut others =
                Cells::solved_by(standard, pontine_mechanism::Solver::Rk4, 0.1, &theirs);
            let mut n_spikes = 0.0;
            for n in 0..3_000 {
                let weights = [if n % 50 == 0 { 0.05 } else { 0.0 }, 0.0002];
                cells.step(&[0.5], &weights);
                others.step(&[0.5], &weights);
                assert_eq!(cells.outputs()[0], others.outputs()[0], "{name} step {n}");
                assert!((cells.state("v") - others.state("v")).abs() < 1e-9, "{name} step {n}");
                let (g, h) = (cells.state("AMPA.gsyn"), others.state("excitatory.g"));
                assert!((g - h).abs() < 1e-12, "{name} step {n}");
                n_spikes += cells.outputs()[0];
            }
            assert!(n_spikes > 5.0, "{name}");
        }
    }

    #[test]
    fn with_exponential_currents_it_is_solved_exactly() {
        let mut cells = Cells::new("PointNeuron(LIF, e=CurrExp, i=CurrExp, x=CurrExp)", 0.1, &[]);
        let mut others = Cells::new("IF_curr_exp", 0.1, &[]);
        for n in 0..1_000 {
            let w = if n % 7 == 0 { 0.3 } else { 0.0 };
            cells.step(&[0.6], &[w, -0.01, 0.0]);
            others.step(&[0.6], &[w, -0.01]);
            assert!((cells.state("v") - others.state("v")).abs() < 1e-9, "step {n}");
        }
    }

    /// g(t) = w k (e^(-t/tau_decay) - e^(-t/tau_rise)), whose peak is w.
    #[test]
    fn a_beta_conductance_peaks_with_its_weight() {
        for (rise, decay) in [(0.2f64, 1.7f64), (1.0, 5.0), (2.0, 2.0 + 1e-9), (3.0, 1.0)] {
            let parameters = [("g.tau_rise", rise), ("g.tau_decay", decay)];
            let mut cells = Cells::new("PointNeuron(LIF, g=CondBeta)", 0.01, &parameters);
            cells.step(&[], &[0.02]);
            let mut peak = 0.0f64;
            let tp = match (rise - decay).abs() < 1e-6 {
                true => rise,
                false => decay * rise / (decay - rise) * (decay / rise).ln(),
            };
            for n in 1..1_000 {
                cells.step(&[], &[]);
                peak = peak.max(cells.state("g.gsyn"));
                if (rise - decay).abs() > 0.1 {
                    let t = f64::from(n) * 0.01;
                    let shape = |t: f64| (-t / decay).exp() - (-t / rise).exp();
                    let expected = 0.02 * shape(t) / shape(tp);
                    assert!((cells.state("g.gsyn") - expected).abs() < 1e-7, "{rise} {decay} {t}");
                }
            }
            assert!((peak - 0.02).abs() < 1e-6, "{rise} {decay}: {peak}");
        }
    }

    #[track_caller]
    fn check_refused(arguments: &str, why: &str) {
        let error = mechanism(&format!("PointNeuron({arguments})")).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        check_refused("LIF, a=CurrExp, b=CondExp", "`a` is one and `b` the other");
        check_refused("HH, a=CurrExp", "unknown membrane `HH`");
        check_refused("LIF, a=CondGamma", "unknown receptor `CondGamma`");
        check_refused("LIF, CondExp", "such as `AMPA=CondExp`, found `CondExp`");
        check_refused("LIF, 1a=CondExp", "`1a` cannot be");
        check_refused("LIF, a=CondExp, a=CondBeta", "`a` is declared twice");
        check_refused("LIF, v=CurrExp, w x=CurrExp", "`w x` cannot be");
        assert!(mechanism("LineNeuron(LIF)").is_err());
    }

    proptest! {
        #[test]
        fn any_set_of_receptors_makes_a_cell(
            is_adaptive: bool,
            kinds in prop_oneof![
                proptest::collection::vec(Just("CurrExp"), 0..4),
                proptest::collection::vec(
                    prop_oneof![Just("CondExp"), Just("CondAlpha"), Just("CondBeta")], 0..4),
            ].prop_map(|kinds| kinds),
        ) {
            let receptors: String =
                kinds.iter().enumerate().map(|(i, kind)| format!(", r{i}={kind}")).collect();
            let membrane = if is_adaptive { "AdExp" } else { "LIF" };
            let mut cells = Cells::new(&format!("PointNeuron({membrane}{receptors})"), 0.1, &[]);
            assert_eq!(cells.mechanism.receptors.len(), kinds.len());
            cells.step(&[0.1], &[0.01; 4]);
            assert!(cells.state("v").is_finite());
        }
    }
}
