//! Text to model.

use std::{collections::BTreeMap, sync::Arc};

use pontine_mechanism::{Function, Mechanism, Synapse, lang::Argument};

use super::{
    super::{
        Deliver, Entries, Filter, First, Model, Neurons, Operator, OperatorKind, Record,
        RecordTarget, Role, Signal, SpikeList, SynapseModel,
    },
    ModelTextError,
    token::Line,
};
use crate::{
    connectivity::{Block, Connectivity, Factors, RuleConnectivity, SynapseList, Window},
    id::{OperatorId, SignalId},
    path::Path,
    registry,
    tensor::Tensor,
    value::Value,
};

impl Model {
    /// Reads a model as it was printed. Empty lines and lines that begin with `#` are skipped.
    ///
    /// # Errors
    /// [`ModelTextError`] with the line. The model is not validated: see [`Model::validate`].
    pub fn parse(text: &str) -> Result<Self, ModelTextError> {
        let mut reader = Reader::default();
        for (i, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                reader.line(line).map_err(|message| ModelTextError { line: i + 1, message })?;
            }
        }
        let empty = ModelTextError {
            line: 1,
            message: "the line `model dt=… seed=… \"…\"` is missing".into(),
        };
        reader.model.ok_or(empty)
    }
}

#[derive(Default)]
struct Reader {
    model: Option<Model>,
    mechanisms: BTreeMap<String, Arc<Mechanism>>,
    synapses: BTreeMap<String, Arc<Synapse>>,
    /// Numbers in the text, which may have gaps, to ids.
    ids: BTreeMap<u64, SignalId>,
    operators: BTreeMap<(String, u16), OperatorId>,
}

impl Reader {
    fn line(&mut self, text: &str) -> Result<(), String> {
        let mut line = Line::new(text)?;
        match line.word()?.as_str() {
            "model" => self.head(&mut line)?,
            "mechanism" => self.mechanism(&mut line)?,
            "synapse" => self.synapse(&mut line)?,
            "signal" => self.signal(&mut line)?,
            "operator" => self.operator(&mut line)?,
            "merged" => self.merged(&mut line)?,
            "record" => self.record(&mut line)?,
            "built" => self.built(&mut line)?,
            other => {
                return Err(format!(
                    "`{other}` is none of model, mechanism, synapse, signal, operator, merged, record, \
                     built"
                ));
            }
        }
        if line.is_done() {
            Ok(())
        } else {
            Err("there is more on the line than belongs there".into())
        }
    }

    fn model(&mut self) -> Result<&mut Model, String> {
        self.model
            .as_mut()
            .ok_or_else(|| "the first line must be `model dt=… seed=… \"…\"`".to_owned())
    }

    fn head(&mut self, line: &mut Line) -> Result<(), String> {
        line.key("dt")?;
        let dt = line.number()?;
        line.key("seed")?;
        let seed = line.count()?;
        self.model = Some(Model::new(&line.text()?, dt, seed));
        Ok(())
    }

    fn mechanism(&mut self, line: &mut Line) -> Result<(), String> {
        let mechanism = Mechanism::parse(&line.text()?).map_err(|e| e.to_string())?;
        self.mechanisms.insert(mechanism.name.clone(), Arc::new(mechanism));
        Ok(())
    }

    fn synapse(&mut self, line: &mut Line) -> Result<(), String> {
        let synapse = Synapse::parse(&line.text()?).map_err(|e| e.to_string())?;
        self.synapses.insert(synapse.name.clone(), Arc::new(synapse));
        Ok(())
    }

    fn signal(&mut self, line: &mut Line) -> Result<(), String> {
        line.expect("%")?;
        let number = line.count()?;
        let path = Path::from_text(&line.text()?);
        let signal = if line.accept_word("events") {
            let n = line.list(Line::count)?;
            line.key("amplitude")?;
            Signal::events(path, small(n.first().copied().unwrap_or(0))?, line.number()?)
        } else {
            dense(line, path)?
        };
        let id = self.model()?.signals.add(signal);
        match self.ids.insert(number, id) {
            None => Ok(()),
            Some(_) => Err(format!("%{number} is there twice")),
        }
    }

    fn id(&self, line: &mut Line) -> Result<SignalId, String> {
        line.expect("%")?;
        let number = line.count()?;
        self.ids.get(&number).copied().ok_or_else(|| format!("there is no signal %{number}"))
    }

    fn option(&self, line: &mut Line, name: &str) -> Result<Option<SignalId>, String> {
        if !line.accept_word(name) {
            return Ok(None);
        }
        line.expect("=")?;
        self.id(line).map(Some)
    }

    fn operator(&mut self, line: &mut Line) -> Result<(), String> {
        let path = Path::from_text(&line.text()?);
        let part = u16::try_from(line.count()?).map_err(|e| e.to_string())?;
        let kind = self.kind(line)?;
        let name = (path.to_string(), part);
        let id = self.model()?.operators.add(Operator { path, part, kind });
        self.operators.insert(name, id);
        Ok(())
    }

    fn kind(&mut self, line: &mut Line) -> Result<OperatorKind, String> {
        Ok(match line.word()?.as_str() {
            "time" => {
                line.expect("->")?;
                OperatorKind::Time { time: self.id(line)? }
            }
            "reset" => OperatorKind::Reset { target: self.id(line)?, value: line.number()? },
            "copy" => self.copy(line)?,
            "elementwise" => {
                let (a, x, y) = self.product(line)?;
                OperatorKind::ElementwiseInc { a, x, y }
            }
            "dot" => {
                let (a, x, y) = self.product(line)?;
                OperatorKind::DotInc { a, x, y }
            }
            "sparse" => {
                let (a, x, y) = self.product(line)?;
                OperatorKind::SparseInc { a, entries: entries(line)?, x, y }
            }
            "outer" => {
                let (a, x, y) = self.product(line)?;
                OperatorKind::OuterInc { a, x, y }
            }
            "filter" => OperatorKind::Filter(self.filter(line)?),
            "function" => self.function(line)?,
            "host" => return Err("the code of a host cannot be read from text".into()),
            "neurons" => OperatorKind::Neurons(self.neurons(line)?),
            "spike_list" => OperatorKind::SpikeList(self.spike_list(line)?),
            "deliver" => OperatorKind::Deliver(self.deliver(line)?),
            other => return Err(format!("there is no operator `{other}`")),
        })
    }

    fn copy(&mut self, line: &mut Line) -> Result<OperatorKind, String> {
        let source = self.id(line)?;
        let source_index = index(line)?;
        line.expect("->")?;
        let target = self.id(line)?;
        let target_index = index(line)?;
        let inc = match line.word()?.as_str() {
            "inc" => true,
            "set" => false,
            other => return Err(format!("`{other}` is neither set nor inc")),
        };
        Ok(OperatorKind::Copy { source, source_index, target, target_index, inc })
    }

    fn product(&mut self, line: &mut Line) -> Result<(SignalId, SignalId, SignalId), String> {
        let a = self.id(line)?;
        line.expect("*")?;
        let x = self.id(line)?;
        line.expect("->")?;
        Ok((a, x, self.id(line)?))
    }

    fn filter(&mut self, line: &mut Line) -> Result<Filter, String> {
        let input = self.id(line)?;
        line.expect("->")?;
        let output = self.id(line)?;
        line.key("decay")?;
        let decay = line.number()?;
        line.key("gain")?;
        Ok(Filter { input, output, decay, gain: line.number()? })
    }

    fn function(&mut self, line: &mut Line) -> Result<OperatorKind, String> {
        let text = line.text()?;
        let time = self.option(line, "t")?;
        let x = self.option(line, "x")?;
        line.expect("->")?;
        let y = self.id(line)?;
        let mut arguments = Vec::new();
        if time.is_some() {
            arguments.push(Argument::new("t", 1));
        }
        if let Some(x) = x {
            arguments.push(Argument::new("x", self.model()?.signals[x].len()));
        }
        let function = Function::parse(&text, &arguments, &[]).map_err(|e| e.to_string())?;
        Ok(OperatorKind::Function { function: Arc::new(function), time, x, y })
    }

    fn neurons(&mut self, line: &mut Line) -> Result<Neurons, String> {
        let n = small(line.count()?)?;
        let name = line.word()?;
        let mechanism = match self.mechanisms.get(&name) {
            Some(mechanism) => mechanism.clone(),
            None => registry::mechanism(&name).map_err(|e| e.to_string())?,
        };
        let mut neurons = Neurons {
            n,
            parameters: mechanism.parameters.iter().map(|p| Value::Const(p.default)).collect(),
            initial: vec![None; mechanism.states.len()],
            inputs: vec![None; mechanism.inputs.len()],
            receptors: vec![None; mechanism.receptors.len()],
            outputs: Vec::new(),
            exposed: Vec::new(),
            mechanism,
        };
        while line.at_word() {
            let name = line.word()?;
            let i = neurons
                .mechanism
                .parameter_index(&name)
                .ok_or_else(|| format!("there is no parameter `{name}`"))?;
            line.expect("=")?;
            neurons.parameters[i] = value(line, &["i"])?;
        }
        let mut outputs = vec![None; neurons.mechanism.outputs.len()];
        while line.accept(";") {
            self.part(line, &mut neurons, &mut outputs)?;
        }
        neurons.outputs =
            outputs.into_iter().collect::<Option<_>>().ok_or("an output has no signal")?;
        Ok(neurons)
    }

    fn part(
        &self,
        line: &mut Line,
        neurons: &mut Neurons,
        outputs: &mut [Option<SignalId>],
    ) -> Result<(), String> {
        let (what, name) = (line.word()?, line.word()?);
        line.expect("=")?;
        let mechanism = neurons.mechanism.clone();
        let missing = || format!("`{}` has no {what} `{name}`", mechanism.name);
        match what.as_str() {
            "init" => {
                let i = mechanism.state_index(&name).ok_or_else(missing)?;
                neurons.initial[i] = Some(value(line, &["i"])?);
            }
            "expose" => {
                let i = mechanism.state_index(&name).ok_or_else(missing)?;
                neurons.exposed.push((i, self.id(line)?));
            }
            "input" => {
                let i = mechanism.inputs.iter().position(|p| p.name == name).ok_or_else(missing)?;
                neurons.inputs[i] = Some(self.id(line)?);
            }
            "receptor" => {
                let i =
                    mechanism.receptors.iter().position(|p| p.name == name).ok_or_else(missing)?;
                neurons.receptors[i] = Some(self.id(line)?);
            }
            "output" => {
                let i =
                    mechanism.outputs.iter().position(|p| p.name == name).ok_or_else(missing)?;
                outputs[i] = Some(self.id(line)?);
            }
            _ => return Err(format!("`{what}` is none of init, input, receptor, output, expose")),
        }
        Ok(())
    }

    fn spike_list(&mut self, line: &mut Line) -> Result<SpikeList, String> {
        let output = self.id(line)?;
        let cells = line.list(|line| line.list(Line::count))?;
        let starts = std::iter::once(0).chain(cells.iter().scan(0, |n, cell| {
            *n += cell.len();
            Some(*n)
        }));
        Ok(SpikeList { output, starts: starts.collect(), steps: cells.concat().into() })
    }

    fn deliver(&mut self, line: &mut Line) -> Result<Deliver, String> {
        let source = self.id(line)?;
        line.expect("->")?;
        let target = self.id(line)?;
        let connectivity = match line.word()?.as_str() {
            "rule" => {
                let spec = line.spec()?;
                let source = window(line)?;
                line.expect("->")?;
                let target = window(line)?;
                let same_cells = line.accept_word("same_cells");
                Connectivity::Rule(RuleConnectivity { spec, source, target, same_cells })
            }
            "list" => Connectivity::List(Arc::new(synapse_list(line)?)),
            "factored" => Connectivity::Factored(self.factors(line)?),
            "blocks" => Connectivity::Blocks(self.blocks(line)?.into()),
            other => return Err(format!("`{other}` is none of rule, list, factored, blocks")),
        };
        line.key("weight")?;
        let weight = value(line, &["i", "j"])?;
        line.key("delay")?;
        let delay = value(line, &["i", "j"])?;
        let synapse = match line.accept_word("synapse") {
            true => Some(Arc::new(self.synapse_model(line)?)),
            false => None,
        };
        Ok(Deliver { source, target, connectivity, weight, delay, synapse })
    }

    fn synapse_model(&self, line: &mut Line) -> Result<SynapseModel, String> {
        let name = line.word()?;
        let synapse = match self.synapses.get(&name) {
            Some(synapse) => synapse.clone(),
            None => registry::synapse(&name).map_err(|e| e.to_string())?,
        };
        let mut model = SynapseModel::new(synapse);
        line.key("dendritic")?;
        model.dendritic = line.number()?;
        model.post = self.option(line, "post")?;
        while line.accept(";") {
            let (what, name) = (line.word()?, line.word()?);
            line.expect("=")?;
            let synapse = &model.synapse;
            let place = match what.as_str() {
                "parameter" => synapse.on_pre.parameter_index(&name),
                "init" => synapse.state_index(&name).and_then(|i| i.checked_sub(1)),
                _ => return Err(format!("`{what}` is neither parameter nor init")),
            };
            let i = place.ok_or_else(|| format!("`{}` has no {what} `{name}`", synapse.name))?;
            let value = value(line, &["i", "j"])?;
            match what.as_str() {
                "parameter" => model.parameters[i] = value,
                _ => model.initial[i] = Some(value),
            }
        }
        Ok(model)
    }

    fn factors(&self, line: &mut Line) -> Result<Factors, String> {
        let encoders = self.option(line, "encoders")?;
        let transform = self.option(line, "transform")?;
        line.key("decoders")?;
        Ok(Factors { encoders, transform, decoders: self.id(line)? })
    }

    fn blocks(&self, line: &mut Line) -> Result<Vec<Block>, String> {
        let mut blocks = Vec::new();
        while blocks.is_empty() && !line.at_word() || line.accept(";") {
            let source = window(line)?;
            line.expect("->")?;
            let target = window(line)?;
            blocks.push(Block { source, target, factors: self.factors(line)? });
        }
        Ok(blocks)
    }

    fn merged(&mut self, line: &mut Line) -> Result<(), String> {
        let mut group = Vec::new();
        while group.is_empty() || line.accept(";") {
            let (path, part) = (line.text()?, line.count()?);
            let found = u16::try_from(part).ok().and_then(|n| self.operator_at(&path, n));
            group.push(found.ok_or_else(|| format!("there is no operator `{path}` {part}"))?);
        }
        self.model()?.merged.join(&group);
        Ok(())
    }

    fn operator_at(&self, path: &str, part: u16) -> Option<OperatorId> {
        self.operators.get(&(path.to_owned(), part)).copied()
    }

    fn record(&mut self, line: &mut Line) -> Result<(), String> {
        let path = Path::from_text(&line.text()?);
        let target = match line.word()?.as_str() {
            "events" => RecordTarget::Events(self.id(line)?),
            "signal" => RecordTarget::Signal(self.id(line)?),
            "state" => {
                let (path, state) = (line.text()?, line.word()?);
                let model = self.model()?;
                let found = model
                    .neurons(&path)
                    .and_then(|(id, n)| Some((id, n.mechanism.state_index(&state)?)));
                let (id, state) =
                    found.ok_or_else(|| format!("`{path}` has no state `{state}`"))?;
                RecordTarget::State(id, state)
            }
            other => return Err(format!("`{other}` is none of events, signal, state")),
        };
        let subset = if line.accept_word("subset") {
            line.expect("=")?;
            index(line)?
        } else {
            None
        };
        line.key("every")?;
        let every = line.number()?;
        line.key("first")?;
        let first = if line.accept_word("zero") {
            First::Zero
        } else if line.accept_word("first_step") {
            First::FirstStep
        } else {
            return Err("first must be zero or first_step".into());
        };
        line.key("unit")?;
        let unit = line.text()?;
        self.model()?.records.add(Record { path, target, subset, every, first, unit });
        Ok(())
    }

    fn built(&mut self, line: &mut Line) -> Result<(), String> {
        let name = line.text()?;
        let tensor = tensor(line)?;
        self.model()?.built.insert(name, tensor);
        Ok(())
    }
}

fn dense(line: &mut Line, path: Path) -> Result<Signal, String> {
    if !line.accept_word("dense") {
        return Err("a signal is dense or events".into());
    }
    let shape = shape(line)?;
    let role = match line.word()?.as_str() {
        "constant" => Role::Constant,
        "parameter" => Role::Parameter,
        "state" => Role::State,
        "temporary" => Role::Temporary,
        other => return Err(format!("`{other}` is no role")),
    };
    Ok(Signal { role, initial: data(line, &shape)?, ..Signal::temporary(path, &[]) })
}

fn tensor(line: &mut Line) -> Result<Tensor, String> {
    let shape = shape(line)?;
    data(line, &shape)
}

fn shape(line: &mut Line) -> Result<Vec<usize>, String> {
    line.list(|line| small(line.count()?))
}

fn data(line: &mut Line, shape: &[usize]) -> Result<Tensor, String> {
    line.expect("=")?;
    let numbers = line.list(Line::number)?;
    let n = numbers.len();
    let fits = shape.iter().try_fold(1usize, |n, &s| n.checked_mul(s)) == Some(n);
    fits.then(|| Tensor::new(shape, numbers))
        .flatten()
        .ok_or_else(|| format!("{n} numbers do not have the shape {shape:?}"))
}

fn index(line: &mut Line) -> Result<Option<Arc<[u32]>>, String> {
    if line.at_list() { Ok(Some(line.list(index_number)?.into())) } else { Ok(None) }
}

fn index_number(line: &mut Line) -> Result<u32, String> {
    u32::try_from(line.count()?).map_err(|e| e.to_string())
}

fn window(line: &mut Line) -> Result<Window, String> {
    Ok(match index(line)? {
        Some(indices) => Window::Some(indices),
        None => Window::All(small(line.count()?)?),
    })
}

fn synapse_list(line: &mut Line) -> Result<SynapseList, String> {
    let mut list = SynapseList::default();
    for pair in line.list(|line| line.list(index_number))? {
        let [source, target] = pair[..] else { return Err("a synapse is [source, target]".into()) };
        list.source.push(source);
        list.target.push(target);
    }
    let mut column = |name: &str| -> Result<Option<Vec<f64>>, String> {
        if !line.accept_word(name) {
            return Ok(None);
        }
        line.expect("=")?;
        line.list(Line::number).map(Some)
    };
    list.weight = column("weights")?;
    list.delay = column("delays")?;
    Ok(list)
}

fn value(line: &mut Line, arguments: &[&str]) -> Result<Value, String> {
    if line.at_list() {
        return Ok(Value::Dense(line.list(Line::number)?.into()));
    }
    if line.at_text() {
        let arguments: Vec<_> = arguments.iter().map(|a| Argument::new(a, 1)).collect();
        let function =
            Function::parse(&line.text()?, &arguments, &[]).map_err(|e| e.to_string())?;
        return Ok(Value::Expression(Arc::new(function)));
    }
    if line.at_word() {
        return Ok(Value::Distribution(line.spec()?));
    }
    line.number().map(Value::Const)
}

/// A size that arrays can have: their indices are 32 bits wide.
fn entries(line: &mut Line) -> Result<Entries, String> {
    let places = line.list(|line| line.list(|line| small(line.count()?)))?;
    let side = |which: usize| -> Result<Arc<[u32]>, String> {
        let of = |place: &Vec<usize>| match place[..] {
            [_, _] => u32::try_from(place[which]).map_err(|e| e.to_string()),
            _ => Err("a place is a row and a column".to_owned()),
        };
        places.iter().map(of).collect()
    };
    Ok(Entries { rows: side(0)?, columns: side(1)? })
}

fn small(n: u64) -> Result<usize, String> {
    if n <= u64::from(u32::MAX) {
        Ok(n as usize)
    } else {
        Err(format!("a size of {n} is too large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"model dt=0.0001 seed=7 "all kinds"
mechanism "mechanism Cell { units population parameter tau = 10.0 ms input i_inj nA receptor excitatory nA { state i = 0.0 nA di/dt = -i / tau on_spike(w) { i += w } } state v = 0.0 mV dv/dt = -v / tau spike when v >= 1.0 mV { v = 0.0 mV } solve exponential_euler }"
signal %0 "t" dense [] temporary = [0.0]
signal %1 "x" dense [2] temporary = [0.0, 0.0]
signal %2 "a" dense [2, 2] constant = [1.0, -0.5, 1e-300, inf]
signal %3 "y" dense [2] state = [0.0, 0.0]
signal %4 "spikes" events [2] amplitude=10000.0
signal %5 "sum" dense [2] temporary = [0.0, 0.0]
signal %6 "v" dense [2] temporary = [0.0, 0.0]
signal %7 "list" events [2] amplitude=10000.0
signal %8 "d" dense [1, 1] parameter = [2.0]
operator "" 0 time -> %0
operator "f" 0 function "sin(t)" t=%0 -> %1
operator "x" 0 reset %5 0.0
operator "x" 1 copy %3[0, 1] -> %5[1, 0] inc
operator "x" 2 elementwise %2 * %3 -> %5
operator "x" 3 dot %2 * %3 -> %5
operator "x" 4 filter %5 -> %3 decay=0.8 gain=0.2
operator "p" 0 neurons 2 Cell tau=uniform(high=2.0, low=1.0); init v=[0.0, 0.5]; input i_inj=%5; receptor excitatory=%5; output spikes=%4; expose v=%6
operator "s" 0 spike_list %7 [[1, 5], []]
operator "q" 0 deliver %4 -> %5 rule fixed_probability(p_connect=0.1) 2 -> [1, 0] same_cells weight=normal(mu=1.0, sigma=0.1) delay=1.5
operator "q" 1 deliver %7 -> %5 list [[0, 1], [0, 1]] weights=[0.1, 0.2] delays=[1.0, 2.0] weight=0.0 delay=0.0
operator "q" 2 deliver %7 -> %5 factored encoders=%2 transform=%2 decoders=%2 weight=0.5 delay=1.0
operator "q" 3 deliver %7 -> %5 factored decoders=%2 weight=0.5 delay=1.0
operator "q" 4 deliver %7 -> %5 blocks 2 -> [1, 0] encoders=%2 decoders=%2; [0] -> 1 decoders=%8 weight=0.5 delay=1.0
operator "q" 5 deliver %7 -> %5 blocks weight=0.5 delay=1.0
record "p.v" state "p" v subset=[1] every=2.5 first=zero unit="mV"
record "p.spikes" events %4 every=1.0 first=first_step unit=""
built "p.gain" [2] = [1.0, 2.0]
"#;

    #[test]
    fn a_model_of_all_kinds_prints_and_reads_back() {
        let model = Model::parse(TEXT).unwrap();
        let printed = model.to_string();
        let again = Model::parse(&printed).unwrap();
        assert_eq!(model, again);
        assert_eq!(printed, again.to_string());
        assert_eq!(printed.lines().count(), TEXT.lines().count());
    }

    #[test]
    fn mistakes_name_their_line() {
        let head = "model dt=0.001 seed=0 \"\"\n";
        for (text, message) in [
            (
                "signal %0 \"a\" dense [2] state = [0.0]",
                "line 2: 1 numbers do not have the shape [2]",
            ),
            ("operator \"a\" 0 reset %3 0.0", "line 2: there is no signal %3"),
            ("operator \"a\" 0 twist %3", "line 2: there is no operator `twist`"),
            ("built \"a", "line 2: a quoted text does not end"),
        ] {
            assert_eq!(Model::parse(&format!("{head}{text}")).unwrap_err().to_string(), message);
        }
        assert!(Model::parse("").is_err());
    }
}
