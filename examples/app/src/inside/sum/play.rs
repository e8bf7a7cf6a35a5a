//! Automatic sliding of the filter.

/// Whether the window slides automatically, and how fast.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Play {
    /// Whether it moves.
    pub(crate) running: bool,
    /// Values per second.
    pub(crate) speed: f32,
    /// The elapsed fraction of the next step.
    passed: f32,
}

impl Default for Play {
    fn default() -> Self {
        Self { running: false, speed: 12.0, passed: 0.0 }
    }
}

impl Play {
    /// The slowest and the fastest speed, in values per second.
    pub(crate) const SPEEDS: std::ops::RangeInclusive<f32> = 1.0..=400.0;

    /// How many steps are due after `seconds` more.
    pub(crate) fn steps(&mut self, seconds: f32) -> usize {
        if !self.running {
            self.passed = 0.0;
            return 0;
        }
        self.passed += seconds * self.speed;
        let steps = self.passed.floor();
        self.passed -= steps;
        steps as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_add_up_to_the_speed() {
        let mut play = Play { speed: 12.0, ..Play::default() };
        assert_eq!(play.steps(1.0), 0, "it stands still");
        play.running = true;
        let steps: usize = (0..60).map(|_| play.steps(1.0 / 60.0)).sum();
        assert!((11..=12).contains(&steps), "{steps}");
        assert_eq!(play.steps(2.0), 24);
    }
}
