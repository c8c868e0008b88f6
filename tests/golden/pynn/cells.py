"""Voltages and spikes of PyNN's standard cells in NEST 3.10.0, by NEST's own models.

Makes `cells.json`, beside this file or in the folder given as the first argument. Run it through
`cargo xtask golden pynn`, which pins the versions. It may be re-made when a cell is added or a pin moves; the
commit that does so says why.

Two cells of each kind: one under a constant current, one that spikes of two sources excite and inhibit, each with a
delay of 1 ms. 200 ms, in steps of 0.1 and of 0.01 ms, on the grid. Voltages are kept every 2 ms.
"""

import json
import sys
from pathlib import Path

import nest

DURATION = 200.0
EVERY = 2.0
DELAY = 1.0
# Alone, in bursts, and at regular intervals; all on the grid of 0.1 ms.
EXCITATION = [
    round(t, 1)
    for t in [10.0, 14.3, 22.0]
    + [30.0 + i for i in range(12)]
    + [60.0 + 10 * i for i in range(5)]
    + [112.5, 112.5, 113.1]
    + [125.0 + 0.9 * i for i in range(15)]
    + [160.0 + 2.5 * i for i in range(8)]
]
INHIBITION = [25.0, 38.4, 90.0, 130.0, 165.2]

LEAKY = {"v_rest": -65.0, "cm": 1.0, "tau_m": 20.0, "tau_refrac": 2.0, "v_reset": -67.0, "v_thresh": -50.0}
SYNAPSES = {"tau_syn_E": 3.0, "tau_syn_I": 7.0}
REVERSALS = {"e_rev_E": 0.0, "e_rev_I": -70.0}
ADAPTIVE = {
    "cm": 0.281, "tau_refrac": 2.0, "v_spike": -40.0, "v_reset": -70.6, "v_rest": -70.6, "tau_m": 9.3667, "a": 0.004,
    "b": 0.0805, "delta_T": 2.0, "tau_w": 144.0, "v_thresh": -50.4, "e_rev_E": 0.0, "e_rev_I": -80.0,
}
HODGKIN = {
    "gbar_Na": 20.0, "gbar_K": 6.0, "g_leak": 0.01, "cm": 0.2, "v_offset": -63.0, "e_rev_Na": 50.0, "e_rev_K": -90.0,
    "e_rev_leak": -65.0, "e_rev_E": 0.0, "e_rev_I": -80.0,
}


def leaky(p):
    """Names and units (pF, pA, nS) of NEST's leaky neurons."""
    return {
        "E_L": p["v_rest"], "C_m": 1e3 * p["cm"], "t_ref": p["tau_refrac"], "V_reset": p["v_reset"],
        "V_th": p["v_thresh"],
    }


def currents(p):
    return leaky(p) | {"tau_m": p["tau_m"], "tau_syn_ex": p["tau_syn_E"], "tau_syn_in": p["tau_syn_I"]}


def conductances(p):
    return leaky(p) | {
        "g_L": 1e3 * p["cm"] / p["tau_m"], "tau_syn_ex": p["tau_syn_E"], "tau_syn_in": p["tau_syn_I"],
        "E_ex": p["e_rev_E"], "E_in": p["e_rev_I"],
    }


def own_conductances(p):
    return conductances(p) | {
        "tau_sfa": p["tau_sfa"], "E_sfa": p["e_rev_sfa"], "q_sfa": 1e3 * p["q_sfa"], "tau_rr": p["tau_rr"],
        "E_rr": p["e_rev_rr"], "q_rr": 1e3 * p["q_rr"],
    }


def hardware(p):
    cell = {"cm": 0.2, "tau_refrac": 1.0, "e_rev_E": 0.0, "tau_m": 0.2 / p["g_leak"]} | p
    return conductances(cell)


def adaptive(p):
    return {
        "C_m": 1e3 * p["cm"], "t_ref": p["tau_refrac"], "V_peak": p["v_spike"], "V_reset": p["v_reset"],
        "E_L": p["v_rest"], "g_L": 1e3 * p["cm"] / p["tau_m"], "a": 1e3 * p["a"], "b": 1e3 * p["b"],
        "Delta_T": p["delta_T"], "tau_w": p["tau_w"], "V_th": p["v_thresh"], "E_ex": p["e_rev_E"],
        "E_in": p["e_rev_I"], "tau_syn_ex": p["tau_syn_E"], "tau_syn_in": p["tau_syn_I"],
    }


def hodgkin(p):
    return {
        "g_Na": 1e3 * p["gbar_Na"], "g_K": 1e3 * p["gbar_K"], "g_L": 1e3 * p["g_leak"], "C_m": 1e3 * p["cm"],
        "V_T": p["v_offset"], "E_Na": p["e_rev_Na"], "E_K": p["e_rev_K"], "E_L": p["e_rev_leak"],
        "E_ex": p["e_rev_E"], "E_in": p["e_rev_I"], "tau_syn_ex": p["tau_syn_E"], "tau_syn_in": p["tau_syn_I"],
        "Act_m": 0.0, "Act_n": 0.0, "Inact_h": 1.0,
    }


def izhikevich(p):
    return {"a": p["a"], "b": p["b"], "c": p["c"], "d": p["d"], "V_th": 30.0, "U_m": -14.0}


def generalised(p):
    cell = conductances(p | {"v_thresh": 0.0})
    del cell["V_th"]
    numbers = [1, 2, 3]
    return cell | {
        "V_T_star": p["v_t_star"], "Delta_V": p["delta_v"], "lambda_0": p["lambda0"],
        "tau_sfa": [p[f"tau_gamma_{k}"] for k in numbers], "q_sfa": [p[f"a_gamma_{k}"] for k in numbers],
        "tau_stc": [p[f"tau_eta_{k}"] for k in numbers], "q_stc": [1e3 * p[f"a_eta_{k}"] for k in numbers],
    }


# By kind: NEST's model, parameters, their translation; where v begins; the constant current (nA) alone and beside synapses;
# weights and what one unit of them is in NEST's.
CELLS = {
    "IF_curr_exp": ("iaf_psc_exp", LEAKY | SYNAPSES, currents, -65.0, 0.9, 0.4, [1.0, -1.3], 1e3),
    "IF_curr_alpha": ("iaf_psc_alpha", LEAKY | SYNAPSES, currents, -65.0, 0.9, 0.4, [0.9, -1.0], 1e3),
    "IF_curr_delta": (
        "iaf_psc_delta", LEAKY, lambda p: leaky(p) | {"tau_m": p["tau_m"]}, -65.0, 0.9, 0.4, [2.5, -3.0], 1.0,
    ),
    "IF_cond_exp": ("iaf_cond_exp", LEAKY | SYNAPSES | REVERSALS, conductances, -65.0, 0.9, 0.4, [0.015, 0.05], 1e3),
    "IF_cond_alpha": (
        "iaf_cond_alpha", LEAKY | SYNAPSES | REVERSALS, conductances, -65.0, 0.9, 0.4, [0.012, 0.03], 1e3,
    ),
    "IF_cond_exp_gsfa_grr": (
        "iaf_cond_exp_sfa_rr",
        LEAKY | SYNAPSES | REVERSALS
        | {"tau_sfa": 100.0, "e_rev_sfa": -75.0, "q_sfa": 0.015, "tau_rr": 2.0, "e_rev_rr": -75.0, "q_rr": 3.0},
        own_conductances, -65.0, 2.0, 0.5, [0.02, 0.05], 1e3,
    ),
    "IF_facets_hardware1": (
        "iaf_cond_exp",
        {"g_leak": 0.04, "tau_syn_E": 10.0, "tau_syn_I": 20.0, "v_reset": -80.0, "e_rev_I": -80.0, "v_rest": -65.0,
         "v_thresh": -55.0},
        hardware, -65.0, None, None, [0.004, 0.004], 1e3,
    ),
    "EIF_cond_exp_isfa_ista": (
        "aeif_cond_exp", ADAPTIVE | SYNAPSES, adaptive, -70.6, 0.8, 0.3, [0.015, 0.03], 1e3,
    ),
    "EIF_cond_alpha_isfa_ista": (
        "aeif_cond_alpha", ADAPTIVE | SYNAPSES, adaptive, -70.6, 0.8, 0.3, [0.012, 0.02], 1e3,
    ),
    "HH_cond_exp": (
        "hh_cond_exp_traub", HODGKIN | {"tau_syn_E": 0.2, "tau_syn_I": 2.0}, hodgkin, -65.0, 0.1, 0.0, [0.1, 0.05], 1e3,
    ),
    "Izhikevich": (
        "izhikevich", {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}, izhikevich, -70.0, 0.007, 0.002, [4.0, -3.0], 1.0,
    ),
    # So sharp a threshold that chance hardly matters.
    "GIF_cond_exp": (
        "gif_cond_exp",
        {k: v for k, v in (LEAKY | SYNAPSES | REVERSALS).items() if k != "v_thresh"}
        | {"delta_v": 0.01, "v_t_star": -50.0, "lambda0": 1000.0}
        | {f"tau_eta_{k}": t for k, t in zip([1, 2, 3], [1.0, 10.0, 100.0])}
        | {f"tau_gamma_{k}": t for k, t in zip([1, 2, 3], [2.0, 15.0, 80.0])}
        | {f"a_eta_{k}": x for k, x in zip([1, 2, 3], [0.5, 0.2, 0.1])}
        | {f"a_gamma_{k}": x for k, x in zip([1, 2, 3], [2.0, 1.0, 1.0])},
        generalised, -65.0, 1.1, 0.5, [0.015, 0.04], 1e3,
    ),
}


def run(kind, dt, driven):
    """Steps of spikes, and voltages every 2 ms from 2 ms on."""
    model, parameters, translate, v, alone, beside, weights, unit = CELLS[kind]
    nest.ResetKernel()
    nest.set(resolution=dt, rng_seed=7)
    nest.verbosity = nest.VerbosityLevel.ERROR
    current = (beside if driven else alone) or 0.0
    cell = nest.Create(model, params=translate(parameters) | {"V_m": v, "I_e": 1e3 * current})
    if driven:
        for times, weight, sign in [(EXCITATION, weights[0], 1), (INHIBITION, weights[1], -1)]:
            source = nest.Create("spike_generator", params={"spike_times": times})
            # Of conductances NEST tells the receptor by the sign of the weight.
            weight = unit * (weight if weights[1] < 0 else sign * weight)
            nest.Connect(source, cell, syn_spec={"weight": weight, "delay": DELAY})
    spikes, voltage = nest.Create("spike_recorder"), nest.Create("multimeter", params={
        "record_from": ["V_m"], "interval": EVERY,
    })
    nest.Connect(cell, spikes)
    nest.Connect(voltage, cell)
    nest.Simulate(DURATION + dt)
    steps = [round(t / dt) for t in spikes.events["times"]]
    samples = [v for t, v in zip(voltage.events["times"], voltage.events["V_m"]) if t < DURATION + 0.5 * dt]
    return {
        "kind": kind, "dt": dt, "parameters": parameters, "v": v, "i_offset": current, "weights": weights,
        "is_driven": driven, "spikes": [n for n in steps if n * dt < DURATION + 0.5 * dt], "voltages": samples,
    }


def main(folder):
    runs = []
    for kind, (*_, alone, _, _, _) in CELLS.items():
        for dt in (0.1, 0.01):
            runs += [run(kind, dt, driven) for driven in (False, True) if driven or alone is not None]
    data = {
        "made_by": f"tests/golden/pynn/cells.py with NEST {nest.__version__}",
        "duration": DURATION, "every": EVERY, "delay": DELAY, "excitation": sorted(EXCITATION),
        "inhibition": INHIBITION, "runs": runs,
    }
    (folder / "cells.json").write_text(json.dumps(data) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
