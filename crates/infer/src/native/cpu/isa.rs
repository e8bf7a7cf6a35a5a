//! Which instructions the kernels use.

use std::fmt;
use std::str::FromStr;

/// The environment variable that forces an instruction set: `portable`, `avx2`, `avx512`.
pub const ISA_VARIABLE: &str = "CAPTCHA_LAB_ISA";

/// An instruction set that there are kernels for.
///
/// The best one that the CPU has is taken when a recognizer is made, unless the environment variable
/// `CAPTCHA_LAB_ISA` or [`NativeOptions::with_isa`](crate::NativeOptions::with_isa) says otherwise. `Avx2` and
/// `Avx512` give the same bits; `Portable` rounds differently where the CPU has no fused multiply-add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isa {
    /// What the compiler makes of plain Rust: SSE2 on x86-64, NEON on AArch64.
    Portable,
    /// AVX2 and FMA, 256-bit registers.
    Avx2,
    /// AVX-512F and AVX-512VL, 512-bit registers.
    Avx512,
}

impl Isa {
    /// All of them, slowest first.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// The name, as in [`ISA_VARIABLE`].
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Whether this CPU has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl"),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// Whether this CPU has it, and beside it instructions that multiply numbers of 8 bits: AVX-512 VNNI or AVX-VNNI.
    /// Without them [`Precision::Int8`](crate::Precision::Int8) is run in 32-bit floats.
    #[must_use]
    pub fn has_int8(self) -> bool {
        self.is_available()
            && match self {
                Self::Portable => false,
                #[cfg(target_arch = "x86_64")]
                Self::Avx2 => is_x86_feature_detected!("avxvnni"),
                #[cfg(target_arch = "x86_64")]
                Self::Avx512 => is_x86_feature_detected!("avx512vnni"),
                #[cfg(not(target_arch = "x86_64"))]
                Self::Avx2 | Self::Avx512 => false,
            }
    }

    /// The fastest that this CPU has.
    #[must_use]
    pub fn best() -> Self {
        Self::ALL.into_iter().rfind(|isa| isa.is_available()).unwrap_or(Self::Portable)
    }

    /// What [`ISA_VARIABLE`] asks for, or [`Isa::best`].
    ///
    /// # Errors
    /// [`IsaError`] if the variable names none of them or one that the CPU lacks.
    pub fn from_environment() -> Result<Self, IsaError> {
        match std::env::var(ISA_VARIABLE) {
            Ok(name) => name.parse::<Self>()?.available(),
            Err(std::env::VarError::NotPresent) => Ok(Self::best()),
            Err(std::env::VarError::NotUnicode(name)) => {
                Err(IsaError::Unknown { name: name.to_string_lossy().into_owned() })
            }
        }
    }

    /// Itself if this CPU has it.
    pub(in crate::native) fn available(self) -> Result<Self, IsaError> {
        if self.is_available() { Ok(self) } else { Err(IsaError::NotAvailable { isa: self }) }
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Isa {
    type Err = IsaError;

    fn from_str(name: &str) -> Result<Self, IsaError> {
        let found = Self::ALL.into_iter().find(|isa| isa.name() == name);
        found.ok_or_else(|| IsaError::Unknown { name: name.to_owned() })
    }
}

/// Why an instruction set can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IsaError {
    /// No such name.
    #[error("{name:?} is no instruction set that there are kernels for, expected portable, avx2 or avx512")]
    Unknown {
        /// What was given.
        name: String,
    },
    /// This CPU does not have it.
    #[error("this CPU does not have the instruction set {isa}, its best is {}", Isa::best())]
    NotAvailable {
        /// What was asked for.
        isa: Isa,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for isa in Isa::ALL {
            assert_eq!(isa.to_string().parse(), Ok(isa));
        }
        let error = "sse9".parse::<Isa>().unwrap_err().to_string();
        assert!(error.contains("\"sse9\"") && error.contains("avx512"), "{error}");
    }

    #[test]
    fn the_best_is_available() {
        assert!(Isa::best().is_available());
        assert!(Isa::Portable.is_available());
    }
}
