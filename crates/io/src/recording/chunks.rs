//! Recordings on their way: chunks that are appended to a file while a run goes on, so that memory
//! stays bounded and what came before a sudden end can be read.
//!
//! ```text
//!  file:   magic, length of the manifest (u64), manifest (JSON), chunk, chunk, …
//!  chunk:  block, block, …, end
//!  block:  kind (u32), record (u32), n (u64), columns of n numbers
//!  end:    kind (u32), 0 (u32), steps done (u64), checksum of the chunk (u64)
//! ```
//! All numbers are little-endian. Records are numbered as the manifest's series are ordered. What
//! comes after the last whole chunk is left out when the file is read.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
};

use pontine_core_ir::{
    Id, Model, RecordId, Recording,
    port::{RecordingSink, SimulationError},
    recording::SeriesData,
};

use super::{
    Manifest, SeriesKind,
    npz::{NpzWriter, fill, put_all},
};
use crate::{
    error::RecordingError,
    file::{self, Outcome},
};

/// The name of the file within the folder of a run.
pub const CHUNKS: &str = "recording.chunks";

const MAGIC: &[u8; 16] = b"pontine-chunks-1";

/// Bytes that are read or copied at once.
const PIECE: usize = 1 << 16;

/// The longest manifest; the table of a million records is shorter.
const MAX_MANIFEST: u64 = 1 << 30;

/// Appends what is recorded to `recording.chunks` in a folder; [`ChunkWriter::finish`] makes
/// `recording.npz` and `manifest.json` of it.
///
/// # Examples
/// ```
/// use pontine_core_ir::Model;
/// use pontine_io::{ChunkWriter, Manifest, recover};
/// let folder = std::env::temp_dir().join(format!("doc-chunks-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// let mut chunks = ChunkWriter::create(&folder, &Model::new("m", 1e-3, 0), &Manifest::default())?;
/// chunks.commit(1000)?; // after `simulation.drain(&mut chunks)`
/// drop(chunks); // the power fails
/// assert_eq!(recover(&folder)?.n_steps, 1000);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), pontine_io::RecordingError>(())
/// ```
pub struct ChunkWriter {
    path: PathBuf,
    out: BufWriter<File>,
    /// Number of each record in the file, by its id in the model.
    numbers: Vec<u32>,
    widths: Vec<usize>,
    hash: Hash,
    n_bytes: u64,
}

impl ChunkWriter {
    /// Makes the file; the folder must be there. Steps of the manifest are those before the run.
    ///
    /// # Errors
    /// [`RecordingError::Unfinished`] if the folder holds chunks already, [`RecordingError::Io`] if
    /// the file cannot be written.
    pub fn create(
        folder: &Path,
        model: &Model,
        manifest: &Manifest,
    ) -> Result<Self, RecordingError> {
        let path = folder.join(CHUNKS);
        let opened = OpenOptions::new().write(true).create_new(true).open(&path);
        let opened = opened.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => {
                RecordingError::Unfinished { folder: folder.to_owned() }
            }
            _ => file::failed(&path, "written", source.into()),
        })?;
        Self::begin(path, opened, model, manifest)
    }

    fn begin(
        path: PathBuf,
        opened: File,
        model: &Model,
        manifest: &Manifest,
    ) -> Result<Self, RecordingError> {
        let empty = Recording::of(model);
        let place = |name: &str| empty.series.keys().position(|other| other == name).unwrap_or(0);
        let n_records = model.records.iter().map(|(id, _)| id.index() + 1).max().unwrap_or(0);
        let mut numbers = vec![0; n_records];
        for (id, record) in model.records.iter() {
            numbers[id.index()] = place(record.path.as_str()) as u32;
        }
        let widths = empty.series.values().map(|series| match series.data {
            SeriesData::Events { .. } => 0,
            SeriesData::Samples { width, .. } => width,
        });
        let (widths, out) = (widths.collect(), BufWriter::new(opened));
        let mut writer = Self { path, out, numbers, widths, hash: Hash::new(), n_bytes: 0 };
        let began = writer.head(&empty, manifest);
        began.map_err(|source| file::failed(&writer.path, "written", source.into()))?;
        writer.commit(manifest.n_steps)?;
        Ok(writer)
    }

    fn head(&mut self, empty: &Recording, manifest: &Manifest) -> io::Result<()> {
        let manifest = file::json(&manifest.of(empty));
        self.out.write_all(MAGIC)?;
        self.out.write_all(&(manifest.len() as u64).to_le_bytes())?;
        self.out.write_all(manifest.as_bytes())?;
        for (number, series) in (0..).zip(empty.series.values()) {
            let Some(subset) = &series.subset else { continue };
            self.block(Kind::Subset, number, subset.len() as u64)?;
            self.put(subset)?;
        }
        Ok(())
    }

    /// Ends a chunk after so many steps: from now on it is kept whatever happens to this process.
    ///
    /// # Errors
    /// [`RecordingError::Io`] if it cannot be written.
    pub fn commit(&mut self, n_steps: u64) -> Result<(), RecordingError> {
        self.end(n_steps).map_err(|source| file::failed(&self.path, "written", source.into()))
    }

    /// Bytes of numbers written so far.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Makes `recording.npz` and `manifest.json` of what was committed, and removes the chunks.
    ///
    /// # Errors
    /// [`RecordingError`] if they cannot be written; the chunks are then still there.
    pub fn finish(self) -> Result<Manifest, RecordingError> {
        let folder = self.path.parent().unwrap_or(Path::new(".")).to_owned();
        drop(self.out);
        recover(&folder)
    }

    fn end(&mut self, n_steps: u64) -> io::Result<()> {
        self.block(Kind::End, 0, n_steps)?;
        let hash = std::mem::replace(&mut self.hash, Hash::new());
        self.out.write_all(&hash.finish().to_le_bytes())?;
        self.out.flush()
    }

    fn number(&self, record: RecordId) -> Result<u32, SimulationError> {
        let number = self.numbers.get(record.index()).copied();
        number.ok_or_else(|| "the record is not one of this recording".into())
    }

    fn block(&mut self, kind: Kind, number: u32, n: u64) -> io::Result<()> {
        let mut head = (kind as u32).to_le_bytes().to_vec();
        head.extend(number.to_le_bytes());
        head.extend(n.to_le_bytes());
        self.bytes(&head)
    }

    fn put<T: super::npz::Element>(&mut self, elements: &[T]) -> io::Result<()> {
        put_all(elements, |bytes| self.bytes(bytes))
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.add(bytes);
        self.n_bytes += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn failed(&self, source: io::Error) -> SimulationError {
        file::failed(&self.path, "written", source.into()).into()
    }
}

impl RecordingSink for ChunkWriter {
    fn events(
        &mut self,
        record: RecordId,
        steps: &[u64],
        indices: &[u32],
        values: &[f64],
    ) -> Result<(), SimulationError> {
        let number = self.number(record)?;
        let counts: Vec<u32> = values.iter().map(|value| *value as u32).collect();
        let written = self.block(Kind::Spikes, number, steps.len() as u64);
        let written = written.and_then(|()| self.put(steps)).and_then(|()| self.put(indices));
        written.and_then(|()| self.put(&counts)).map_err(|source| self.failed(source))
    }

    fn samples(
        &mut self,
        record: RecordId,
        steps: &[u64],
        rows: &[f64],
    ) -> Result<(), SimulationError> {
        let number = self.number(record)?;
        let n = self.widths[number as usize].saturating_mul(steps.len());
        if rows.len() != n {
            return Err("the rows of samples are not as long as those of this recording".into());
        }
        let written = self.block(Kind::Samples, number, steps.len() as u64);
        let written = written.and_then(|()| self.put(steps)).and_then(|()| self.put(rows));
        written.map_err(|source| self.failed(source))
    }
}

/// Makes `recording.npz` and `manifest.json` of the chunks that a run left in a folder, and removes
/// the chunks. What was recorded after the last whole chunk is lost.
///
/// # Errors
/// [`RecordingError`] if there are no chunks or the files cannot be written; nothing is removed then.
pub fn recover(folder: &Path) -> Result<Manifest, RecordingError> {
    let path = folder.join(CHUNKS);
    let chunks = Chunks::open(&path)?;
    let manifest = chunks.pack(folder)?;
    fs::remove_file(&path).map_err(|source| file::failed(&path, "removed", source.into()))?;
    Ok(manifest)
}

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Subset = 1,
    Spikes = 2,
    Samples = 3,
    End = 4,
}

/// A block of the file, without its head.
#[derive(Clone, Copy, Debug)]
struct Block {
    kind: Kind,
    number: u32,
    n: u64,
    /// Where its columns begin.
    start: u64,
}

/// One column of a block: where it begins there in units of its `n`, and bytes of one entry.
#[derive(Clone, Copy, Debug)]
struct Column {
    kind: Kind,
    before: u64,
    size: u64,
}

/// A file that was looked through.
struct Chunks {
    path: PathBuf,
    from: BufReader<File>,
    manifest: Manifest,
    /// The blocks of whole chunks, by what they hold.
    blocks: BTreeMap<(Kind, u32), Vec<Block>>,
}

impl Chunks {
    fn open(path: &Path) -> Result<Self, RecordingError> {
        let failed = |source: io::Error| file::failed(path, "read", source.into());
        let opened = File::open(path).map_err(failed)?;
        let length = opened.metadata().map_err(failed)?.len();
        let mut from = BufReader::with_capacity(PIECE, opened);
        let manifest = manifest(&mut from).map_err(failed)?;
        let manifest = manifest.ok_or_else(|| RecordingError::Contents {
            path: path.to_owned(),
            message: "is not a recording on its way".to_owned(),
        })?;
        let mut chunks = Self { path: path.to_owned(), from, manifest, blocks: BTreeMap::new() };
        chunks.look_through(length).map_err(failed)?;
        Ok(chunks)
    }

    /// Keeps the blocks of whole chunks; the rest of the file is of no use.
    fn look_through(&mut self, length: u64) -> io::Result<()> {
        let widths: Vec<_> = self.manifest.series.values().map(|s| s.width as u64).collect();
        let (mut pending, mut hash) = (Vec::new(), Hash::new());
        while let Some(head) = exactly::<16>(&mut self.from)? {
            hash.add(&head);
            let start = self.from.stream_position()?;
            let Some(block) = parse(&head, start) else { break };
            if block.kind == Kind::End {
                let sum = exactly::<8>(&mut self.from)?.map(u64::from_le_bytes);
                if sum != Some(std::mem::replace(&mut hash, Hash::new()).finish()) {
                    break;
                }
                self.manifest.n_steps = block.n;
                pending.drain(..).for_each(|block| self.keep(block));
                continue;
            }
            let Some(width) = widths.get(block.number as usize) else { break };
            let size = block.n.checked_mul(size_of_entry(block.kind, *width));
            let Some(size) = size.filter(|size| *size <= length - start.min(length)) else { break };
            if !hash.add_from(&mut self.from, size)? {
                break;
            }
            pending.push(block);
        }
        Ok(())
    }

    fn keep(&mut self, block: Block) {
        self.blocks.entry((block.kind, block.number)).or_default().push(block);
    }

    fn pack(mut self, folder: &Path) -> Result<Manifest, RecordingError> {
        let names: Vec<_> = self.manifest.series.keys().cloned().collect();
        let failed = |path: &Path, source| file::failed(path, "read", source);
        for (number, name) in (0..).zip(&names) {
            let several = self.has_counts(number).map_err(|e| failed(&self.path, e.into()))?;
            if let Some(series) = self.manifest.series.get_mut(name) {
                series.has_counts = several;
            }
        }
        let text = file::json(&self.manifest);
        file::write_whole(&folder.join("recording.npz"), |out| {
            let mut npz = NpzWriter::new(out);
            npz.add("manifest", &[text.len() as u64], text.as_bytes())?;
            (0..).zip(&names).try_for_each(|(number, name)| self.series(number, name, &mut npz))?;
            npz.finish()
        })?;
        file::write_text(&folder.join("manifest.json"), &text)?;
        Ok(self.manifest)
    }

    fn series<W: Write + Seek>(
        &mut self,
        number: u32,
        name: &str,
        npz: &mut NpzWriter<W>,
    ) -> Outcome {
        let Some(series) = self.manifest.series.get(name).cloned() else { return Ok(()) };
        let width = series.width as u64;
        let rows = |kind| self.blocks_of(kind, number).iter().map(|block| block.n).sum::<u64>();
        let (subset, spikes, samples) =
            (rows(Kind::Subset), rows(Kind::Spikes), rows(Kind::Samples));
        let column = |kind, before, size| Column { kind, before, size };
        let array = |part: &str| format!("{name}/{part}");
        if series.has_subset {
            let column = column(Kind::Subset, 0, 4);
            npz.add_from::<u32>(&array("subset"), &[subset], |out| self.copy(number, column, out))?;
        }
        match series.kind {
            SeriesKind::Spikes => {
                let (n, at) = ([spikes], |before, size| column(Kind::Spikes, before, size));
                npz.add_from::<u64>(&array("steps"), &n, |out| self.copy(number, at(0, 8), out))?;
                npz.add_from::<u32>(&array("indices"), &n, |out| self.copy(number, at(8, 4), out))?;
                if series.has_counts {
                    let counts = at(12, 4);
                    npz.add_from::<u32>(&array("counts"), &n, |out| {
                        self.copy(number, counts, out)
                    })?;
                }
            }
            SeriesKind::Samples => {
                let (steps, rows) =
                    (column(Kind::Samples, 0, 8), column(Kind::Samples, 8, 8 * width));
                npz.add_from::<u64>(&array("steps"), &[samples], |out| {
                    self.copy(number, steps, out)
                })?;
                npz.add_from::<f64>(&array("samples"), &[samples, width], |out| {
                    self.copy(number, rows, out)
                })?;
            }
        }
        Ok(())
    }

    fn blocks_of(&self, kind: Kind, number: u32) -> Vec<Block> {
        self.blocks.get(&(kind, number)).cloned().unwrap_or_default()
    }

    /// Copies a column of all blocks of a record.
    fn copy(&mut self, number: u32, column: Column, out: &mut dyn Write) -> Outcome {
        for block in self.blocks_of(column.kind, number) {
            self.go_to(block.start + column.before * block.n)?;
            let n_bytes = column.size * block.n;
            if io::copy(&mut (&mut self.from).take(n_bytes), out)? < n_bytes {
                return Err("the chunks have become shorter".into());
            }
        }
        Ok(())
    }

    /// Goes to a place in the file; what is in memory of it already is not read again.
    fn go_to(&mut self, place: u64) -> io::Result<()> {
        let now = self.from.stream_position()?;
        self.from.seek_relative(place as i64 - now as i64)
    }

    /// Whether an element spiked more than once in a step.
    fn has_counts(&mut self, number: u32) -> io::Result<bool> {
        let mut bytes = vec![0; PIECE];
        for block in self.blocks_of(Kind::Spikes, number) {
            self.go_to(block.start + 12 * block.n)?;
            let mut counts = (&mut self.from).take(4 * block.n);
            loop {
                let n = fill(&mut counts, &mut bytes)?;
                if bytes[..n].chunks_exact(4).any(|count| count != 1_u32.to_le_bytes()) {
                    return Ok(true);
                }
                if n < bytes.len() {
                    break;
                }
            }
        }
        Ok(false)
    }
}

fn manifest(from: &mut impl Read) -> io::Result<Option<Manifest>> {
    let Some(magic) = exactly::<16>(from)? else { return Ok(None) };
    let length = exactly::<8>(from)?.map(u64::from_le_bytes);
    let length = match length {
        Some(length) if &magic == MAGIC && length <= MAX_MANIFEST => length,
        _ => return Ok(None),
    };
    let mut text = Vec::new();
    from.take(length).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text).ok())
}

fn parse(head: &[u8; 16], start: u64) -> Option<Block> {
    let (kind, rest) = head.split_first_chunk::<4>()?;
    let (number, n) = rest.split_first_chunk::<4>()?;
    let kind = match u32::from_le_bytes(*kind) {
        1 => Kind::Subset,
        2 => Kind::Spikes,
        3 => Kind::Samples,
        4 => Kind::End,
        _ => return None,
    };
    let n = u64::from_le_bytes(n.try_into().ok()?);
    Some(Block { kind, number: u32::from_le_bytes(*number), n, start })
}

/// Bytes that each entry of a block has over all columns.
fn size_of_entry(kind: Kind, width: u64) -> u64 {
    match kind {
        Kind::Subset => 4,
        Kind::Spikes => 16,
        Kind::Samples => width.saturating_mul(8).saturating_add(8),
        Kind::End => 0,
    }
}

fn exactly<const N: usize>(from: &mut impl Read) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    Ok((fill(from, &mut bytes)? == N).then_some(bytes))
}

/// FNV-1a over words of eight bytes: tells a chunk that was cut off from a whole one.
struct Hash {
    sum: u64,
    word: [u8; 8],
    n: usize,
}

impl Hash {
    fn new() -> Self {
        Self { sum: 0xcbf2_9ce4_8422_2325, word: [0; 8], n: 0 }
    }

    fn mix(&mut self, word: [u8; 8]) {
        self.sum = (self.sum ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn add(&mut self, mut bytes: &[u8]) {
        while self.n > 0 && !bytes.is_empty() {
            self.word[self.n] = bytes[0];
            (self.n, bytes) = (self.n + 1, &bytes[1..]);
            if self.n == 8 {
                self.mix(self.word);
                self.n = 0;
            }
        }
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(*word));
        self.word[..rest.len()].copy_from_slice(rest);
        self.n += rest.len();
    }

    /// Whether there was as much as was asked for.
    fn add_from(&mut self, from: &mut impl Read, mut n_bytes: u64) -> io::Result<bool> {
        let mut bytes = vec![0; n_bytes.min(PIECE as u64) as usize];
        while n_bytes > 0 {
            let piece = n_bytes.min(PIECE as u64) as usize;
            if fill(from, &mut bytes[..piece])? < piece {
                return Ok(false);
            }
            self.add(&bytes[..piece]);
            n_bytes -= piece as u64;
        }
        Ok(true)
    }

    fn finish(mut self) -> u64 {
        self.word[self.n..].fill(0);
        self.mix(self.word);
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::{
        Path as ObjectPath,
        model::{First, Record, RecordTarget, Signal},
    };
    use proptest::{collection, prelude::*};

    use super::*;
    use crate::{read_part, read_recording, test_folder, write_recording};

    /// A model that records spikes of 10 cells and three of four numbers.
    fn model() -> Model {
        let mut model = Model::new("m", 1e-3, 0);
        let path = |name: &str| ObjectPath::root().join(name);
        let spikes = model.signals.add(Signal::events(path("e"), 10, 1.0));
        let numbers = model.signals.add(Signal::state(path("d"), &[4]));
        let record = |name: &str, target, subset: Option<Vec<u32>>| Record {
            path: path(name),
            target,
            subset: subset.map(Into::into),
            every: 1.0,
            first: First::Zero,
            unit: "mV".into(),
        };
        model.records.add(record("z", RecordTarget::Events(spikes), None));
        model.records.add(record("a", RecordTarget::Signal(numbers), Some(vec![3, 0, 1])));
        model
    }

    /// What is recorded in one step: indices of cells that spike, how often, and a row.
    type Step = (Vec<(u32, u8)>, bool);

    fn record(sink: &mut dyn RecordingSink, model: &Model, first: u64, steps: &[Step]) {
        let ids: Vec<_> = model.records.iter().map(|(id, _)| id).collect();
        let (mut at, mut indices, mut values) = (vec![], vec![], vec![]);
        let (mut rows_at, mut rows) = (vec![], vec![]);
        for (step, (spikes, sampled)) in (first..).zip(steps) {
            at.extend(spikes.iter().map(|_| step));
            indices.extend(spikes.iter().map(|(index, _)| *index));
            values.extend(spikes.iter().map(|(_, count)| f64::from(*count)));
            if *sampled {
                rows_at.push(step);
                rows.extend([step as f64, -0.5, f64::NAN]);
            }
        }
        sink.events(ids[0], &at, &indices, &values).unwrap();
        sink.samples(ids[1], &rows_at, &rows).unwrap();
    }

    /// Writes chunks as if the process ended after the last of them.
    fn killed(folder: &Path, chunks: &[Vec<Step>]) {
        let model = model();
        let mut writer = ChunkWriter::create(folder, &model, &Manifest::default()).unwrap();
        let mut done = 0;
        for steps in chunks {
            record(&mut writer, &model, done, steps);
            done += steps.len() as u64;
            writer.commit(done).unwrap();
        }
    }

    fn whole(folder: &Path, chunks: &[Vec<Step>]) {
        let model = model();
        let mut recording = Recording::of(&model);
        record(&mut recording, &model, 0, &chunks.concat());
        let n_steps = chunks.concat().len() as u64;
        write_recording(folder, &recording, &Manifest { n_steps, ..Manifest::default() }).unwrap();
    }

    fn bytes(folder: &Path) -> [Vec<u8>; 2] {
        ["recording.npz", "manifest.json"].map(|name| fs::read(folder.join(name)).unwrap())
    }

    fn chunks() -> Vec<Vec<Step>> {
        let step = |i: u8| (vec![(u32::from(i) % 10, 1 + i % 2)], i.is_multiple_of(2));
        vec![(0..3).map(step).collect(), (3..9).map(step).collect(), (9..10).map(step).collect()]
    }

    #[test]
    fn a_run_that_is_killed_anywhere_leaves_all_whole_chunks() {
        let folder = test_folder("killed");
        killed(&folder, &chunks());
        let (path, copy) = (folder.join(CHUNKS), test_folder("killed_copy"));
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        let mut found = Vec::new();
        for n in (0..=file.metadata().unwrap().len()).rev() {
            file.set_len(n).unwrap();
            let Ok(chunks) = Chunks::open(&path) else { continue };
            if found.last() == Some(&chunks.manifest.n_steps) {
                continue;
            }
            fs::copy(&path, copy.join(CHUNKS)).unwrap();
            found.push(recover(&copy).unwrap().n_steps);
            let (recording, manifest) = read_recording(&copy.join("recording.npz")).unwrap();
            assert_eq!(recording.events("z").unwrap().0.len() as u64, manifest.n_steps);
        }
        assert_eq!(found, [10, 9, 3, 0]);
    }

    #[test]
    fn a_file_that_is_something_else_is_refused_and_kept() {
        let folder = test_folder("no_chunks");
        fs::write(folder.join(CHUNKS), "something else, longer than the head of a file").unwrap();
        let error = recover(&folder).unwrap_err().to_string();
        assert!(error.contains("is not a recording on its way"), "{error}");
        assert!(folder.join(CHUNKS).exists() && !folder.join("recording.npz").exists());
    }

    #[test]
    fn chunks_of_another_run_are_not_written_over() {
        let folder = test_folder("unfinished");
        killed(&folder, &chunks());
        let error = ChunkWriter::create(&folder, &model(), &Manifest::default()).err().unwrap();
        assert!(matches!(&error, RecordingError::Unfinished { .. }), "{error}");
        assert_eq!(recover(&folder).unwrap().n_steps, 10);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_device_is_told_with_the_path() {
        let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
        let model = model();
        let begin = ChunkWriter::begin("x/chunks".into(), full(), &model, &Manifest::default());
        let error = begin.err().unwrap().to_string();
        assert_eq!(error, "x/chunks: cannot be written");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn chunks_become_what_is_written_at_once(
            chunks in collection::vec(
                collection::vec((collection::vec((0..10_u32, 1..3_u8), 0..3), any::<bool>()), 0..5),
                0..5,
            ),
        ) {
            let (streamed, once) = (test_folder("streamed"), test_folder("once"));
            killed(&streamed, &chunks);
            recover(&streamed).unwrap();
            whole(&once, &chunks);
            prop_assert_eq!(bytes(&streamed), bytes(&once));
        }

        #[test]
        fn no_damage_makes_more_than_an_error(
            damage in collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let folder = test_folder("damaged");
            killed(&folder, &chunks());
            let damaged = |name: &str| {
                let mut bytes = fs::read(folder.join(name)).unwrap();
                damage.iter().for_each(|(at, byte)| *at.get_mut(&mut bytes) = *byte);
                fs::write(folder.join(name), bytes).unwrap();
            };
            damaged(CHUNKS);
            if let Ok(manifest) = recover(&folder) {
                prop_assert!(manifest.n_steps <= 10);
            }
            whole(&folder, &chunks());
            damaged("recording.npz");
            drop(read_recording(&folder.join("recording.npz")));
        }

        #[test]
        fn a_part_is_what_falls_into_its_steps(first in 0..12_u64, n in 0..12_u64) {
            let folder = test_folder("part");
            whole(&folder, &chunks());
            let path = folder.join("recording.npz");
            let (part, _) = read_part(&path, first..=first + n).unwrap();
            let (all, _) = read_recording(&path).unwrap();
            let within = |step: &u64| (first..=first + n).contains(step);
            let (steps, indices) = all.events("z").unwrap();
            let pairs = steps.iter().zip(indices).filter(|(step, _)| within(step));
            let (part_steps, part_indices) = part.events("z").unwrap();
            prop_assert!(pairs.eq(part_steps.iter().zip(part_indices)));
            let rows = all.samples("a").unwrap().chunks(3).filter(|row| within(&(row[0] as u64)));
            let found = part.samples("a").unwrap().chunks(3);
            prop_assert!(rows.map(|row| row[0]).eq(found.map(|row| row[0])));
        }
    }
}
