//! Derived parameters, on the host in f64.

use pontine_mechanism_lang::{Draw, Mechanism, Op, Precision, Program, Reg, Slot, Stmt, expand};

use crate::scalar::{Lane, evaluate};

/// Why derived parameters cannot be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeriveError {
    /// Not one column per parameter.
    #[error("`{mechanism}` has {expected} parameter(s), but {found} were given")]
    Count {
        /// The mechanism.
        mechanism: String,
        /// How many it has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A parameter with neither one value nor one per neuron.
    #[error("parameter `{parameter}` has {found} values; 1 or {expected} are needed")]
    Length {
        /// The parameter.
        parameter: String,
        /// The greatest length of all parameters.
        expected: usize,
        /// Its own length.
        found: usize,
    },
}

/// The derived parameters that follow from `parameters` and `dt`.
///
/// # Shapes
/// `parameters`: one slice per parameter, of length 1 (homogeneous) or n. The result has one vector
/// per derived parameter, of length n if it depends on a parameter that has n values, else 1.
///
/// # Units
/// `dt` and parameters are in the units of the mechanism.
///
/// # Errors
/// If the number of slices is not that of the parameters, or lengths differ other than by being 1.
pub fn derive(
    mechanism: &Mechanism,
    dt: f64,
    parameters: &[&[f64]],
) -> Result<Vec<Vec<f64>>, DeriveError> {
    let n = common_length(mechanism, parameters)?;
    let program = expand(&mechanism.derive, Precision::F64);
    let wide =
        depends_on(&program, mechanism.derived.len(), &|parameter| parameters[parameter].len() > 1);
    let lengths = wide.iter().map(|wide| if *wide { n } else { 1 });
    let mut columns: Vec<Vec<f64>> = lengths.map(Vec::with_capacity).collect();
    let lanes = if wide.contains(&true) { n } else { n.min(1) };
    let (mut registers, mut values) = (Vec::new(), vec![0.0; columns.len()]);
    for lane in 0..lanes {
        evaluate(&program, &mut registers, &mut Host { dt, lane, parameters, values: &mut values });
        for ((column, value), wide) in columns.iter_mut().zip(&values).zip(&wide) {
            if *wide || lane == 0 {
                column.push(*value);
            }
        }
    }
    Ok(columns)
}

fn common_length(mechanism: &Mechanism, parameters: &[&[f64]]) -> Result<usize, DeriveError> {
    let expected = mechanism.parameters.len();
    if parameters.len() != expected {
        let (mechanism, found) = (mechanism.name.clone(), parameters.len());
        return Err(DeriveError::Count { mechanism, expected, found });
    }
    let heterogeneous = parameters.iter().map(|column| column.len()).filter(|n| *n != 1);
    let expected = heterogeneous.max().unwrap_or(1);
    for (column, parameter) in parameters.iter().zip(&mechanism.parameters) {
        if column.len() != 1 && column.len() != expected {
            let (parameter, found) = (parameter.name.clone(), column.len());
            return Err(DeriveError::Length { parameter, expected, found });
        }
    }
    Ok(expected)
}

/// Which derived parameters depend on one of the parameters that `wide` names.
fn depends_on(program: &Program, n_derived: usize, wide: &dyn Fn(usize) -> bool) -> Vec<bool> {
    let mut found = Dependence {
        wide,
        registers: vec![false; program.types.len()],
        derived: vec![false; n_derived],
    };
    found.block(&program.body);
    found.derived
}

struct Dependence<'a> {
    wide: &'a dyn Fn(usize) -> bool,
    registers: Vec<bool>,
    derived: Vec<bool>,
}

impl Dependence<'_> {
    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.statement(stmt));
    }

    fn statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let { reg, op } => {
                let own = matches!(op, Op::Load(Slot::Parameter(i)) if (self.wide)(*i));
                self.registers[reg.0 as usize] = own || self.any(&op.operands());
            }
            Stmt::Store { slot: Slot::Derived(i), value } => self.derived[*i] = self.any(&[*value]),
            Stmt::Store { .. } => {}
            Stmt::If { cond, then, otherwise, results } => {
                self.block(then);
                self.block(otherwise);
                for merge in results {
                    self.registers[merge.reg.0 as usize] =
                        self.any(&[*cond, merge.then, merge.otherwise]);
                }
            }
            // Derived parameters are expressions; if they had loops, these would depend on all.
            Stmt::Loop { carries, .. } => {
                carries.iter().for_each(|carry| self.registers[carry.reg.0 as usize] = true);
            }
        }
    }

    fn any(&self, regs: &[Reg]) -> bool {
        regs.iter().any(|reg| self.registers[reg.0 as usize])
    }
}

struct Host<'a> {
    dt: f64,
    lane: usize,
    parameters: &'a [&'a [f64]],
    values: &'a mut [f64],
}

impl Lane<f64> for Host<'_> {
    fn load(&self, slot: Slot) -> f64 {
        match slot {
            Slot::Parameter(i) => match self.parameters[i] {
                [only] => *only,
                many => many[self.lane],
            },
            Slot::Dt => self.dt,
            // Derived parameters are made of nothing else.
            _ => 0.0,
        }
    }

    fn store(&mut self, slot: Slot, value: f64) {
        if let Slot::Derived(i) = slot {
            self.values[i] = value;
        }
    }

    fn draw(&self, _: Draw, _: u16, _: Option<f64>) -> f64 {
        0.0
    }
}
