//! Whether weights that are products of signals are whole.

use std::collections::HashSet;

use crate::{
    connectivity::{Block, Connectivity, Window},
    id::SignalId,
    model::{Deliver, Model, Signal},
    value::Value,
};

/// What is wrong with the products of a delivery, whose signals are all there.
pub(super) fn fault(model: &Model, deliver: &Deliver) -> Option<String> {
    let check = Check { model, deliver };
    let blocks = deliver.blocks(model);
    let empty = || blocks.is_empty().then(|| "it has no blocks".to_owned());
    let of_blocks = || blocks.iter().enumerate().find_map(|(i, block)| check.numbered(i, block));
    check.numbers().or_else(empty).or_else(of_blocks)
}

/// The longest delay, in steps.
const MOST_STEPS: f64 = u32::MAX as f64;

struct Check<'a> {
    model: &'a Model,
    deliver: &'a Deliver,
}

impl Check<'_> {
    /// Weight and delay.
    fn numbers(&self) -> Option<String> {
        let Value::Const(scale) = self.deliver.weight else {
            return Some("where weights are products, their scale is one number".into());
        };
        let Value::Const(delay_ms) = self.deliver.delay else {
            return Some("where weights are products, they have one delay".into());
        };
        let dt_ms = self.model.dt * 1e3;
        let steps = (delay_ms / dt_ms).round();
        if !scale.is_finite() {
            return Some(format!("a scale of {scale} cannot be used"));
        }
        match steps {
            1.0..=MOST_STEPS => None,
            _ if steps > MOST_STEPS => Some(format!(
                "a delay of {delay_ms} ms is longer than {MOST_STEPS} steps of {dt_ms} ms"
            )),
            _ => Some(format!("a delay of {delay_ms} ms is shorter than a step of {dt_ms} ms")),
        }
    }

    fn numbered(&self, i: usize, block: &Block) -> Option<String> {
        let message = self.block(block)?;
        Some(match self.deliver.connectivity {
            Connectivity::Blocks(_) => format!("block {i}: {message}"),
            _ => message,
        })
    }

    fn block(&self, block: &Block) -> Option<String> {
        let within = |window, signal| self.window(window, &self.model.signals[signal]);
        within(&block.source, self.deliver.source)
            .or_else(|| within(&block.target, self.deliver.target))
            .or_else(|| self.shapes(block))
    }

    fn window(&self, window: &Window, signal: &Signal) -> Option<String> {
        let mut seen = HashSet::new();
        let indices: &[u32] = match window {
            Window::All(n) if *n > signal.len() => &[(*n - 1) as u32],
            Window::All(_) => &[],
            Window::Some(indices) => indices,
        };
        indices.iter().find_map(|&i| match i as usize >= signal.len() {
            true => {
                let (path, n) = (&signal.path, signal.len());
                Some(format!("cell {i} is beyond `{path}`, which has {n}"))
            }
            false => (!seen.insert(i)).then(|| format!("cell {i} is there twice")),
        })
    }

    /// From the sources on, each factor takes what comes out of the one before.
    fn shapes(&self, block: &Block) -> Option<String> {
        let mut size = block.source.len();
        for (name, signal) in block.factors.named() {
            match self.matrix(signal) {
                Some([rows, columns]) if columns == size => size = rows,
                _ => return Some(self.misfit(name, signal, size)),
            }
        }
        let n = block.target.len();
        (size != n).then(|| format!("{size} numbers come out of the factors, but {n} are needed"))
    }

    fn matrix(&self, signal: SignalId) -> Option<[usize; 2]> {
        let signal = &self.model.signals[signal];
        let shape: [usize; 2] = signal.initial.shape().try_into().ok()?;
        (!signal.is_events() && !signal.is_empty()).then_some(shape)
    }

    fn misfit(&self, name: &str, signal: SignalId, size: usize) -> String {
        let signal = &self.model.signals[signal];
        let shape = signal.initial.shape();
        format!("the {name} `{}` of shape {shape:?} do not take {size} numbers", signal.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(connectivity: &str, expected: &str) {
        let text = format!(
            "model dt=0.001 seed=0 \"\"\n\
             signal %0 \"spikes\" events [3] amplitude=1.0\n\
             signal %1 \"sum\" dense [2] temporary = [0.0, 0.0]\n\
             signal %2 \"d\" dense [1, 3] constant = [1.0, 0.0, -2.0]\n\
             signal %3 \"e\" dense [2, 1] constant = [3.0, 0.5]\n\
             signal %4 \"flat\" dense [3] constant = [3.0, 0.5, 1.0]\n\
             operator \"p\" 0 deliver %0 -> %1 {connectivity}"
        );
        let error = Model::parse(&text).unwrap().validate().unwrap_err();
        assert_eq!(error.to_string(), format!("deliver of `p`: {expected}"));
    }

    #[test]
    fn factors_fit_one_another() {
        check(
            "factored encoders=%3 transform=%3 decoders=%2 weight=1.0 delay=1.0",
            "the encoders `e` of shape [2, 1] do not take 2 numbers",
        );
        check(
            "factored decoders=%4 weight=1.0 delay=1.0",
            "the decoders `flat` of shape [3] do not take 3 numbers",
        );
        check(
            "factored decoders=%2 weight=1.0 delay=1.0",
            "1 numbers come out of the factors, but 2 are needed",
        );
        check(
            "factored encoders=%0 decoders=%2 weight=1.0 delay=1.0",
            "the encoders `spikes` of shape [3] do not take 1 numbers",
        );
    }

    #[test]
    fn there_is_one_scale_and_one_delay() {
        let product = "factored encoders=%3 decoders=%2";
        check(
            &format!("{product} weight=uniform(low=0.0, high=1.0) delay=1.0"),
            "where weights are products, their scale is one number",
        );
        check(
            &format!("{product} weight=1.0 delay=\"1 + i\""),
            "where weights are products, they have one delay",
        );
        check(&format!("{product} weight=inf delay=1.0"), "a scale of inf cannot be used");
        check(
            &format!("{product} weight=1.0 delay=0.4"),
            "a delay of 0.4 ms is shorter than a step of 1 ms",
        );
        check(
            &format!("{product} weight=1.0 delay=1e12"),
            "a delay of 1000000000000 ms is longer than 4294967295 steps of 1 ms",
        );
    }

    #[test]
    fn blocks_stay_within_their_signals() {
        let end = "weight=1.0 delay=1.0";
        check(&format!("blocks {end}"), "it has no blocks");
        check(
            &format!("blocks 3 -> 2 encoders=%3 decoders=%2; [0, 3, 1] -> 2 decoders=%2 {end}"),
            "block 1: cell 3 is beyond `spikes`, which has 3",
        );
        check(
            &format!("blocks 3 -> 4 encoders=%3 decoders=%2 {end}"),
            "block 0: cell 3 is beyond `sum`, which has 2",
        );
        check(
            &format!("blocks [0, 2, 0] -> 2 encoders=%3 decoders=%2 {end}"),
            "block 0: cell 0 is there twice",
        );
    }
}
