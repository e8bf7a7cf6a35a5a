//! How exactly a network is run.

use std::fmt;
use std::str::FromStr;

/// How exactly a network is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Precision {
    /// 32-bit floats throughout: the logits of PyTorch to within 1e-4.
    #[default]
    F32,
    /// Weights and inputs of the convolutions and linear layers are rounded to 8 bits, for every model and every image
    /// anew, without anything to calibrate, and their products summed exactly. The last layer, which gives the scores,
    /// stays in 32-bit floats, and so does every layer whose inputs can be negative.
    ///
    /// For CPUs with AVX-512 VNNI or AVX-VNNI ([`Isa::has_int8`](crate::Isa::has_int8)), where it is much faster. On any
    /// other the network is run in 32-bit floats instead, which are faster there, and
    /// [`Recognizer::precision`](crate::Recognizer::precision) says so. Images must hold no negative value, as ink never
    /// is; they count as 0.
    Int8,
}

impl Precision {
    /// All of them, most exact first.
    pub const ALL: [Self; 2] = [Self::F32, Self::Int8];

    /// The name: `f32` or `int8`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Int8 => "int8",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that stands for no [`Precision`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no precision, expected f32 or int8")]
pub struct PrecisionError {
    /// What was given.
    pub name: String,
}

impl FromStr for Precision {
    type Err = PrecisionError;

    fn from_str(name: &str) -> Result<Self, PrecisionError> {
        let found = Self::ALL.into_iter().find(|precision| precision.name() == name);
        found.ok_or_else(|| PrecisionError { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for precision in Precision::ALL {
            assert_eq!(precision.to_string().parse(), Ok(precision));
        }
        let error = "int4".parse::<Precision>().unwrap_err().to_string();
        assert_eq!(error, "\"int4\" is no precision, expected f32 or int8");
    }
}
