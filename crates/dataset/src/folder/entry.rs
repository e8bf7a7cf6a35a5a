//! One image of a folder.

use crate::TarMember;

/// One image: little, because there can be millions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// The name: relative to the folder, with `/` between the parts, through the shard that it is in.
    pub(crate) file: Box<str>,
    /// `None` for what the file name says.
    pub(crate) label: Option<Box<str>>,
    /// `None` for a file of its own.
    pub(crate) place: Option<Box<Place>>,
}

/// Where in a tar shard an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// How many bytes of the name are the path of the shard.
    pub(crate) shard: usize,
    pub(crate) member: TarMember,
}
