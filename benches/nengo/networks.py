"""Networks that benches build and run; `tests/src/nef_networks.rs` has the same."""

import nengo
import numpy as np
import scipy.sparse


def sines(d):
    """A sine for each dimension, of a frequency of its own."""
    frequencies = np.arange(1.0, d + 1)
    return nengo.Node(lambda t: np.sin(frequencies * t))


def channel():
    node = sines(8)
    a, b = (nengo.Ensemble(500, 8) for _ in range(2))
    nengo.Connection(node, a)
    nengo.Connection(a, b)
    nengo.Probe(b, synapse=0.01)


def integrator(matrix):
    node = sines(2)
    state = nengo.Ensemble(400, 2)
    nengo.Connection(node, state, transform=0.1, synapse=0.1)
    nengo.Connection(state, state, transform=matrix, synapse=0.1)
    nengo.Probe(state, synapse=0.01)


def lorenz():
    def flow(x):
        dx = [10 * (x[1] - x[0]), -x[0] * x[2] - x[1], x[0] * x[1] - 8.0 / 3.0 * (x[2] + 28)]
        return [x[i] + 0.1 * dx[i] for i in range(3)]

    state = nengo.Ensemble(2000, 3, radius=60)
    nengo.Connection(state, state, function=flow, synapse=0.1)
    nengo.Probe(state, synapse=0.01)


def pes():
    node = sines(8)
    pre, post = (nengo.Ensemble(2000, 8) for _ in range(2))
    error = nengo.Ensemble(500, 8)
    nengo.Connection(node, pre)
    rule = nengo.PES(learning_rate=1e-4)
    learns = nengo.Connection(pre, post, function=lambda x: np.zeros(8), learning_rule_type=rule)
    nengo.Connection(post, error)
    nengo.Connection(node, error, transform=-1)
    nengo.Connection(error, learns.learning_rule)
    nengo.Probe(post, synapse=0.01)


def arrays():
    first, second = (nengo.networks.EnsembleArray(50, 512) for _ in range(2))
    nengo.Connection(first.output, second.input)
    nengo.Probe(second.output, synapse=0.01)


def convolution():
    a, b = (nengo.Node(np.ones(128) / 12) for _ in range(2))
    made = nengo.networks.CircularConvolution(200, 128)
    result = nengo.networks.EnsembleArray(50, 128)
    nengo.Connection(a, made.input_a)
    nengo.Connection(b, made.input_b)
    nengo.Connection(made.output, result.input)
    nengo.Probe(result.output, synapse=0.01)


def ganglia(d):
    node = sines(d)
    basal = nengo.networks.BasalGanglia(d)
    thalamus = nengo.networks.Thalamus(d)
    nengo.Connection(node, basal.input)
    nengo.Connection(basal.output, thalamus.input)
    nengo.Probe(thalamus.output, synapse=0.01)


def convnet():
    """Three layers of convolutions between spiking neurons, which see five images of 28 by 28 in turn."""
    images = (np.arange(5 * 784) * 37 % 101 / 100.0).reshape(5, 784)
    node = nengo.Node(nengo.processes.PresentInput(images, 0.1))

    def layer(pre, shape, n_filters, stride, scale):
        init = nengo.dists.Uniform(-scale, scale)
        transform = nengo.Convolution(n_filters, shape, strides=(stride, stride), init=init)
        n = transform.size_out
        post = nengo.Ensemble(n, 1, gain=np.ones(n), bias=np.zeros(n))
        nengo.Connection(pre, post.neurons, transform=transform, synapse=0.005)
        return post, transform.output_shape.shape

    a, shape = layer(node, (28, 28, 1), 16, 1, 1)
    b, shape = layer(a.neurons, shape, 32, 2, 0.02)
    c, shape = layer(b.neurons, shape, 32, 2, 0.01)
    output = nengo.Node(size_in=10)
    weights = (np.arange(8000) * 29 % 97 / 97.0 - 0.5).reshape(10, 800)
    nengo.Connection(c.neurons, output, transform=weights, synapse=0.005)
    nengo.Probe(output, synapse=None)


def sparse(n=4000):
    """Cells that excite (four of five) and inhibit one another, each joined to a tenth of the others."""
    rng = np.random.RandomState(5)
    cells = nengo.Ensemble(n, 1, gain=np.ones(n), bias=rng.uniform(1.0, 1.5, n))
    weights = np.where(np.arange(n) < 3200, 2e-5, -1e-4)
    matrix = scipy.sparse.csr_matrix((rng.random_sample((n, n)) < 0.1) * weights)
    transform = nengo.Sparse((n, n), init=matrix)
    nengo.Connection(cells.neurons, cells.neurons, transform=transform, synapse=0.005)
    nengo.Probe(cells.neurons[[0, 1000, 2000, 3000]], synapse=0.01)


def small(n):
    """Ensembles of 50 to 149 neurons and of up to four dimensions, five connections from each."""
    sizes = [(50 + i * 37 % 100, 1 + i % 4) for i in range(n)]
    ensembles = [nengo.Ensemble(*size) for size in sizes]
    for i, ensemble in enumerate(ensembles):
        for k in range(1, 6):
            j = (i * 7 + k * 13) % n
            transform = np.full((sizes[j][1], sizes[i][1]), 0.1)
            function = np.square if k % 2 else None
            nengo.Connection(ensemble, ensembles[j], function=function, transform=transform)
    nengo.Probe(ensembles[0], synapse=0.01)


def single(n_neurons, dimensions):
    ensemble = nengo.Ensemble(n_neurons, dimensions)
    nengo.Connection(ensemble, ensemble, function=np.square)


def chain(n):
    ensembles = [nengo.Ensemble(50, 1) for _ in range(n)]
    for pre, post in zip(ensembles, ensembles[1:]):
        nengo.Connection(pre, post)


MAKES = {
    "channel": channel,
    "integrator": lambda: integrator([[1, 0], [0, 1]]),
    "oscillator": lambda: integrator([[1, -0.6], [0.6, 1]]),
    "lorenz": lorenz,
    "pes": pes,
    "arrays": arrays,
    "convolution": convolution,
    "ganglia": lambda: ganglia(10),
    "ganglia64": lambda: ganglia(64),
    "convnet": convnet,
    "sparse": sparse,
    "small60": lambda: small(60),
    "small400": lambda: small(400),
    "single2000": lambda: single(2000, 3),
    "single4000": lambda: single(4000, 8),
    "chain100": lambda: chain(100),
    "chain1000": lambda: chain(1000),
    "chain10000": lambda: chain(10000),
}
