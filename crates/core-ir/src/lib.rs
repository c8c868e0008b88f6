//! core-ir
