//! The random numbers of one picture: a stream for each of its parts.

use captcha_core::seed;
use rand::Rng;

/// The parts of a picture that need random numbers.
///
/// Each has its own stream, so a style with a line shows the same letters as that style without it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    Text,
    Font,
    Letters,
    Clutter,
    Noise,
    Ink,
    Background,
    Behind,
    Negative,
    Style,
}

/// Where the random numbers of one picture come from.
pub(crate) trait Streams {
    type Rng: Rng;

    /// The numbers of `part`, from their start. Asked once for each part.
    fn of(&mut self, part: Stream) -> &mut Self::Rng;
}

/// Streams that are derived from a seed.
pub(crate) struct Seeded {
    seed: u64,
    rng: seed::Rng,
}

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, rng: seed::rng(seed) }
    }
}

impl Streams for Seeded {
    type Rng = seed::Rng;

    fn of(&mut self, part: Stream) -> &mut Self::Rng {
        self.rng = seed::rng(seed::derive(self.seed, part as u64));
        &mut self.rng
    }
}
