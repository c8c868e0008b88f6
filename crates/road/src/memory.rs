//! How much memory the machine can give, and how much a network needs at the very least.

use pontine_core_ir::Network;

/// Bytes that can be allocated without swapping, where the system tells.
pub fn available_bytes() -> Option<u64> {
    parse_available(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn parse_available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Bytes that building the network takes in any case: signals and states of its cells, and the
/// activities from which decoders are solved. A network far too large is refused by this number
/// before anything of its size is made.
pub(crate) fn least_bytes(network: &Network) -> f64 {
    let populations = network.populations.iter().map(|(_, population)| {
        let m = &population.mechanism;
        let columns = m.states.len() + m.inputs.len() + m.receptors.len() + m.outputs.len();
        population.size as f64 * (columns + 1) as f64
    });
    let ensembles = network.ensembles.iter().map(|(id, ensemble)| {
        let points = network.ensemble_params(id).n_eval_points as f64;
        let (n, d) = (ensemble.n_neurons as f64, ensemble.dimensions as f64);
        n * (d + points) + points * d
    });
    let nodes = network.nodes.iter().map(|(_, node)| (node.size_in + node.size_out) as f64);
    8.0 * populations.chain(ensembles).chain(nodes).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::Population;

    use super::*;

    #[test]
    fn reads_what_linux_prints() {
        let text = "MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:   12345 kB\n";
        assert_eq!(parse_available(text), Some(12345 * 1024));
        assert_eq!(parse_available("MemTotal: 1 kB"), None);
    }

    #[test]
    fn two_thousand_million_cells_need_at_least_sixteen_gigabytes() {
        let mut network = Network::new("large");
        network.add(Population::new("IF_curr_exp", 2_000_000_000).unwrap());
        assert!(least_bytes(&network) > 16e9);
    }
}
