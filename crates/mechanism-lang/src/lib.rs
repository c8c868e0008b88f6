//! mechanism-lang
