//! Image files: encoded, written once, recognised.

use std::error::Error;
use std::fs::{self, DirEntry, File};
use std::io::{self, Read, Write};
use std::path::Path;

use captcha_core::encode_image;
use captcha_core::files::{Durability, write_whole};
use image::{DynamicImage, ImageFormat};

use crate::corpus::image_format::ImageFileFormat;
use crate::{DatasetError, SkipReason};

/// Bytes that tell an image format: the longest signature that `image` looks for has 12.
const SIGNATURE: u64 = 32;

/// The bytes of an image file.
pub(crate) fn encode(
    image: &DynamicImage,
    format: ImageFileFormat,
) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    encode_image(image, format.codec())
}

/// Whether a file is an image, by the ending of its name, or else by its first bytes.
pub(crate) fn is_image(entry: &DirEntry, name: &str) -> Result<(), SkipReason> {
    let kind = entry.file_type().map_err(|_| SkipReason::Unreadable)?;
    let is_file = if kind.is_symlink() { entry.path().is_file() } else { kind.is_file() };
    if !is_file {
        return Err(SkipReason::NotAFile);
    }
    if name.starts_with('.') {
        return Err(SkipReason::NotAnImage);
    }
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
    if ending.and_then(ImageFormat::from_extension).is_some_and(|format| format.reading_enabled()) {
        return Ok(());
    }
    let mut start = Vec::new();
    let file = File::open(entry.path()).map_err(|_| SkipReason::Unreadable)?;
    file.take(SIGNATURE).read_to_end(&mut start).map_err(|_| SkipReason::Unreadable)?;
    image::guess_format(&start).map(|_| ()).map_err(|_| SkipReason::NotAnImage)
}

/// Writes a file whole or not at all. A parameter of what writes many, so that tests can give it a full disk.
pub(crate) type WriteFile<'a> = &'a (dyn Fn(&Path, &[u8]) -> io::Result<()> + Sync);

/// [`WriteFile`] on a real disk. What is lost in a power cut can be made again.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole(path, Durability::Process, |file| file.write_all(bytes))
}

/// Writes a file that no manifest has yet, unless it is there already, as after a run that was killed between
/// image and manifest. Anything else of that name is somebody's, and stays.
pub(crate) fn write_new(path: &Path, bytes: &[u8], write: WriteFile) -> Result<(), DatasetError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(DatasetError::read(path)(error)),
        // What a power cut leaves of a file that was not synced.
        Ok(metadata) if metadata.is_file() && metadata.len() == 0 => {}
        Ok(metadata) => {
            let same = metadata.len() == bytes.len() as u64
                && fs::read(path).map_err(DatasetError::read(path))? == bytes;
            return if same { Ok(()) } else { Err(DatasetError::WouldOverwrite { path: path.to_owned() }) };
        }
    }
    write(path, bytes).map_err(DatasetError::write(path))
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    #[test]
    fn every_format_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let image = GrayImage::from_fn(40, 20, |x, _| Luma([if x < 20 { 0 } else { 255 }]));
        for format in ImageFileFormat::ALL {
            let bytes = encode(&image.clone().into(), format);
            let bytes = bytes.unwrap_or_else(|error| panic!("{format:?}: {error}"));
            let path = folder.path().join(format!("A.{format}"));
            write_file(&path, &bytes).unwrap();
            let back = captcha_core::open_image(&path, captcha_core::ImageLimits::default());
            let back = captcha_core::to_gray(&back.unwrap_or_else(|error| panic!("{format:?}: {error}")));
            assert!(back.get_pixel(5, 5).0[0] < 20 && back.get_pixel(35, 5).0[0] > 235, "{format:?}");
        }
    }

    #[test]
    fn a_file_of_somebody_else_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A.png");
        write_new(&path, b"new", &write_file).unwrap();
        write_new(&path, b"new", &|_, _| panic!("it is there already")).unwrap();
        for other in ["old", "longer"] {
            fs::write(&path, other).unwrap();
            let error = write_new(&path, b"new", &write_file).unwrap_err();
            assert!(matches!(error, DatasetError::WouldOverwrite { .. }), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), other);
        }
        fs::write(&path, "").unwrap();
        write_new(&path, b"new", &write_file).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }
}
