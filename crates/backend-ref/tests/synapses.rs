//! The synapses of the catalogue against closed forms and sums over all pairs of spikes.

use pontine_backend_ref::Reference;
use pontine_conformance::Oracle;
use pontine_core_ir::{
    Model, Recording,
    port::{Address, Backend, CompileOptions, Unattended},
    recording::SeriesData,
};

/// Spikes of one source and of one target, in ms, through one synapse of this kind with weight 0.5.
struct Pair<'a> {
    synapse: &'a str,
    pre: &'a [f64],
    post: &'a [f64],
    delay: f64,
    dendritic: f64,
}

const DT: f64 = 0.1;
const W: f64 = 0.5;

impl Pair<'_> {
    /// A model with `n` such synapses, from one source to as many targets.
    fn model(&self, n: usize, seed: u64) -> Model {
        let steps = |times: &[f64]| -> Vec<u64> {
            times.iter().map(|time| (time / DT).round() as u64).collect()
        };
        let (kind, parameters) = self.synapse.split_once(' ').unwrap_or((self.synapse, ""));
        let posts = vec![steps(self.post); n];
        let parameters: String =
            parameters.split_whitespace().map(|p| format!("; parameter {p}")).collect();
        let text = format!(
            "model dt=0.0001 seed={seed} \"\"
             signal %0 \"pre\" events [1] amplitude=1.0
             signal %1 \"post\" events [{n}] amplitude=1.0
             signal %2 \"sum\" dense [{n}] temporary = {zeros:?}
             operator \"pre\" 0 spike_list %0 [{pre:?}]
             operator \"post\" 0 spike_list %1 {posts:?}
             operator \"sum\" 0 reset %2 0.0
             operator \"p\" 0 deliver %0 -> %2 rule all_to_all 1 -> {n} weight={W} delay={delay} \
             synapse {kind} dendritic={dendritic} post=%1{parameters}
             record \"sum\" signal %2 every=1.0 first=first_step unit=\"\"",
            zeros = vec![0.0; n],
            pre = steps(self.pre),
            delay = self.delay,
            dendritic = self.dendritic,
        );
        Model::parse(&text).unwrap()
    }

    /// What was delivered at each spike of the source, of each target, and the weight in the end.
    fn run(&self, n: usize, seed: u64) -> (Vec<Vec<f64>>, f64) {
        let model = self.model(n, seed);
        model.validate().unwrap();
        let last = self.pre.iter().chain(self.post).fold(0.0, |a: f64, b| a.max(*b));
        let n_steps = ((last + self.delay) / DT).round() as u64 + 1;
        let mut simulation = Reference.compile(&model, &CompileOptions::default());
        let simulation = simulation.as_mut().unwrap();
        simulation.run_steps(n_steps, &mut Unattended).unwrap();
        let mut recording = Recording::of(&model);
        simulation.drain(&mut recording).unwrap();
        let SeriesData::Samples { rows, .. } = &recording.series["sum"].data else { panic!() };
        let due = |time: &f64| ((time + self.delay) / DT).round() as usize - 1;
        let delivered = self.pre.iter().map(|t| rows[due(t) * n..][..n].to_vec()).collect();
        let weights = Address::Weights(model.operator("p", 0).unwrap());
        (delivered, simulation.read(weights).unwrap()[0])
    }
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found}, not {expected}");
}

const TIMES: &[f64] = &[5.0, 15.0, 25.0, 35.0, 45.0, 55.0, 80.0, 81.0, 400.0];

/// The recursion of Tsodyks, Uziel & Markram, with the decay of z written as it stands there.
fn tsodyks_markram(u0: f64, rec: f64, facil: f64, syn: f64) -> Vec<f64> {
    let (mut u, mut y, mut z, mut last) = (0.0, 0.0, 0.0, 0.0);
    let mut delivered = Vec::new();
    for &time in TIMES {
        let d: f64 = time - last;
        let (e_rec, e_syn) = ((-d / rec).exp(), (-d / syn).exp());
        z = z * e_rec
            + match syn == rec {
                true => y * d / syn * e_syn,
                false => y * (e_syn - e_rec) / (syn / rec - 1.0),
            };
        y *= e_syn;
        u = if facil == 0.0 { u0 } else { u * (-d / facil).exp() };
        u = if facil == 0.0 { u0 } else { u + u0 * (1.0 - u) };
        let released = (1.0 - y - z) * u;
        delivered.push(W * released);
        (y, last) = (y + released, time);
    }
    delivered
}

#[test]
fn depression_and_facilitation_follow_their_recursion() {
    for (u, rec, facil, syn) in
        [(0.5, 100.0, 0.0, 5.0), (0.04, 50.0, 200.0, 5.0), (0.3, 20.0, 30.0, 20.0)]
    {
        let synapse = format!("TsodyksMarkram U={u} tau_rec={rec} tau_facil={facil} tau_syn={syn}");
        let pair = Pair { synapse: &synapse, pre: TIMES, post: &[], delay: 1.0, dendritic: 1.0 };
        let (found, _) = pair.run(1, 0);
        for (found, expected) in found.iter().zip(tsodyks_markram(u, rec, facil, syn)) {
            near(found[0], expected);
        }
    }
}

/// The mean of what is delivered, and its error.
fn mean_and_error(delivered: &[f64], variance: f64) -> (f64, f64) {
    let n = delivered.len() as f64;
    (delivered.iter().sum::<f64>() / n / W, 5.0 * (variance / n).sqrt())
}

const MANY: usize = 20_000;

#[test]
fn chance_delivers_all_or_nothing_with_its_probability() {
    let synapse = "SimpleStochastic p=0.3";
    let pair = Pair { synapse, pre: &[1.0, 2.0], post: &[], delay: 1.0, dendritic: 1.0 };
    let (found, _) = pair.run(MANY, 1);
    for delivered in &found {
        assert!(delivered.iter().all(|w| *w == 0.0 || *w == W));
        let (mean, error) = mean_and_error(delivered, 0.3 * 0.7);
        assert!((mean - 0.3).abs() < error, "{mean}");
    }
    let both = found[0].iter().zip(&found[1]).filter(|(a, b)| **a > 0.0 && **b > 0.0).count();
    let both = both as f64 / MANY as f64;
    assert!((both - 0.09).abs() < 5.0 * (0.09f64 * 0.91 / MANY as f64).sqrt(), "{both}");
    assert_ne!(found, pair.run(MANY, 2).0);
}

#[test]
fn a_site_that_was_emptied_recovers() {
    let synapse = "StochasticTsodyksMarkram U=0.6 tau_rec=50.0 tau_facil=100.0";
    let pair = Pair { synapse, pre: &[1.0, 21.0], post: &[], delay: 1.0, dendritic: 1.0 };
    let (found, _) = pair.run(MANY, 3);
    let u1 = 0.6;
    let decayed = u1 * (-20.0f64 / 100.0).exp();
    let u2 = decayed + 0.6 * (1.0 - decayed);
    let full = (1.0 - u1) + u1 * (1.0 - (-20.0f64 / 50.0).exp());
    for (delivered, p) in found.iter().zip([u1, full * u2]) {
        let (mean, error) = mean_and_error(delivered, p * (1.0 - p));
        assert!((mean - p).abs() < error, "{mean}, not {p}");
    }
}

#[test]
fn sites_deliver_their_parts() {
    let synapse = "MultiQuantal U=0.4 n=5.0 tau_rec=60.0 tau_facil=0.0";
    let pair = Pair { synapse, pre: &[1.0, 31.0], post: &[], delay: 1.0, dendritic: 1.0 };
    let (found, _) = pair.run(MANY, 4);
    let counts = |delivered: &[f64]| {
        let mut counts = [0.0; 6];
        delivered.iter().for_each(|w| counts[(w / W * 5.0).round() as usize] += 1.0);
        counts.map(|count| count / MANY as f64)
    };
    // A site delivers at the second spike if it is full, either never emptied or recovered.
    let full = 0.6 + 0.4 * (1.0 - (-30.0f64 / 60.0).exp());
    for (delivered, p) in found.iter().zip([0.4, 0.4 * full]) {
        let choose = [1.0, 5.0, 10.0, 10.0, 5.0, 1.0];
        for (k, found) in counts(delivered).into_iter().enumerate() {
            let expected = choose[k] * f64::powi(p, k as i32) * f64::powi(1.0 - p, 5 - k as i32);
            let error = 5.0 * (expected * (1.0 - expected) / MANY as f64).sqrt();
            assert!((found - expected).abs() < error, "{k}: {found}, not {expected}");
        }
    }
}

/// One way in which the change depends on the weight: potentiation and depression by a trace.
type Dependence = fn(w: f64, trace: f64, [f64; 2]) -> f64;

/// Weights after each spike, from the distances of all pairs of spikes; those that are at the synapse at
/// once are no pair.
fn all_pairs(
    pair: &Pair<'_>,
    up: Dependence,
    down: Dependence,
    limits: [f64; 2],
) -> (Vec<f64>, f64) {
    let (tau_plus, tau_minus, a_plus, a_minus) = (15.0, 25.0, 0.1, 0.12);
    let dendritic = (pair.dendritic * (pair.delay / DT).round()).round() * DT;
    let pre: Vec<f64> = pair.pre.iter().map(|t| t + pair.delay - dendritic).collect();
    let post: Vec<f64> = pair.post.iter().map(|t| t + dendritic).collect();
    let trace = |spikes: &[f64], now: f64, a: f64, tau: f64| -> f64 {
        let before = spikes.iter().filter(|t| **t < now - DT / 2.0);
        before.map(|t| a * (-(now - t) / tau).exp()).sum()
    };
    let mut spikes: Vec<(f64, bool)> = pre.iter().map(|t| (*t, true)).collect();
    spikes.extend(post.iter().map(|t| (*t, false)));
    let same = |a: f64, b: f64| (a - b).abs() < DT / 2.0;
    spikes.sort_by(|a, b| match same(a.0, b.0) {
        // The target's comes first, unless there is no dendritic delay.
        true => (a.1 == (dendritic > 0.0)).cmp(&(b.1 == (dendritic > 0.0))),
        false => a.0.total_cmp(&b.0),
    });
    let (mut w, mut delivered) = (W, Vec::new());
    for (now, is_pre) in spikes {
        let new = match is_pre {
            true => down(w, -trace(&post, now, a_minus, tau_minus), limits),
            false => up(w, trace(&pre, now, a_plus, tau_plus), limits),
        };
        w = new.clamp(limits[0], limits[1]);
        if is_pre {
            delivered.push(w);
        }
    }
    (delivered, w)
}

const PRE: &[f64] = &[3.0, 10.0, 10.1, 22.0, 40.0, 41.0, 60.0, 61.0, 75.0, 75.4, 90.0, 120.0];
const POST: &[f64] = &[2.0, 9.0, 11.0, 23.0, 39.0, 39.5, 42.0, 59.0, 62.0, 74.4, 75.0, 95.0, 121.0];

#[track_caller]
fn check_pairs(kind: &str, up: Dependence, down: Dependence) {
    for limits in [[0.0, 1.0], [0.45, 0.6], [0.1, 2.0]] {
        for (delay, dendritic) in [(1.0, 1.0), (1.0, 0.0), (2.0, 0.5), (1.5, 0.3), (0.1, 1.0)] {
            let synapse = format!(
                "{kind} tau_plus=15.0 tau_minus=25.0 A_plus=0.1 A_minus=0.12 w_min={} w_max={}",
                limits[0], limits[1]
            );
            let pair = Pair { synapse: &synapse, pre: PRE, post: POST, delay, dendritic };
            let (found, weight) = pair.run(1, 0);
            let (expected, last) = all_pairs(&pair, up, down, limits);
            for (found, expected) in found.iter().zip(&expected) {
                near(found[0], *expected);
            }
            near(weight, last);
        }
    }
}

#[test]
fn spike_timing_adds_over_all_pairs() {
    let change: Dependence = |w, trace, [_, max]| w + max * trace;
    check_pairs("StdpAdditive", change, change);
}

#[test]
fn spike_timing_multiplies_by_the_distance_to_the_limit() {
    let down: Dependence = |w, trace, [min, _]| w + (w - min) * trace;
    check_pairs("StdpMultiplicative", |w, trace, [_, max]| w + (max - w) * trace, down);
    check_pairs(
        "StdpAdditivePotentiationMultiplicativeDepression",
        |w, trace, [_, max]| w + max * trace,
        down,
    );
}

#[test]
fn spike_timing_takes_powers_of_the_distance() {
    check_pairs(
        "StdpGutig mu_plus=0.3 mu_minus=0.7",
        |w, trace, [_, max]| w + max * ((max - w) / max).powf(0.3) * trace,
        |w, trace, [min, max]| w + max * ((w - min) / max).powf(0.7) * trace,
    );
}

#[test]
fn inhibition_is_changed_by_the_nearest_spikes() {
    let (tau, eta, rho) = (20.0, 0.02, 0.01);
    let synapse = "Vogels2011 tau=20.0 eta=0.02 rho=0.01";
    let pair = Pair { synapse, pre: PRE, post: POST, delay: 1.0, dendritic: 1.0 };
    let (found, weight) = pair.run(1, 0);
    let post: Vec<f64> = POST.iter().map(|t| t + 1.0).collect();
    let nearest = |spikes: &[f64], now: f64, at_once: bool| {
        let until = if at_once { now + DT / 2.0 } else { now - DT / 2.0 };
        let last = spikes.iter().rev().find(|t| **t < until);
        last.map_or(0.0, |t| (-(now - t) / tau).exp())
    };
    let mut all: Vec<(f64, bool)> = post.iter().map(|t| (*t, false)).collect();
    all.extend(PRE.iter().map(|t| (*t, true)));
    all.sort_by(|a, b| match (a.0 - b.0).abs() < DT / 2.0 {
        true => a.1.cmp(&b.1),
        false => a.0.total_cmp(&b.0),
    });
    let (mut w, mut delivered) = (W, Vec::new());
    for (now, is_pre) in all {
        w += match is_pre {
            true => eta * (nearest(&post, now, true) - 2.0 * rho * tau),
            false => eta * nearest(PRE, now, false),
        };
        w = w.clamp(0.0, 1.0);
        if is_pre {
            delivered.push(w);
        }
    }
    found.iter().zip(&delivered).for_each(|(found, expected)| near(found[0], *expected));
    near(weight, w);
}

/// Targets that spike in each step, of sources that hardly do; sums that many synapses of drawn delays
/// add to.
#[test]
fn what_is_remembered_is_taken_in_before_it_is_too_much() {
    let (n, n_steps) = (3, 1500);
    let posts = vec![(1..n_steps).collect::<Vec<u64>>(); n];
    let often = vec![(1..n_steps).collect::<Vec<u64>>(); 40];
    let text = format!(
        "model dt=0.0001 seed=5 \"\"
         signal %0 \"pre\" events [2] amplitude=1.0
         signal %1 \"post\" events [{n}] amplitude=1.0
         signal %2 \"sum\" dense [{n}] temporary = [0.0, 0.0, 0.0]
         signal %3 \"often\" events [40] amplitude=1.0
         operator \"pre\" 0 spike_list %0 [[700, 1400], []]
         operator \"post\" 0 spike_list %1 {posts:?}
         operator \"often\" 0 spike_list %3 {often:?}
         operator \"sum\" 0 reset %2 0.0
         operator \"fixed\" 0 deliver %3 -> %2 rule all_to_all 40 -> 3 weight=0.1 \
         delay=uniform(high=0.4, low=0.1)
         operator \"p\" 0 deliver %0 -> %2 rule all_to_all 2 -> 3 weight=0.5 delay=0.7 synapse \
         StdpMultiplicative dendritic=0.5 post=%1; parameter A_plus=0.0001
         record \"sum\" signal %2 every=1.0 first=first_step unit=\"\""
    );
    let model = Model::parse(&text).unwrap();
    let run = |backend: &dyn Backend| {
        let mut simulation = backend.compile(&model, &CompileOptions::default()).unwrap();
        simulation.run_steps(n_steps, &mut Unattended).unwrap();
        let mut recording = Recording::of(&model);
        simulation.drain(&mut recording).unwrap();
        let weights = Address::Weights(model.operator("p", 0).unwrap());
        (recording, simulation.read(weights).unwrap())
    };
    let (found, expected) = (run(&Reference), run(&Oracle));
    assert_eq!(found.0, expected.0);
    assert_eq!(found.1, expected.1);
}
