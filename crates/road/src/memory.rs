//! How much memory the machine can give, and how much a network needs at the very least.

use pontine_core_ir::{Connection, EndObject, Model, Network, port::Estimate};

/// Bytes that can be allocated without swapping, where the system tells: what the machine has, or
/// what the control group of this process allows, if that is less.
pub fn available_bytes() -> Option<u64> {
    let machine = parse_available(&std::fs::read_to_string("/proc/meminfo").ok()?)?;
    Some(group_bytes().map_or(machine, |group| group.min(machine)))
}

fn parse_available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Bytes that building the network takes in any case: signals and states of its cells, the
/// activities from which decoders are solved, and the decoders. A network far too large is refused by this number
/// before anything of its size is made.
pub(crate) fn least(network: &Network) -> Estimate {
    let paths = network.paths();
    let mut least = Estimate::default();
    for (id, population) in network.populations.iter() {
        let m = &population.mechanism;
        let columns = m.states.len() + m.inputs.len() + m.receptors.len() + m.outputs.len();
        least.add(&paths[id.into()], 0.0, 8.0 * population.size as f64 * (columns + 1) as f64);
    }
    for (id, ensemble) in network.ensembles.iter() {
        let points = network.ensemble_params(id).n_eval_points as f64;
        let (n, d) = (ensemble.n_neurons as f64, ensemble.dimensions as f64);
        least.add(&paths[id.into()], 0.0, 8.0 * (n * (d + points) + points * d));
    }
    for (id, node) in network.nodes.iter() {
        let n = node.size_in as f64 + node.size_out as f64;
        // In the model, in the simulation, and once more where it is handed on.
        least.add(&paths[id.into()], 0.0, 24.0 * n);
    }
    for (id, connection) in network.connections.iter() {
        // As they are solved for, behind the transform, in the model, and kept for its reader.
        least.add(&paths[id.into()], 0.0, 32.0 * n_decoders(network, connection));
    }
    least
}

/// Numbers in the decoders of a connection, if it decodes.
fn n_decoders(network: &Network, connection: &Connection) -> f64 {
    let EndObject::Ensemble(pre) = connection.pre.object else { return 0.0 };
    let decodes = network.ensemble_params(pre).neuron_type.kind != "Direct";
    let Some(ensemble) = network.ensembles.get(pre).filter(|_| decodes) else { return 0.0 };
    let post = &connection.post;
    let rows = post.slice.as_ref().map(|slice| slice.len());
    let rows = rows.or_else(|| network.size_of(&post.object, false)).unwrap_or(0);
    ensemble.n_neurons as f64 * rows as f64
}

/// Bytes that a model holds besides its simulation: initial values.
pub(crate) fn of_model(model: &Model) -> f64 {
    model.signals.iter().map(|(_, signal)| 8.0 * signal.len() as f64).sum()
}

/// What a control group allows and does not use yet, where there is one.
fn group_bytes() -> Option<u64> {
    let read = |name| std::fs::read_to_string(format!("/sys/fs/cgroup/{name}")).ok();
    let number = |text: String| text.trim().parse::<u64>().ok();
    let limit = read("memory.max").and_then(number)?;
    Some(limit.saturating_sub(read("memory.current").and_then(number).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::{Endpoint, Ensemble, Node, Population};

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
        assert!(least(&network).bytes > 16e9);
    }

    #[test]
    fn decoders_of_many_cells_for_many_dimensions_are_counted() {
        let mut network = Network::new("wide");
        let a = network.add(Ensemble::new(1000, 1));
        let b = network.add(Node::passthrough(1_000_000));
        let alone = least(&network).bytes;
        network.add(Connection::new(a, b));
        assert_eq!(least(&network).bytes - alone, 32e9);
        network.add(Connection::new(a, Endpoint::sliced(b, &[0, 1])));
        assert_eq!(least(&network).bytes - alone, 32e9 + 64e3);
        network.add(Connection::new(b, b));
        assert_eq!(least(&network).bytes - alone, 32e9 + 64e3);
    }
}
