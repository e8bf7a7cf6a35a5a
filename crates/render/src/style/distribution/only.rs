//! What the texts of a distribution are restricted to.

use captcha_core::Alphabet;

use crate::error::RenderError;
use crate::style::distribution::parse::bad;
use crate::values::lengths::Lengths;
use crate::values::limits::MAX_TEXT;

/// What the texts of a distribution are restricted to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Only {
    pub(crate) alphabet: Option<Alphabet>,
    pub(crate) lengths: Option<Lengths>,
}

impl Only {
    /// Those of `lengths` that texts are restricted to; all that they are restricted to if there are none.
    pub(crate) fn lengths_of(&self, lengths: Lengths) -> Lengths {
        let Some(only) = self.lengths else { return lengths };
        let both = Lengths { min: lengths.min.max(only.min), max: lengths.max.min(only.max) };
        if both.min <= both.max { both } else { only }
    }

    /// Refuses lengths that no text has.
    pub(crate) fn check(&self) -> Result<(), RenderError> {
        match self.lengths {
            Some(Lengths { min, max }) if min == 0 || min > max || max > MAX_TEXT => {
                let expected = format!("a range within 1 to {MAX_TEXT}");
                Err(bad("lengths", format!("{min} to {max}"), &expected))
            }
            _ => Ok(()),
        }
    }
}
