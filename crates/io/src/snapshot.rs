//! The whole state of a simulation as a file.
//!
//! The form is that of safetensors: a length (u64, little-endian), a JSON header of that length, then
//! the bytes of the arrays. The header's metadata hold the manifest; the array `state` holds what the
//! backend's snapshot port gave.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::{
    Manifest,
    error::{RecordingError, SnapshotError},
    file,
};

/// The form of the file; a reader of another form refuses it.
const FORMAT: &str = "pontine-state-1";

/// The longest header; ours are far shorter.
const MAX_HEADER: u64 = 16 << 20;

/// Writes a state, whole or not at all; the folder is made if it is not there.
///
/// `manifest` says where the state comes from: its steps are those of the state.
///
/// # Errors
/// [`RecordingError::Io`] with the path that cannot be written.
///
/// # Examples
/// ```
/// use pontine_io::{Manifest, read_snapshot, write_snapshot};
/// let path = std::env::temp_dir().join(format!("doc-{}.state", std::process::id()));
/// let manifest = Manifest { model: "m".into(), n_steps: 10, ..Manifest::default() };
/// write_snapshot(&path, &manifest, &[1, 2, 3])?;
/// assert_eq!(read_snapshot(&path)?, (manifest, vec![1, 2, 3]));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), pontine_io::RecordingError>(())
/// ```
pub fn write_snapshot(
    path: &Path,
    manifest: &Manifest,
    state: &[u8],
) -> Result<(), RecordingError> {
    if let Some(folder) = path.parent() {
        file::make_folder(folder)?;
    }
    let header = Header::of(manifest, state.len() as u64).text();
    file::write_whole(path, |out| {
        out.write_all(&(header.len() as u64).to_le_bytes())?;
        out.write_all(header.as_bytes())?;
        Ok(out.write_all(state)?)
    })
}

/// Reads what [`write_snapshot`] wrote.
///
/// # Errors
/// [`RecordingError`] if the file cannot be read or is no such state.
pub fn read_snapshot(path: &Path) -> Result<(Manifest, Vec<u8>), RecordingError> {
    let failed = |source: io::Error| file::failed(path, "read", source.into());
    let wrong = |message: String| RecordingError::Contents { path: path.to_owned(), message };
    let mut opened = File::open(path).map_err(failed)?;
    let header = header(&mut opened).map_err(failed)?;
    let header = header.ok_or_else(|| wrong("is not a state that was saved".to_owned()))?;
    let (manifest, n_bytes) = header.contents().map_err(wrong)?;
    let mut state = Vec::new();
    // What is there is read, however much the header promises.
    opened.take(n_bytes.saturating_add(1)).read_to_end(&mut state).map_err(failed)?;
    if state.len() as u64 != n_bytes {
        let found = if state.len() as u64 > n_bytes { "more" } else { "less" };
        return Err(wrong(format!("holds {found} than the {n_bytes} bytes of its state")));
    }
    Ok((manifest, state))
}

/// Whether a run as `current` says may continue from a state as `saved` says.
///
/// The number of threads may differ; model, seed, time step, precision, backend and version may not.
///
/// # Errors
/// [`SnapshotError::Other`] with the first thing that differs.
pub fn check_snapshot(
    path: &Path,
    saved: &Manifest,
    current: &Manifest,
) -> Result<(), SnapshotError> {
    let facts = |m: &Manifest| {
        [
            ("model", format!("`{}`", m.model)),
            ("seed", m.seed.to_string()),
            ("dt", format!("{} s", m.dt_s)),
            ("precision", m.precision.clone()),
            ("backend", format!("`{}`", m.backend)),
            ("version", m.version.clone()),
            // Parameters are in it, and so is the structure.
            ("model hash", m.model_hash.clone()),
        ]
    };
    let mut pairs = facts(saved).into_iter().zip(facts(current));
    match pairs.find(|((_, found), (_, expected))| found != expected) {
        None => Ok(()),
        Some(((what, found), (_, expected))) => {
            Err(SnapshotError::Other { path: path.to_owned(), what, found, expected })
        }
    }
}

/// The JSON at the head of the file.
#[derive(Debug, Deserialize, Serialize)]
struct Header {
    #[serde(rename = "__metadata__")]
    metadata: BTreeMap<String, String>,
    state: Tensor,
}

/// An array, as safetensors describe it.
#[derive(Debug, Deserialize, Serialize)]
struct Tensor {
    dtype: String,
    shape: [u64; 1],
    data_offsets: [u64; 2],
}

impl Header {
    fn of(manifest: &Manifest, n_bytes: u64) -> Self {
        let entries =
            [("format", FORMAT.to_owned()), ("manifest", file::json(manifest).trim().to_owned())];
        let metadata = entries.map(|(key, value)| (key.to_owned(), value)).into();
        let state = Tensor { dtype: "U8".to_owned(), shape: [n_bytes], data_offsets: [0, n_bytes] };
        Self { metadata, state }
    }

    /// Padded with spaces, so that the data begin at a multiple of eight bytes.
    fn text(&self) -> String {
        let mut text = file::json(self).trim().to_owned();
        let padding = text.len().next_multiple_of(8) - text.len();
        text.extend(std::iter::repeat_n(' ', padding));
        text
    }

    /// The manifest, and the length of the state.
    fn contents(&self) -> Result<(Manifest, u64), String> {
        let entry = |key: &str| self.metadata.get(key).map(String::as_str).unwrap_or_default();
        if entry("format") != FORMAT {
            return Err(format!("has the format `{}`, not `{FORMAT}`", entry("format")));
        }
        let [n_bytes] = self.state.shape;
        if self.state.dtype != "U8" || self.state.data_offsets != [0, n_bytes] {
            return Err("its array `state` is not one of bytes".to_owned());
        }
        let manifest = serde_json::from_str(entry("manifest"));
        let manifest = manifest.map_err(|error| format!("the manifest cannot be read: {error}"))?;
        Ok((manifest, n_bytes))
    }
}

/// The header, or none if this is some other kind of file.
fn header(file: &mut File) -> io::Result<Option<Header>> {
    let Some(length) = up_to(file, 8)?.try_into().ok().map(u64::from_le_bytes) else {
        return Ok(None);
    };
    if length > MAX_HEADER {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&up_to(file, length)?).ok())
}

fn up_to(file: &mut File, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(n_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn manifest() -> Manifest {
        Manifest { model: "m".into(), model_hash: "00ff".into(), seed: 7, ..Manifest::default() }
    }

    fn written(name: &str, state: &[u8]) -> std::path::PathBuf {
        let path = crate::test_folder(name).join("deep/x.state");
        write_snapshot(&path, &manifest(), state).unwrap();
        path
    }

    #[track_caller]
    fn check_refused(path: &Path, part: &str) {
        let error = read_snapshot(path).unwrap_err().to_string();
        assert!(error.contains(part), "{part:?} is not in {error}");
        assert!(error.contains(&path.display().to_string()), "{error}");
    }

    #[test]
    fn data_begin_at_a_multiple_of_eight_after_a_header_of_safetensors() {
        let bytes = std::fs::read(written("layout", &[9; 5])).unwrap();
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        assert_eq!((length % 8, bytes.len()), (0, 8 + length + 5));
        let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
        assert_eq!(header["state"]["data_offsets"], serde_json::json!([0, 5]));
        assert_eq!(header["__metadata__"]["format"], FORMAT);
    }

    #[test]
    fn files_that_are_cut_short_or_too_long_or_something_else_are_refused() {
        let path = written("broken", &[9; 50]);
        let whole = std::fs::read(&path).unwrap();
        let put = |bytes: &[u8]| std::fs::write(&path, bytes).unwrap();
        put(&whole[..whole.len() - 1]);
        check_refused(&path, "holds less than the 50 bytes");
        put(&[&whole[..], &[0]].concat());
        check_refused(&path, "holds more than the 50 bytes");
        put(&whole[..20]);
        check_refused(&path, "is not a state that was saved");
        put(b"not a state at all, but some text that is longer");
        check_refused(&path, "is not a state that was saved");
        put(b"");
        check_refused(&path, "is not a state that was saved");
        let at = whole.windows(FORMAT.len()).position(|part| part == FORMAT.as_bytes()).unwrap();
        let mut newer = whole.clone();
        newer[at..at + FORMAT.len()].copy_from_slice(b"pontine-state-9");
        put(&newer);
        check_refused(&path, "has the format `pontine-state-9`");
        std::fs::remove_file(&path).unwrap();
        check_refused(&path, "cannot be read");
    }

    #[test]
    fn the_state_of_another_run_is_refused_by_what_differs() {
        let check = |other: Manifest, expected: &str| {
            let error = check_snapshot(Path::new("x.state"), &manifest(), &other).unwrap_err();
            assert_eq!(error.to_string(), format!("x.state: the state has {expected}"));
        };
        let same = Manifest { threads: 5, n_steps: 3, ..manifest() };
        assert!(check_snapshot(Path::new("x.state"), &manifest(), &same).is_ok());
        check(Manifest { seed: 8, ..manifest() }, "seed 7, but this run has 8");
        let hash = Manifest { model_hash: "0100".into(), ..manifest() };
        check(hash, "model hash 00ff, but this run has 0100");
        let model = Manifest { model: "n".into(), seed: 8, ..manifest() };
        check(model, "model `m`, but this run has `n`");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn what_is_written_reads_back(state in prop::collection::vec(any::<u8>(), 0..200)) {
            let path = written("state_round_trip", &state);
            prop_assert_eq!(read_snapshot(&path).unwrap(), (manifest(), state));
        }
    }
}
