//! What the CPU can do at most.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::super::cpu::{Isa, IsaError};
use super::Kernels;

/// Rounds of one measurement: some tens of microseconds, too short for the scheduler to interrupt each one.
const ROUNDS: usize = 10_000;

/// How long measurements go on.
const TIME: Duration = Duration::from_millis(50);

impl Isa {
    /// The floating-point operations a second that one thread reaches with these instructions in registers alone,
    /// multiplications and additions counted apart: the ceiling for every network. Measured, in about 50 ms; the
    /// best of many short runs.
    ///
    /// # Errors
    /// [`IsaError::NotAvailable`] if this CPU does not have the instruction set.
    pub fn measure_peak(self) -> Result<f64, IsaError> {
        let kernels = Kernels::new(self)?;
        let start = Instant::now();
        let mut best: f64 = 0.0;
        while start.elapsed() < TIME {
            let run = Instant::now();
            let (operations, result) = kernels.peak(ROUNDS, black_box(0.999), black_box(0.01));
            black_box(result);
            best = best.max(operations as f64 / run.elapsed().as_secs_f64());
        }
        Ok(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_measured_where_there_is_one() {
        for isa in Isa::ALL {
            let peak = isa.measure_peak();
            assert_eq!(peak.is_ok(), isa.is_available(), "{isa}: {peak:?}");
            assert!(peak.is_ok_and(|peak| peak.is_finite() && peak > 1e6) || !isa.is_available());
        }
    }
}
