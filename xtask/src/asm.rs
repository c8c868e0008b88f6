//! `cargo xtask asm`: what the native kernels of the catalogue were compiled to.
//!
//! The catalogue is compiled once more with its assembly kept. A kernel is a function that the
//! dispatch of `mechanism` was made into for one mechanism, precision and set of instructions. It must
//! call nothing (so it cannot panic) but the draws of whole columns and the clearing of memory, and
//! what it computes it must compute in vector registers.

mod listing;

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::table::Table;
use crate::workspace::{Workspace, call, read};
use listing::{Kernel, kernels};

/// Prints a table of all kernels and their faults; true if there are none.
pub fn command(workspace: &Workspace) -> Result<bool, Failure> {
    let listing = read(&assembly(workspace)?)?;
    let kernels = kernels(&listing);
    if kernels.is_empty() {
        let (from, problem) = ("the assembly of the catalogue".into(), "has no kernels".into());
        return Err(Failure::Content { from, problem });
    }
    println!("{}", table(&kernels));
    let faults: Vec<_> = kernels.iter().flat_map(Kernel::faults).collect();
    faults.iter().for_each(|fault| println!("{fault}"));
    println!("asm: {} kernels, {} faults", kernels.len(), faults.len());
    Ok(faults.is_empty())
}

/// Compiles into a folder of its own: other flags would make the usual build start anew.
fn assembly(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let target = workspace.target.join("asm");
    let mut command = workspace.cargo("rustc --release --locked -p pontine-catalogue --lib --");
    command.args(["--emit", "asm", "-C", "codegen-units=1", "-C", "symbol-mangling-version=v0"]);
    call(command.env("CARGO_TARGET_DIR", &target))?;
    newest(target.join("release/deps"))
}

/// The last assembly that was written: the folder keeps those of earlier versions.
fn newest(folder: PathBuf) -> Result<PathBuf, Failure> {
    let failure = |source| Failure::File { path: folder.clone(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failure)? {
        let entry = entry.map_err(failure)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("pontine_catalogue-") && name.ends_with(".s") {
            let written = entry.metadata().and_then(|data| data.modified()).map_err(failure)?;
            found.push((written, entry.path()));
        }
    }
    let newest = found.into_iter().max().map(|(_, path)| path);
    newest.ok_or_else(|| Failure::Content {
        from: folder.display().to_string(),
        problem: "holds no assembly of the catalogue".into(),
    })
}

fn table(kernels: &[Kernel<'_>]) -> Table {
    let head = ["kernel", "precision", "level", "instructions", "packed", "scalar", "calls"];
    let mut table = Table::new(&head);
    for kernel in kernels {
        let counts = [kernel.n_instructions, kernel.n_packed, kernel.n_scalar, kernel.calls.len()];
        let names = [kernel.name, kernel.precision, kernel.level].map(str::to_owned);
        table.row(names.into_iter().chain(counts.map(|n| n.to_string())).collect());
    }
    table
}
