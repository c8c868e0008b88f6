//! backend-ref
