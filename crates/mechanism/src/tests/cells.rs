//! Cells of the two worlds.

use super::{Bench, IF_CURR_DELTA, IF_CURR_EXP, LIF, POISSON};

/// v of a leaky membrane driven by one exponential current of size `i0` at time 0, and by a
/// constant current.
fn closed_form(t: f64, tau_m: f64, tau_s: f64, i0: f64, offset: f64) -> f64 {
    let constant = offset * tau_m * -(-t / tau_m).exp_m1();
    // i0 e^(-t/tau_m) · ∫ e^(-s (1/tau_s - 1/tau_m)) ds, with the quotient finite at equality.
    let k = 1.0 / tau_s - 1.0 / tau_m;
    let integral = if k == 0.0 { t } else { -(-k * t).exp_m1() / k };
    -65.0 + constant + i0 * (-t / tau_m).exp() * integral
}

fn check_trajectory(tau_syn: f64) {
    let set = [("tau_syn_E", tau_syn), ("v_thresh", 1e9), ("i_offset", 0.3)];
    let mut bench = Bench::<f64>::new(IF_CURR_EXP, 16, 0.1, &set);
    bench.state_mut("excitatory.i").fill(2.0);
    for step in 1..=1000 {
        bench.step();
        let expected = closed_form(step as f64 * 0.1, 20.0, tau_syn, 2.0, 0.3);
        let error = (bench.state("v")[3] - expected).abs();
        assert!(error < 1e-12 * 65.0, "step {step}: {error:e}");
    }
}

#[test]
fn the_exact_solver_follows_the_closed_form() {
    for tau_syn in [5.0, 0.5, 100.0, 20.0, 20.0 + 1e-9, 20.0 * (1.0 + 1e-15), 20.001] {
        check_trajectory(tau_syn);
    }
}

/// An event jumps the current at its arrival; the membrane feels it from the next step on.
#[test]
fn a_current_is_felt_one_step_after_it_arrives() {
    let mut bench = Bench::<f64>::new(IF_CURR_EXP, 16, 0.1, &[]);
    bench.receptor_mut("excitatory")[0] = 1.5;
    bench.step();
    assert_eq!((bench.state("excitatory.i")[0], bench.state("v")[0]), (1.5, -65.0));
    assert_eq!(bench.state("excitatory.i")[1], 0.0);
    bench.receptor_mut("excitatory")[0] = 0.0;
    bench.step();
    assert!((bench.state("excitatory.i")[0] - 1.5 * (-0.1f64 / 5.0).exp()).abs() < 1e-15);
    assert!(bench.state("v")[0] > -65.0);
}

/// After the spike's step the membrane is held for `tau_refrac / dt` whole steps, and moves in the
/// next; currents go on.
#[test]
fn refractoriness_lasts_whole_steps() {
    for (tau_refrac, held) in [(2.0, 20), (0.1, 1), (0.0, 0), (0.26, 3)] {
        let set = [("tau_refrac", tau_refrac), ("i_offset", 1.0)];
        let mut bench = Bench::<f64>::new(IF_CURR_EXP, 16, 0.1, &set);
        bench.state_mut("inhibitory.i").fill(-1e-3);
        while bench.output("spikes")[0] == 0.0 {
            bench.step();
        }
        assert_eq!(bench.state("v")[0], -65.0);
        let mut steps = 0;
        loop {
            let current = bench.state("inhibitory.i")[0];
            bench.step();
            assert_eq!(bench.output("spikes")[0], 0.0);
            assert!(bench.state("inhibitory.i")[0] > current);
            if bench.state("v")[0] != -65.0 {
                break;
            }
            steps += 1;
        }
        assert_eq!(steps, held, "{tau_refrac}");
    }
}

/// Decay, then arriving jumps, then the threshold; what arrives while refractory is lost.
#[test]
fn delta_jumps_are_seen_undecayed_and_lost_while_refractory() {
    let mut bench = Bench::<f64>::new(IF_CURR_DELTA, 16, 0.1, &[]);
    let decay = (-0.1f64 / 20.0).exp();
    bench.receptor_mut("excitatory").fill(5.0);
    bench.step();
    assert_eq!(bench.state("v")[0], -60.0);
    bench.step();
    assert!((bench.state("v")[0] - (-65.0 + 5.0 * decay + 5.0)).abs() < 1e-13);
    bench.receptor_mut("excitatory").fill(10.0);
    bench.step();
    assert_eq!((bench.output("spikes")[0], bench.state("v")[0]), (1.0, -70.0));
    for _ in 0..3 {
        bench.step();
        assert_eq!((bench.output("spikes")[0], bench.state("v")[0]), (0.0, -70.0));
    }
    bench.step();
    assert!((bench.state("v")[0] - (-65.0 - 5.0 * decay + 10.0)).abs() < 1e-13);
}

/// Nengo's step, written by hand.
fn lif_step(j: f64, dt: f64, v: &mut f64, r: &mut f64) -> bool {
    let (tau_rc, tau_ref) = (0.02, 0.002);
    *r -= dt;
    let delta = (dt - *r).clamp(0.0, dt);
    *v -= (j - *v) * (-delta / tau_rc).exp_m1();
    let spiked = *v > 1.0;
    if spiked {
        let t_spike = dt + tau_rc * (-(*v - 1.0) / (j - 1.0)).ln_1p();
        *v = 0.0;
        *r = tau_ref + t_spike;
    } else {
        *v = v.max(0.0);
    }
    spiked
}

#[test]
fn lif_steps_as_nengo_does() {
    let mut bench = Bench::<f64>::new(LIF, 32, 0.001, &[]);
    let mut v = bench.state("voltage").to_vec();
    let mut r = bench.state("refractory_time").to_vec();
    assert!(v.iter().all(|v| *v > 0.0 && *v < 1.0));
    let mut spikes = 0;
    for step in 0..1000 {
        for lane in 0..32 {
            let j = lane as f64 * 0.3 - 1.0 + 0.1 * (step as f64 * 0.05).sin();
            bench.input_mut("J")[lane] = j;
        }
        bench.step();
        for lane in 0..32 {
            let j = bench.dense[lane];
            let spiked = lif_step(j, 0.001, &mut v[lane], &mut r[lane]);
            spikes += usize::from(spiked);
            assert_eq!(bench.output("spikes")[lane], f64::from(spiked));
            assert!((bench.state("voltage")[lane] - v[lane]).abs() < 1e-12);
            assert!((bench.state("refractory_time")[lane] - r[lane]).abs() < 1e-12);
        }
    }
    assert!(spikes > 2000);
}

#[test]
fn poisson_counts_have_the_right_mean_and_window() {
    let set = [("rate", 800.0), ("start", 10.0), ("duration", 50.0)];
    let mut bench = Bench::<f64>::new(POISSON, 256, 0.1, &set);
    bench.input_mut("rate_in").fill(200.0);
    let mut active = Vec::new();
    let (mut sum, mut squares) = (0.0, 0.0);
    for step in 1..=800u64 {
        bench.step();
        let counts = bench.output("spikes");
        sum += counts.iter().sum::<f64>();
        squares += counts.iter().map(|k| k * k).sum::<f64>();
        if counts.iter().any(|k| *k > 0.0) {
            active.push(step);
        }
    }
    // (10 ms, 60 ms] at 0.1 ms: steps 101 to 600.
    assert_eq!((active.first(), active.last()), (Some(&101), Some(&600)));
    let n = 500.0 * 256.0;
    let (mean, second) = (sum / n, squares / n);
    assert!((mean - 0.1).abs() < 5.0 * (0.1f64 / n).sqrt(), "{mean}");
    assert!((second - mean * mean - 0.1).abs() < 0.005, "{second}");
}

#[test]
fn both_precisions_agree_on_rates() {
    let rate = |spikes: f64| spikes / 16.0;
    let set = [("i_offset", 1.0)];
    let mut double = Bench::<f64>::new(IF_CURR_EXP, 16, 0.1, &set);
    let mut single = Bench::<f32>::new(IF_CURR_EXP, 16, 0.1, &set);
    let (mut a, mut b) = (0.0, 0.0);
    for _ in 0..2000 {
        double.step();
        single.step();
        assert!((double.state("v")[0] - f64::from(single.state("v")[0])).abs() < 16.0);
        a += double.output("spikes").iter().sum::<f64>();
        b += single.output("spikes").iter().map(|k| f64::from(*k)).sum::<f64>();
    }
    assert!(a > 0.0 && (rate(a) - rate(b)).abs() <= 1.0);
}
