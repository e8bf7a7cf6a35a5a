//! An image and the text that it shows.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use captcha_core::files::{ReadError, open_regular, read_bounded};
use captcha_core::{DecodeError, ImageLimits, Label, decode_image, open_image, to_gray};
use image::{DynamicImage, GrayImage};

/// An image and the text that it shows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// The image file, or the tar shard that it is in.
    pub path: PathBuf,
    /// Where in the tar shard it is; `None` for a file of its own.
    pub member: Option<TarMember>,
    /// The text that it shows.
    pub label: Label,
    /// What the image may cost before it is refused.
    pub limits: ImageLimits,
    name: Box<str>,
}

/// A file within a tar archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct TarMember {
    /// Where its bytes begin in the archive.
    pub offset: u64,
    /// How many bytes it has.
    pub size: u64,
}

impl Sample {
    /// The image called `name` within `folder`.
    pub(crate) fn new(
        folder: &Path,
        name: &str,
        place: Option<(&str, TarMember)>,
        label: Label,
        limits: ImageLimits,
    ) -> Self {
        let path = folder.join(place.map_or(name, |(shard, _)| shard));
        Self { path, member: place.map(|(_, member)| member), label, limits, name: name.into() }
    }

    /// What reports call the image: its path within the folder, with `/` between the parts; within a tar shard
    /// `shard.tar/000012.png`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads and decodes the image.
    ///
    /// # Errors
    /// [`DecodeError`] with the path and what is wrong.
    pub fn load(&self) -> Result<DynamicImage, DecodeError> {
        if self.member.is_none() {
            return open_image(&self.path, self.limits);
        }
        self.bytes().and_then(|bytes| decode_image(&bytes, self.limits)).map_err(|error| match error {
            error @ DecodeError::File { .. } => error,
            error => self.named(error),
        })
    }

    /// Reads and decodes the image, in grey levels.
    ///
    /// # Errors
    /// [`DecodeError`] with the path and what is wrong.
    pub fn load_gray(&self) -> Result<GrayImage, DecodeError> {
        self.load().map(|image| to_gray(&image))
    }

    /// Reads the bytes of the image file, at most as many as the limits allow.
    ///
    /// # Errors
    /// [`DecodeError::File`] with the path and what is wrong.
    pub fn bytes(&self) -> Result<Vec<u8>, DecodeError> {
        let limit = self.limits.max_file;
        let bytes = match self.member {
            None => read_bounded(&self.path, limit),
            Some(member) if member.size > limit => Err(ReadError::TooLarge { limit }),
            Some(member) => read_member(&self.path, member),
        };
        bytes.map_err(|error| {
            self.named(match error {
                ReadError::TooLarge { limit } => DecodeError::TooLarge {
                    what: format!("more than {limit} bytes"),
                    limit: format!("{limit} bytes"),
                },
                error => DecodeError::Io(error.into()),
            })
        })
    }

    /// `error` with the path of this image.
    fn named(&self, error: DecodeError) -> DecodeError {
        let path = match self.member {
            None => self.path.clone(),
            // The name within the shard: what follows the shard's own name.
            Some(_) => {
                let shard = self.path.file_name().unwrap_or_default().to_string_lossy();
                let inner =
                    self.name.split_once(&format!("{shard}/")).map_or(&*self.name, |(_, inner)| inner);
                self.path.join(inner)
            }
        };
        DecodeError::File { path, source: Box::new(error) }
    }
}

/// The bytes of a member that is not larger than what may be read.
fn read_member(path: &Path, member: TarMember) -> Result<Vec<u8>, ReadError> {
    let mut file = open_regular(path)?;
    file.seek(SeekFrom::Start(member.offset)).map_err(ReadError::Io)?;
    let mut bytes = Vec::new();
    file.take(member.size).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if bytes.len() as u64 == member.size {
        return Ok(bytes);
    }
    Err(ReadError::Io(io::Error::new(io::ErrorKind::UnexpectedEof, "the shard ends within the image")))
}
