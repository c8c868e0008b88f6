//! Numbers by stable path, as safetensors: weights, decoders, encoders, parameters of cells.

use std::{borrow::Cow, collections::BTreeMap, fs, io, path::Path};

use pontine_core_ir::Tensor;
use safetensors::{Dtype, SafeTensors, View, serialize, tensor::TensorView};

use crate::{
    Manifest,
    error::RecordingError,
    file::{failed, json, make_folder, write_whole},
};

/// Writes arrays by name, whole or not at all; the folder is made if it is not there. `manifest` says
/// where they come from, as the entry `manifest` of the file's metadata.
///
/// The file is one of safetensors, of 64-bit floating-point numbers; `safetensors.numpy.load_file`
/// reads it.
///
/// # Errors
/// [`RecordingError::Io`] with the path that cannot be written.
///
/// # Examples
/// ```
/// use pontine_core_ir::Tensor;
/// use pontine_io::{Manifest, read_numbers, write_numbers};
/// let path = std::env::temp_dir().join(format!("doc-{}.safetensors", std::process::id()));
/// let decoders = Tensor::new(&[1, 3], vec![0.1, 0.2, 0.3]).unwrap();
/// let numbers = [("Connection:a.decoders".to_owned(), decoders)].into();
/// write_numbers(&path, &Manifest::default(), &numbers)?;
/// assert_eq!(read_numbers(&path)?, numbers);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), pontine_io::RecordingError>(())
/// ```
pub fn write_numbers(
    path: &Path,
    manifest: &Manifest,
    numbers: &BTreeMap<String, Tensor>,
) -> Result<(), RecordingError> {
    let metadata = [("manifest".to_owned(), json(manifest).trim().to_owned())].into();
    let views = numbers.iter().map(|(name, tensor)| (name, Doubles(tensor)));
    let file = serialize(views, Some(metadata))
        .map_err(|source| failed(path, "written", Box::new(source)))?;
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    write_whole(path, |out| Ok(io::Write::write_all(out, &file)?))
}

/// An array whose bytes are made when they are written, one array at a time.
struct Doubles<'t>(&'t Tensor);

impl View for Doubles<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F64
    }

    fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.0.data().iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    fn data_len(&self) -> usize {
        size_of_val(self.0.data())
    }
}

/// Reads what [`write_numbers`] wrote, or another file of safetensors of 32- or 64-bit
/// floating-point numbers.
///
/// # Errors
/// [`RecordingError`] if the file cannot be read, or is no such file.
pub fn read_numbers(path: &Path) -> Result<BTreeMap<String, Tensor>, RecordingError> {
    let wrong = |message: String| RecordingError::Contents { path: path.to_owned(), message };
    let unread = |source: io::Error| failed(path, "read", source.into());
    // What is no file may go on for ever.
    if !fs::metadata(path).map_err(unread)?.is_file() {
        return Err(wrong("is no file".to_owned()));
    }
    let file = fs::read(path).map_err(unread)?;
    let tensors = SafeTensors::deserialize(&file)
        .map_err(|error| wrong(format!("is no file of safetensors ({error})")))?;
    let of = |(name, view): (String, TensorView<'_>)| {
        let data = floats(&view)
            .ok_or_else(|| wrong(format!("`{name}` is of {:?}, not F32 or F64", view.dtype())))?;
        let tensor = Tensor::new(view.shape(), data)
            .ok_or_else(|| wrong(format!("`{name}` has not the numbers of its shape")))?;
        Ok((name, tensor))
    };
    tensors.tensors().into_iter().map(of).collect()
}

fn floats(view: &TensorView<'_>) -> Option<Vec<f64>> {
    let bytes = view.data();
    match view.dtype() {
        Dtype::F64 => Some(bytes.as_chunks().0.iter().map(|x| f64::from_le_bytes(*x)).collect()),
        Dtype::F32 => {
            Some(bytes.as_chunks().0.iter().map(|x| f32::from_le_bytes(*x).into()).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers() -> BTreeMap<String, Tensor> {
        let tensor = |shape: &[usize], data| Tensor::new(shape, data).unwrap();
        [
            ("Population:E.tau_m".to_owned(), tensor(&[1], vec![20.0])),
            (
                "Connection:a.decoders".to_owned(),
                tensor(&[2, 2], vec![0.1, -0.0, 1e-300, f64::MAX]),
            ),
            ("none".to_owned(), tensor(&[0], vec![])),
        ]
        .into()
    }

    fn written(name: &str) -> std::path::PathBuf {
        let path = crate::test_folder(name).join("deep/x.safetensors");
        write_numbers(&path, &Manifest { seed: 7, ..Manifest::default() }, &numbers()).unwrap();
        path
    }

    #[test]
    fn what_is_written_is_read_bit_by_bit() {
        let read = read_numbers(&written("numbers")).unwrap();
        assert_eq!(read, numbers());
        assert!(read["Connection:a.decoders"].data()[1].is_sign_negative());
    }

    #[test]
    fn numbers_of_half_the_width_are_read_and_others_refused() {
        let folder = crate::test_folder("numbers_of_others");
        fs::create_dir_all(&folder).unwrap();
        let file = |name: &str, dtype, bytes: &[u8]| {
            let view = TensorView::new(dtype, vec![2], bytes).unwrap();
            fs::write(folder.join(name), serialize([("w", view)], None).unwrap()).unwrap();
            read_numbers(&folder.join(name))
        };
        let halves: Vec<u8> = [0.5_f32, 2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(file("f32", Dtype::F32, &halves).unwrap()["w"].data(), [0.5, 2.0]);
        let refused = file("u8", Dtype::U8, &[1, 2]).unwrap_err().to_string();
        assert!(refused.ends_with("u8: `w` is of U8, not F32 or F64"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn what_goes_on_for_ever_is_not_read() {
        let message = read_numbers("/dev/zero".as_ref()).unwrap_err().to_string();
        assert_eq!(message, "/dev/zero: is no file");
    }

    #[test]
    fn what_is_cut_or_damaged_is_an_error_or_some_numbers() {
        let path = written("numbers_damaged");
        let whole = fs::read(&path).unwrap();
        for end in 0..whole.len() {
            fs::write(&path, &whole[..end]).unwrap();
            let message = read_numbers(&path).unwrap_err().to_string();
            assert!(message.contains("is no file of safetensors"), "{message}");
        }
        proptest!(|(at in 0..whole.len(), byte in any::<u8>())| {
            let mut damaged = whole.clone();
            damaged[at] = byte;
            fs::write(&path, damaged).unwrap();
            // Whatever comes of it, it is no panic.
            read_numbers(&path).ok();
        });
    }
}
