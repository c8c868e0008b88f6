"""What the recipes share: NEST set up with one thread, and a run that is timed.

Each recipe builds one network of `models/` in NEST, written from its publication and from the file's
own numbers, runs it, and prints one line of JSON. Run them through `cargo xtask bench nest`, which
pins the version and holds the numbers beside ours.

Seconds are those of the process's CPU time; the run is from time 0, as `pontine run` does it. Rates
leave out the first 500 ms, unless the run ends there.
"""

import argparse
import json
import time

import nest

DT = 0.1
DISCARD = 500.0


def arguments(*more):
    """Model time in s and seed, and `more` options by name."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--time", type=float, required=True)
    parser.add_argument("--seed", type=int, default=1)
    for name in more:
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


class Recipe:
    """A network on its way: `populations` by name, then `finish`."""

    def __init__(self, seed):
        self.start = time.process_time()
        nest.verbosity = nest.VerbosityLevel.ERROR
        nest.ResetKernel()
        nest.resolution = DT
        nest.local_num_threads = 1
        nest.rng_seed = seed
        self.populations = {}
        self.recorders = {}

    def population(self, name, model, size, parameters, v):
        """Cells of one kind whose spikes are recorded; `v` is drawn anew for each cell."""
        cells = nest.Create(model, size, params=parameters)
        cells.V_m = v
        recorder = nest.Create("spike_recorder")
        nest.Connect(cells, recorder)
        self.populations[name], self.recorders[name] = cells, recorder
        return cells

    def poisson(self, cells, rate, weight):
        """A source of its own for each cell: NEST's generator sends each target another train."""
        source = nest.Create("poisson_generator", params={"rate": rate})
        nest.Connect(source, cells, syn_spec={"weight": weight, "delay": DT})

    def finish(self, seconds):
        """Runs for so long, and prints what it took."""
        nest.Prepare()
        built = time.process_time()
        wall = time.perf_counter()
        nest.Run(1000.0 * seconds)
        run_cpu = time.process_time() - built
        run_wall = time.perf_counter() - wall
        nest.Cleanup()
        start = DISCARD if DISCARD < 1000.0 * seconds else 0.0
        window = seconds - 0.001 * start
        rates = {
            name: int((recorder.events["times"] > start).sum())
            / (len(self.populations[name]) * window)
            for name, recorder in self.recorders.items()
        }
        result = {
            "version": nest.__version__,
            "neurons": sum(len(cells) for cells in self.populations.values()),
            "synapses": nest.num_connections,
            "model_time_s": seconds,
            "build_cpu_s": built - self.start,
            "run_cpu_s": run_cpu,
            "run_wall_s": run_wall,
            "rates_hz": rates,
        }
        print(json.dumps(result))
