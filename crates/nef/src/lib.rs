//! nef
