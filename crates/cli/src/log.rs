//! What `-v` tells.

use std::io;

use tracing::Level;

/// Does something while events of `tracing` are told on stderr: those of the stages of a run if
/// `verbose` is 1, details too if it is more, none if it is 0.
pub(crate) fn with<T>(verbose: u8, colour: bool, what: impl FnOnce() -> T) -> T {
    let level = match verbose {
        0 => return what(),
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(colour)
        .with_target(false)
        .with_timer(tracing_subscriber::fmt::time::uptime())
        .with_writer(io::stderr)
        .finish();
    tracing::subscriber::with_default(subscriber, what)
}
