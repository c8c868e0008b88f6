"""Nengo's numbers for models of the NEF: mean and deviation of ten seeds.

Prints what stands in the `[[reference]]` tables of models/; nothing is written. `lorenz` also prints the
statistics of the equations themselves, over 1000 s. Run it with the Python of `cargo xtask golden nengo`:

    python tests/golden/published/dynamics.py integrator oscillator lorenz basal_ganglia circular_convolution
"""

import sys

import nengo
import numpy as np
from nengo.dists import Uniform, UniformHypersphere

SEEDS = range(10)
TAU = 0.1
DT = 0.001


def ensemble(n_neurons, dimensions, radius=1):
    return nengo.Ensemble(
        n_neurons,
        dimensions,
        radius=radius,
        encoders=UniformHypersphere(surface=True),
        eval_points=UniformHypersphere(),
        intercepts=Uniform(-1, 0.9),
    )


def run(net, ensemble, time):
    with net:
        probe = nengo.Probe(ensemble, synapse=0.01)
    with nengo.Simulator(net, dt=DT, progress_bar=False) as simulator:
        simulator.run(time)
    return simulator.data[probe]


def integrator(seed):
    with nengo.Network(seed=seed) as net:
        stimulus = nengo.Node(lambda t: 1.0 if 0.2 <= t < 0.7 else 0.0)
        integral = ensemble(100, 1)
        nengo.Connection(stimulus, integral, transform=TAU, synapse=TAU)
        nengo.Connection(integral, integral, synapse=TAU)
    x = run(net, integral, 3.0)[:, 0]
    held, last = x[900:1000].mean(), x[2900:].mean()
    return {"held": held, "drift": (last - held) / 2}


def oscillator(seed):
    turn = 2 * np.pi * TAU
    with nengo.Network(seed=seed) as net:
        kick = nengo.Node(lambda t: 10.0 if t < 0.1 else 0.0)
        state = ensemble(200, 2)
        nengo.Connection(kick, state[0], transform=TAU, synapse=TAU)
        nengo.Connection(state, state, transform=[[1, -turn], [turn, 1]], synapse=TAU)
    x = run(net, state, 5.0)[500:]
    angle = np.unwrap(np.arctan2(x[:, 1], x[:, 0]))
    frequency = (angle[-1] - angle[0]) / (2 * np.pi * (len(x) - 1) * DT)
    return {"frequency": frequency, "radius": np.hypot(x[:, 0], x[:, 1]).mean()}


SIGMA, BETA, RHO = 10, 8 / 3, 28


def slope(x):
    return np.array(
        [SIGMA * (x[1] - x[0]), -x[0] * x[2] - x[1], x[0] * x[1] - BETA * (x[2] + RHO)]
    )


def lorenz(seed):
    with nengo.Network(seed=seed) as net:
        state = ensemble(1000, 3, radius=50)
        solver = nengo.solvers.LstsqL2(reg=0.02)
        function = lambda x: x + TAU * slope(x)
        nengo.Connection(state, state, function=function, synapse=TAU, solver=solver)
    return attractor(run(net, state, 11.0)[1000:], DT)


def attractor(x, dt):
    """Changes of lobe count once the first variable is beyond 3 on the other side."""
    beyond = np.sign(x[np.abs(x[:, 0]) > 3, 0])
    return {
        "switches": np.count_nonzero(np.diff(beyond)) / (len(x) * dt),
        "spread": np.sqrt(np.mean(x[:, 0] ** 2)),
        "middle": x[:, 2].mean(),
    }


def equations(time=1000.0, dt=0.005):
    """The same of the equations, by the classical Runge-Kutta method."""
    x, all = np.array([1.0, 1.0, -5.0]), []
    for _ in range(int(time / dt)):
        a = slope(x)
        b = slope(x + dt / 2 * a)
        c = slope(x + dt / 2 * b)
        d = slope(x + dt * c)
        x = x + dt / 6 * (a + 2 * b + 2 * c + d)
        all.append(x)
    return attractor(np.array(all[2000:]), dt)


def basal_ganglia(seed):
    first, later = [0.8, 0.5, 0.3], [0.3, 0.5, 0.8]
    with nengo.Network(seed=seed) as net:
        utilities = nengo.Node(lambda t: first if t < 0.3 else later)
        ganglia = nengo.networks.BasalGanglia(3, 100)
        nengo.Connection(utilities, ganglia.input)
        probe = nengo.Probe(ganglia.output, synapse=0.02)
    with nengo.Simulator(net, dt=DT, progress_bar=False) as simulator:
        simulator.run(0.6)
    x = simulator.data[probe]
    spans = {"first": x[100:300].mean(axis=0), "later": x[400:].mean(axis=0)}
    return {f"{span}_{action}": m for span in spans for action, m in zip("ABC", spans[span])}


A = np.array([0.5, -0.1, 0.4, 0.2, -0.3, 0.5, -0.2, 0.4])
B = np.array([0.1, -0.4, 0.3, 0.5, 0.2, -0.5, 0.1, 0.4])


def circular_convolution(seed):
    exact = np.fft.irfft(np.fft.rfft(A) * np.fft.rfft(B))
    with nengo.Network(seed=seed) as net:
        a, b = nengo.Node(A), nengo.Node(B)
        convolution = nengo.networks.CircularConvolution(200, 8)
        nengo.Connection(a, convolution.input_a)
        nengo.Connection(b, convolution.input_b)
        c = nengo.Node(size_in=8)
        nengo.Connection(convolution.output, c)
        probe = nengo.Probe(c, synapse=0.02)
    with nengo.Simulator(net, dt=DT, progress_bar=False) as simulator:
        simulator.run(0.3)
    found = simulator.data[probe][100:].mean(axis=0)
    cosine = found @ exact / np.linalg.norm(found) / np.linalg.norm(exact)
    return {"cosine": cosine, "off": np.sqrt(np.mean((found - exact) ** 2))}


for name in sys.argv[1:]:
    runs = [globals()[name](seed) for seed in SEEDS]
    for key in runs[0]:
        values = [run[key] for run in runs]
        print(f"{name} {key}: {np.mean(values):.5f} ± {np.std(values, ddof=1):.5f}")
    if name == "lorenz":
        print("equations", equations())
