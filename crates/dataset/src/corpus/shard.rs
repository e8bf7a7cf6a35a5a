//! One part of a corpus that is made in several places.

use std::fmt;
use std::str::FromStr;

use crate::DatasetError;

/// Shard `index` of `count`: the images `index`, `index + count`, `index + 2 count` ... of a corpus.
///
/// Nothing is coordinated between shards: each is a function of the options of the corpus and of these two numbers.
/// Reads and displays as `index/count`, `index` from 0.
///
/// ```
/// use captcha_dataset::Shard;
///
/// let shard: Shard = "3/16".parse()?;
/// assert_eq!(shard.folder_name(), "shard-0003-of-0016");
/// assert!("16/16".parse::<Shard>().is_err());
/// # Ok::<(), captcha_dataset::DatasetError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// The one shard of a corpus that is not divided.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Shard `index`, from 0, of `count`.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] unless `index` is below `count`.
    pub fn new(index: u64, count: u64) -> Result<Self, DatasetError> {
        if index < count {
            return Ok(Self { index, count });
        }
        Err(Self::refused(format!("{index}/{count}")))
    }

    fn refused(actual: String) -> DatasetError {
        let expected = "index/count with index from 0 to count - 1, as in 3/16".to_owned();
        DatasetError::BadOption { option: "shard", expected, actual }
    }

    /// Which of the shards this is, from 0.
    #[must_use]
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many shards there are.
    #[must_use]
    pub fn count(self) -> u64 {
        self.count
    }

    /// The indices of its images in a corpus of `images`.
    pub fn images(self, images: u64) -> impl Iterator<Item = u64> {
        (0..self.len(images)).map(move |nth| self.index + nth * self.count)
    }

    /// How many of the images of a corpus of `images` are its own.
    pub(crate) fn len(self, images: u64) -> u64 {
        images.saturating_sub(self.index).div_ceil(self.count)
    }

    /// The name of the folder of this shard in the folder of the corpus.
    #[must_use]
    pub fn folder_name(self) -> String {
        format!("shard-{:04}-of-{:04}", self.index, self.count)
    }

    /// The shard whose [`folder_name`](Self::folder_name) is `name`.
    pub(crate) fn of_folder(name: &str) -> Option<Self> {
        let (index, count) = name.strip_prefix("shard-")?.split_once("-of-")?;
        let shard = Self::new(index.parse().ok()?, count.parse().ok()?).ok()?;
        (shard.folder_name() == name).then_some(shard)
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let numbers = text
            .split_once('/')
            .and_then(|(index, count)| Some((index.trim().parse().ok()?, count.trim().parse().ok()?)));
        match numbers {
            Some((index, count)) => Self::new(index, count),
            None => Err(Self::refused(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "1", "2/2", "0/0", "-1/2", "a/b", "1/2/3"] {
            let error = text.parse::<Shard>().unwrap_err();
            assert!(matches!(error, DatasetError::BadOption { option: "shard", .. }), "{text}: {error}");
        }
    }

    #[test]
    fn folder_names_are_known_again() {
        let shard = Shard::new(12345, 99999).unwrap();
        assert_eq!(Shard::of_folder(&shard.folder_name()), Some(shard));
        for name in ["shard-0002-of-0002", "shard-1-of-2", "shard-0001", "letters", "shard-0001-of-0002-old"]
        {
            assert_eq!(Shard::of_folder(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn shards_are_a_partition(images in 0u64..500, count in 1u64..40) {
            let mut all: Vec<u64> = Vec::new();
            for index in 0..count {
                let shard = Shard::new(index, count).unwrap();
                prop_assert_eq!(shard.to_string().parse::<Shard>().unwrap(), shard);
                let own: Vec<u64> = shard.images(images).collect();
                prop_assert_eq!(own.len() as u64, shard.len(images));
                all.extend(own);
            }
            all.sort_unstable();
            prop_assert_eq!(all, (0..images).collect::<Vec<_>>());
        }
    }
}
