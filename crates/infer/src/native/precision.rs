//! How exactly a network is run.

use std::fmt;

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
    /// Much faster on a CPU with AVX-512 VNNI or AVX-VNNI, and slower on any other. Images must hold no negative value,
    /// as ink never is; they count as 0.
    Int8,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::Int8 => "int8",
        })
    }
}
