//! Arrays in a zip archive, as NumPy has them, written and read piece by piece.

use std::{
    error::Error,
    io::{self, Read, Seek, SeekFrom, Write},
};

use zip::{CompressionMethod, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

use crate::file::Outcome;

/// Numbers that an array may hold.
pub(super) trait Element: Copy {
    /// The name that NumPy has for them.
    const DESCRIPTION: &'static str;
    /// Bytes of one.
    const SIZE: usize;
    fn put(self, to: &mut Vec<u8>);
    /// From exactly [`Element::SIZE`] bytes.
    fn get(from: &[u8]) -> Self;
}

macro_rules! element {
    ($($type:ty: $description:literal)*) => {
        $(impl Element for $type {
            const DESCRIPTION: &'static str = $description;
            const SIZE: usize = size_of::<$type>();
            fn put(self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
            fn get(from: &[u8]) -> Self {
                let mut bytes = [0; size_of::<$type>()];
                bytes.copy_from_slice(from);
                Self::from_le_bytes(bytes)
            }
        })*
    };
}

element! { u8: "|u1" u32: "<u4" u64: "<u8" f64: "<f8" }

/// Most elements that are turned into bytes at once.
const PIECE: usize = 1 << 13;

/// The bytes of elements, piece by piece.
pub(super) fn put_all<T: Element>(
    elements: &[T],
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(PIECE.min(elements.len()) * T::SIZE);
    for piece in elements.chunks(PIECE) {
        bytes.clear();
        piece.iter().for_each(|element| element.put(&mut bytes));
        take(&bytes)?;
    }
    Ok(())
}

/// Zip archives of the old kind hold entries of up to 4 GiB, the header of an array among them.
const MOST_WITHOUT_ZIP64: u64 = u32::MAX as u64 - (1 << 16);

/// Writes an archive.
pub(super) struct NpzWriter<W: Write + Seek>(ZipWriter<UntilFailure<W>>);

impl<W: Write + Seek> NpzWriter<W> {
    pub fn new(to: W) -> Self {
        Self(ZipWriter::new(UntilFailure { to, at: 0, end: 0, failed: false }))
    }

    /// Adds an array that is there.
    pub fn add<T: Element>(&mut self, name: &str, shape: &[u64], elements: &[T]) -> Outcome {
        self.add_from::<T>(name, shape, |out| {
            put_all(elements, |bytes| out.write_all(bytes)).map_err(Into::into)
        })
    }

    /// Adds an array whose bytes `write` brings, all that the shape asks for.
    pub fn add_from<T: Element>(
        &mut self,
        name: &str,
        shape: &[u64],
        write: impl FnOnce(&mut dyn Write) -> Outcome,
    ) -> Outcome {
        let n_bytes = shape.iter().fold(T::SIZE as u64, |n, size| n.saturating_mul(*size));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(n_bytes >= MOST_WITHOUT_ZIP64);
        self.0.start_file(format!("{name}.npy"), options).map_err(bare)?;
        self.0.write_all(&header(T::DESCRIPTION, shape))?;
        write(&mut self.0)
    }

    pub fn finish(self) -> Outcome {
        Ok(self.0.finish().map_err(bare)?.flush()?)
    }
}

/// What the system says is told once.
fn bare(error: ZipError) -> Box<dyn Error + Send + Sync> {
    match error {
        ZipError::Io(error) => error.into(),
        other => other.into(),
    }
}

/// Fails once and swallows what follows: an archive that is dropped unfinished is ended by its writer,
/// which would tell of a second failure where nobody asked for it.
struct UntilFailure<W> {
    to: W,
    at: u64,
    end: u64,
    failed: bool,
}

impl<W: Write> UntilFailure<W> {
    fn outcome<T>(&mut self, outcome: io::Result<T>) -> io::Result<T> {
        let is_final = |error: &io::Error| error.kind() != io::ErrorKind::Interrupted;
        self.failed |= outcome.as_ref().is_err_and(is_final);
        outcome
    }
}

impl<W: Write> Write for UntilFailure<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut n = bytes.len();
        if !self.failed {
            let outcome = self.to.write(bytes);
            n = self.outcome(outcome)?;
        }
        self.at += n as u64;
        self.end = self.end.max(self.at);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed {
            return Ok(());
        }
        let outcome = self.to.flush();
        self.outcome(outcome)
    }
}

impl<W: Write + Seek> Seek for UntilFailure<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            _ if !self.failed => {
                let outcome = self.to.seek(to);
                self.outcome(outcome)?
            }
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.end.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

/// Of version 1.0, padded so that the numbers begin at a multiple of 64 bytes.
fn header(description: &str, shape: &[u64]) -> Vec<u8> {
    let sizes: Vec<_> = shape.iter().map(u64::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let mut text = format!(
        "{{'descr': '{description}', 'fortran_order': False, 'shape': ({}{comma}), }}",
        sizes.join(", ")
    );
    const BEFORE: usize = MAGIC.len() + 2;
    let padding = (BEFORE + text.len() + 1).next_multiple_of(64) - (BEFORE + text.len() + 1);
    text.extend(std::iter::repeat_n(' ', padding));
    text.push('\n');
    let length = (text.len() as u16).to_le_bytes();
    [MAGIC, &length, text.as_bytes()].concat()
}

const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";

/// Reads an archive.
pub(super) struct NpzReader<R: Read + Seek>(ZipArchive<R>);

impl<R: Read + Seek> NpzReader<R> {
    pub fn new(from: R) -> Result<Self, ZipError> {
        Ok(Self(ZipArchive::new(from)?))
    }

    /// The names before `/<last>` of all arrays that end so.
    pub fn names_of(&self, last: &str) -> Vec<String> {
        let end = format!("/{last}.npy");
        let names = self.0.file_names().filter_map(Result::ok);
        names.filter_map(|name| Some(name.strip_suffix(&end)?.to_owned())).collect()
    }

    /// All elements of an array, and its shape.
    pub fn array<T: Element>(&mut self, name: &str) -> Result<(Vec<T>, Vec<u64>), NpzError> {
        let mut elements = Vec::new();
        let shape = self.each(name, |element| super::keep(&mut elements, element, name))?;
        Ok((elements, shape))
    }

    /// Hands over one element after the other, and tells the shape.
    pub fn each<T: Element>(
        &mut self,
        name: &str,
        mut take: impl FnMut(T) -> Result<(), NpzError>,
    ) -> Result<Vec<u64>, NpzError> {
        let wrong =
            |message: &str| NpzError::Array { name: name.to_owned(), message: message.into() };
        let mut entry = match self.0.by_name(&format!("{name}.npy")) {
            Err(ZipError::FileNotFound) => return Err(wrong("is missing")),
            entry => entry?,
        };
        let shape = shape(&mut entry, T::DESCRIPTION)?;
        let shape = shape.ok_or_else(|| wrong(&format!("is no array of `{}`", T::DESCRIPTION)))?;
        let expected = shape.iter().try_fold(T::SIZE as u64, |n, size| n.checked_mul(*size));
        let mut bytes = vec![0; PIECE * T::SIZE];
        let mut found = 0;
        loop {
            let n = fill(&mut entry, &mut bytes)?;
            found += n as u64;
            bytes[..n].chunks_exact(T::SIZE).try_for_each(|element| take(T::get(element)))?;
            if n < bytes.len() {
                break;
            }
        }
        if expected == Some(found) {
            Ok(shape)
        } else {
            Err(wrong("has another size than it says"))
        }
    }
}

/// Why an array cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum NpzError {
    #[error(transparent)]
    Zip(#[from] ZipError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the array `{name}` {message}")]
    Array { name: String, message: String },
    #[error("no memory is left for the array `{name}`")]
    Memory { name: String },
}

/// The shape in the header of an array; none if it is not one of such elements.
fn shape(from: &mut impl Read, description: &str) -> io::Result<Option<Vec<u64>>> {
    let mut start = [0; MAGIC.len() + 2];
    if fill(from, &mut start)? < start.len() || &start[..MAGIC.len()] != MAGIC {
        return Ok(None);
    }
    let length = u16::from_le_bytes([start[MAGIC.len()], start[MAGIC.len() + 1]]);
    let mut text = vec![0; length.into()];
    fill(from, &mut text)?;
    Ok(parse_shape(&String::from_utf8_lossy(&text), description))
}

fn parse_shape(header: &str, description: &str) -> Option<Vec<u64>> {
    let fits = header.contains(&format!("'descr': '{description}'"))
        && header.contains("'fortran_order': False");
    let (_, shape) = header.split_once("'shape': (")?;
    let (shape, _) = shape.split_once(')')?;
    let sizes = shape.split(',').map(str::trim).filter(|size| !size.is_empty());
    let sizes: Option<Vec<u64>> = sizes.map(|size| size.parse().ok()).collect();
    sizes.filter(|_| fits)
}

/// Reads until the buffer is full or the source is at its end; tells how much it read.
pub(super) fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match from.read(&mut buffer[n..]) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn archive(shape: &[u64], elements: &[f64]) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let mut npz = NpzWriter::new(&mut bytes);
        npz.add("a/b", shape, elements).unwrap();
        npz.finish().unwrap();
        bytes.into_inner()
    }

    fn read<T: Element>(archive: &[u8]) -> Result<(Vec<T>, Vec<u64>), NpzError> {
        NpzReader::new(Cursor::new(archive))?.array("a/b")
    }

    #[test]
    fn headers_are_those_of_numpy() {
        let header = header("<f8", &[2, 3]);
        assert_eq!(header.len() % 64, 0);
        let text = "\x01\x00v\0{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }  ";
        assert!(header[6..].starts_with(text.as_bytes()));
        assert_eq!(header.last(), Some(&b'\n'));
    }

    /// Has room for so many bytes, and counts how often it had none.
    struct Small {
        to: Cursor<Vec<u8>>,
        room: u64,
        failures: usize,
    }

    impl Write for &mut Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.to.position() + bytes.len() as u64 > self.room {
                self.failures += 1;
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.to.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for &mut Small {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.to.seek(to)
        }
    }

    #[test]
    fn an_archive_without_room_fails_once_wherever_it_ends() {
        let whole = archive(&[20], &[1.0; 20]).len() as u64;
        for room in 0..=whole {
            let mut small = Small { to: Cursor::new(Vec::new()), room, failures: 0 };
            let mut npz = NpzWriter::new(&mut small);
            let added = npz.add("a/b", &[20], &[1.0; 20]);
            let outcome = added.and_then(|()| npz.finish());
            assert_eq!((outcome.is_err(), small.failures), (room < whole, (room < whole).into()));
        }
    }

    #[test]
    fn arrays_read_back_over_several_pieces() {
        let elements: Vec<f64> = (0..3 * PIECE + 1).map(|i| i as f64).collect();
        let shape = [elements.len() as u64];
        assert_eq!(read(&archive(&shape, &elements)).unwrap(), (elements, shape.to_vec()));
    }

    #[test]
    fn arrays_that_are_not_what_they_say_are_refused() {
        let refused = |archive: &[u8]| read::<f64>(archive).unwrap_err().to_string();
        let enormous = archive(&[1 << 61, 9], &[1.0]);
        assert_eq!(refused(&enormous), "the array `a/b` has another size than it says");
        let short = archive(&[3], &[1.0]);
        assert_eq!(refused(&short), "the array `a/b` has another size than it says");
        let other = read::<u32>(&archive(&[1], &[1.0])).unwrap_err();
        assert_eq!(other.to_string(), "the array `a/b` is no array of `<u4`");
        let mut reader = NpzReader::new(Cursor::new(&short)).unwrap();
        let missing = reader.array::<f64>("c").unwrap_err();
        assert_eq!(missing.to_string(), "the array `c` is missing");
    }
}
