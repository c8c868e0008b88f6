//! Mechanisms and their items.

use super::{Parser, may_follow};
use crate::error::{Cause, Located, unknown};
use crate::expr::{Expr, UnaryOp};
use crate::synapse::SynapseTree;
use crate::token::Kind;
use crate::tree::{
    Clamp, Equation, InputTree, MechanismTree, OnSpike, OutputTree, OutputTreeKind, ParameterTree,
    ReceptorTree, Solver, SpikeTree, StateTree, Statement,
};
use crate::unit::{Unit, UnitSystem};

impl Parser<'_> {
    pub(super) fn mechanisms(&mut self) -> Result<Vec<MechanismTree>, Located> {
        let mut found = vec![self.mechanism()?];
        while !matches!(self.peek().kind, Kind::End) {
            found.push(self.mechanism()?);
        }
        Ok(found)
    }

    fn mechanism(&mut self) -> Result<MechanismTree, Located> {
        let doc = self.doc_above();
        self.expect_word("mechanism")?;
        let at = self.at();
        let name = self.name("the name of the mechanism")?;
        self.expect_sign("{")?;
        let units = self.units()?;
        let mut tree = MechanismTree { name, doc, units, at, ..blank() };
        while !self.eat_sign("}") {
            self.item(&mut tree)?;
        }
        Ok(tree)
    }

    /// A text of one synapse: `parameter`, `state`, `on_pre` and `on_post`.
    pub(super) fn synapse(&mut self) -> Result<SynapseTree, Located> {
        let doc = self.doc_above();
        self.expect_word("synapse")?;
        let at = self.at();
        let name = self.name("the name of the synapse")?;
        self.expect_sign("{")?;
        let units = self.units()?;
        let mut tables = MechanismTree { name, doc, units, at, ..blank() };
        let (mut on_pre, mut on_post) = (None, None);
        while !self.eat_sign("}") {
            if self.is_word("parameter") {
                tables.parameters.push(self.parameter()?);
            } else if self.is_word("state") {
                tables.states.push(self.state()?);
            } else if self.is_word("on_pre") {
                self.once(on_pre.is_some(), "on_pre", |p| p.event().map(|b| on_pre = Some(b)))?;
            } else if self.is_word("on_post") {
                self.once(on_post.is_some(), "on_post", |p| p.event().map(|b| on_post = Some(b)))?;
            } else if !self.eat_sign(";") {
                return Err(self.unexpected("`parameter`, `state`, `on_pre`, `on_post` or `}`"));
            }
        }
        let Some(on_pre) = on_pre else {
            let what = format!("a synapse needs `on_pre`, which `{}` has not", tables.name);
            return Err(at.fault(Cause::Missing { what }));
        };
        let tree = SynapseTree { tables, on_pre, on_post };
        tree.check()?;
        Ok(tree)
    }

    /// `on_pre { … }`
    fn event(&mut self) -> Result<Vec<Statement>, Located> {
        self.advance();
        self.block()
    }

    fn units(&mut self) -> Result<UnitSystem, Located> {
        self.expect_word("units")?;
        let at = self.at();
        let word = self.name("`population` or `nef`")?;
        let found =
            [UnitSystem::Population, UnitSystem::Nef].into_iter().find(|s| s.name() == word);
        let available = vec!["population".into(), "nef".into()];
        found.ok_or_else(|| at.fault(unknown("unit system", &word, available)))
    }

    fn item(&mut self, tree: &mut MechanismTree) -> Result<(), Located> {
        let Kind::Word(word) = self.peek().kind.clone() else {
            return if self.eat_sign(";") { Ok(()) } else { Err(self.unexpected(ITEM)) };
        };
        match word.as_str() {
            "parameter" => tree.parameters.push(self.parameter()?),
            "input" => tree.inputs.push(self.input()?),
            "receptor" => tree.receptors.push(self.receptor()?),
            "state" => tree.states.push(self.state()?),
            "output" => tree.outputs.push(self.output()?),
            "let" => tree.lets.push(self.let_item()?),
            "step" => self.once(tree.step.is_some(), "step", |p| p.step(tree))?,
            "spike" => self.once(tree.spike.is_some(), "spike", |p| p.spike(tree))?,
            "solve" => self.once(tree.solver.is_some(), "solve", |p| p.solve(tree))?,
            _ if self.begins_equation() => tree.equations.push(self.equation()?),
            _ => return Err(self.unexpected(ITEM)),
        }
        Ok(())
    }

    fn once(
        &mut self,
        present: bool,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<(), Located>,
    ) -> Result<(), Located> {
        if present {
            return Err(self.at().fault(Cause::Duplicate { name: name.into() }));
        }
        read(self)
    }

    fn parameter(&mut self) -> Result<ParameterTree, Located> {
        let (line, above) = (self.at().line, self.doc_above());
        self.expect_word("parameter")?;
        let at = self.at();
        let name = self.name("the name of a parameter")?;
        self.expect_sign("=")?;
        let value_at = self.at();
        let value = self.expression()?;
        let (value, unit) = literal(&value).ok_or_else(|| value_at.fault(not_a_literal(&value)))?;
        let doc = if above.is_empty() { self.doc_behind(line) } else { above };
        Ok(ParameterTree { name, doc, value, unit, at })
    }

    fn input(&mut self) -> Result<InputTree, Located> {
        self.expect_word("input")?;
        let at = self.at();
        let name = self.name("the name of an input")?;
        Ok(InputTree { name, unit: self.optional_unit()?, at })
    }

    fn receptor(&mut self) -> Result<ReceptorTree, Located> {
        self.expect_word("receptor")?;
        let at = self.at();
        let name = self.name("the name of a receptor")?;
        let unit = self.optional_unit()?;
        let mut tree = ReceptorTree {
            name,
            unit,
            parameters: Vec::new(),
            states: Vec::new(),
            equations: Vec::new(),
            on_spike: None,
            at,
        };
        self.expect_sign("{")?;
        while !self.eat_sign("}") {
            self.receptor_item(&mut tree)?;
        }
        Ok(tree)
    }

    fn receptor_item(&mut self, tree: &mut ReceptorTree) -> Result<(), Located> {
        if self.eat_sign(";") {
            return Ok(());
        }
        if self.is_word("parameter") {
            tree.parameters.push(self.parameter()?);
        } else if self.is_word("state") {
            tree.states.push(self.state()?);
        } else if self.is_word("on_spike") {
            self.once(tree.on_spike.is_some(), "on_spike", |p| p.on_spike(tree))?;
        } else if self.begins_equation() {
            tree.equations.push(self.equation()?);
        } else {
            return Err(self.unexpected("`parameter`, `state`, `d…/dt =`, `on_spike` or `}`"));
        }
        Ok(())
    }

    fn on_spike(&mut self, tree: &mut ReceptorTree) -> Result<(), Located> {
        let at = self.at();
        self.expect_word("on_spike")?;
        self.expect_sign("(")?;
        let weight = self.name("the name of the weight")?;
        self.expect_sign(")")?;
        tree.on_spike = Some(OnSpike { weight, body: self.block()?, at });
        Ok(())
    }

    fn state(&mut self) -> Result<StateTree, Located> {
        self.expect_word("state")?;
        let at = self.at();
        let name = self.name("the name of a state")?;
        let unit = Some(self.optional_unit()?).filter(|unit| !unit.is_none());
        self.expect_sign("=")?;
        Ok(StateTree { name, unit, initial: self.expression()?, at })
    }

    fn output(&mut self) -> Result<OutputTree, Located> {
        self.expect_word("output")?;
        let at = self.at();
        let name = self.name("the name of an output")?;
        let kind = if self.eat_word("events") {
            let amplitude = self.eat_word("amplitude").then(|| self.expression()).transpose()?;
            OutputTreeKind::Events { amplitude }
        } else if self.eat_word("dense") {
            OutputTreeKind::Dense { unit: self.optional_unit()? }
        } else {
            return Err(self.unexpected("`events` or `dense`"));
        };
        Ok(OutputTree { name, kind, at })
    }

    /// Whether `d<state>/dt` follows.
    pub(super) fn begins_equation(&self) -> bool {
        let differential =
            matches!(&self.peek().kind, Kind::Word(w) if w.len() > 1 && w.starts_with('d'));
        differential
            && self.ahead(1).kind == Kind::Sign("/")
            && self.ahead(2).kind == Kind::Word("dt".into())
    }

    fn equation(&mut self) -> Result<Equation, Located> {
        let at = self.at();
        let state = self.dotted("`d…/dt`")?.split_off(1);
        self.advance();
        self.advance();
        self.expect_sign("=")?;
        Ok(Equation { state, rate: self.expression()?, at })
    }

    fn step(&mut self, tree: &mut MechanismTree) -> Result<(), Located> {
        self.expect_word("step")?;
        tree.step = Some(self.block()?);
        Ok(())
    }

    fn spike(&mut self, tree: &mut MechanismTree) -> Result<(), Located> {
        let at = self.at();
        self.expect_word("spike")?;
        self.expect_word("when")?;
        let condition = self.expression()?;
        let (mut reset, mut clamp) = (Vec::new(), None);
        self.expect_sign("{")?;
        while !self.eat_sign("}") {
            if self.is_word("refractory") {
                self.once(clamp.is_some(), "refractory", |p| p.clamp().map(|c| clamp = Some(c)))?;
            } else if !self.eat_sign(";") {
                reset.push(self.statement()?);
            }
        }
        tree.spike = Some(SpikeTree { condition, reset, clamp, at });
        Ok(())
    }

    fn clamp(&mut self) -> Result<Clamp, Located> {
        let at = self.at();
        self.expect_word("refractory")?;
        let duration = self.expression()?;
        let mut states = Vec::new();
        if self.eat_word("clamps") {
            states = self.comma_separated(|p| p.dotted("the name of a state"))?;
        }
        Ok(Clamp { duration, states, at })
    }

    fn solve(&mut self, tree: &mut MechanismTree) -> Result<(), Located> {
        self.expect_word("solve")?;
        let at = self.at();
        let word = self.name("the name of a solver")?;
        let found = Solver::ALL.into_iter().find(|solver| solver.name() == word);
        let available = Solver::ALL.map(|solver| solver.name().into()).to_vec();
        let solver = found.ok_or_else(|| at.fault(unknown("solver", &word, available)))?;
        tree.solver = Some(solver);
        if solver == Solver::Rk45 && self.eat_word("tolerance") {
            tree.tolerance = Some(self.tolerance()?);
        }
        Ok(())
    }

    fn tolerance(&mut self) -> Result<f64, Located> {
        match self.peek().kind {
            Kind::Number(value) if value > 0.0 && value < 1.0 => {
                self.advance();
                Ok(value)
            }
            _ => Err(self.unexpected("a number between 0 and 1")),
        }
    }

    /// A unit if one stands on this line and the next item does not begin.
    fn optional_unit(&mut self) -> Result<Unit, Located> {
        let line = self.tokens[self.position.saturating_sub(1)].at.line;
        let starts = match &self.peek().kind {
            Kind::Word(word) => !may_follow(word) && !self.begins_equation(),
            Kind::Number(_) => true,
            Kind::Sign(_) | Kind::End => false,
        };
        if starts && self.at().line == line { self.unit() } else { Ok(Unit::NONE) }
    }

    /// The lines of comment directly above the cursor.
    fn doc_above(&self) -> String {
        let mut lines = Vec::new();
        let mut line = self.at().line;
        for comment in self.comments.iter().rev().filter(|comment| comment.alone) {
            if comment.line + 1 == line {
                lines.push(comment.text.as_str());
                line = comment.line;
            }
        }
        lines.reverse();
        lines.join("\n").trim_matches('\n').into()
    }

    /// The comment at the end of `line`, if the cursor has left that line.
    fn doc_behind(&self, line: u32) -> String {
        let behind = self.comments.iter().find(|comment| comment.line == line && !comment.alone);
        match behind {
            Some(comment) if self.at().line > line => comment.text.clone(),
            _ => String::new(),
        }
    }
}

const ITEM: &str = "an item (`parameter`, `input`, `receptor`, `state`, `output`, `let`, `d…/dt =`, \
                    `step`, `spike when`, `solve`) or `}`";

fn blank() -> MechanismTree {
    MechanismTree {
        name: String::new(),
        doc: String::new(),
        units: UnitSystem::Nef,
        parameters: Vec::new(),
        inputs: Vec::new(),
        receptors: Vec::new(),
        states: Vec::new(),
        outputs: Vec::new(),
        lets: Vec::new(),
        equations: Vec::new(),
        step: None,
        spike: None,
        solver: None,
        tolerance: None,
        at: Default::default(),
    }
}

/// The value and unit of a number with an optional sign.
fn literal(expr: &Expr) -> Option<(f64, Unit)> {
    match expr {
        Expr::Number { value, unit, .. } => Some((*value, unit.unwrap_or(Unit::NONE))),
        Expr::Unary { op: UnaryOp::Neg, operand, .. } => match operand.as_ref() {
            Expr::Number { value, unit, .. } => Some((-value, unit.unwrap_or(Unit::NONE))),
            _ => None,
        },
        _ => None,
    }
}

fn not_a_literal(expr: &Expr) -> Cause {
    let expected = "a number with its unit as default".into();
    Cause::Unexpected { found: format!("`{expr}`"), expected }
}
