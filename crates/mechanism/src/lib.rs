#![allow(missing_docs)]
pub mod lang {
    #[derive(Clone, Debug, PartialEq)] pub struct LangError;
    impl std::fmt::Display for LangError { fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { Ok(()) } }
    impl std::error::Error for LangError {}
    #[derive(Clone, Debug, PartialEq)] pub struct Unit;
    impl Unit { pub fn parse(_: &str) -> Option<Self> { None } pub fn conversion_to(&self, _: &Unit) -> Option<f64> { None } }
    impl std::fmt::Display for Unit { fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { Ok(()) } }
    #[derive(Clone, Copy, Debug, PartialEq)] pub enum UnitSystem { Population, Nef }
    pub struct Argument; impl Argument { pub fn new(_: &str, _: usize) -> Self { Self } }
    #[derive(Clone, Debug, PartialEq)] pub struct P { pub name: String, pub unit: Unit, pub default: f64, pub hidden: bool }
}
use lang::*;
#[derive(Clone, Debug, PartialEq)]
pub struct Mechanism { pub name: String, pub parameters: Vec<P>, pub states: Vec<P>, pub inputs: Vec<P>, pub receptors: Vec<P>, pub outputs: Vec<P>, pub n_sites: u16 }
impl Mechanism { pub fn parse(_: &str) -> Result<Self, LangError> { Err(LangError) } pub fn source(&self) -> &str { "" }
 pub fn parameter_index(&self, _: &str) -> Option<usize> { None } pub fn state_index(&self, _: &str) -> Option<usize> { None } }
#[derive(Clone, Debug, PartialEq)] pub struct Function;
impl std::fmt::Display for Function { fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { Ok(()) } }
impl Function { pub fn parse(_: &str, _: &[Argument], _: &[(&str, f64)]) -> Result<Self, LangError> { Err(LangError) } pub fn n_in(&self) -> usize { 0 } pub fn n_out(&self) -> usize { 0 } }
pub struct FunctionKernel; impl FunctionKernel { pub fn new(_: &Function) -> Self { Self } pub fn eval(&mut self, _: &[f64], _: &mut [f64]) {} }
