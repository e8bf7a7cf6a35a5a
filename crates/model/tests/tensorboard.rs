//! TensorBoard's own reader reads what is written for it.
//!
//! Needs a Python with tensorboard: the one in `CAPTCHA_LAB_PYTHON`, or `python3`. Without it the test says so and passes,
//! unless `CAPTCHA_LAB_PYTHON` is set.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod common;

use std::process::Command;

use common::letters::{exclusive, fit, options};

/// Prints every scalar of a folder, one a line.
const READ: &str = "
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
for tag in sorted(events.Tags()['scalars']):
    for scalar in events.Scalars(tag):
        print(tag, scalar.step, scalar.value)
";

#[test]
fn tensorboard_reads_the_metrics() {
    let asked = std::env::var_os("CAPTCHA_LAB_PYTHON");
    let python = asked.clone().unwrap_or_else(|| "python3".into());
    let there = Command::new(&python).args(["-c", "import tensorboard"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        assert!(asked.is_none(), "CAPTCHA_LAB_PYTHON has no tensorboard");
        eprintln!("skipped: {} has no tensorboard", python.display());
        return;
    }
    let _guard = exclusive();
    let folder = tempfile::tempdir().unwrap();
    let trained = fit(&options().with_epochs(2), Some(folder.path()), &()).unwrap();
    let output = Command::new(&python).args(["-c", READ]).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let value = |tag: &str, epoch: usize| -> f64 {
        let start = format!("{tag} {epoch} ");
        text.lines().find_map(|line| line.strip_prefix(&start)).unwrap().parse().unwrap()
    };
    assert_eq!(text.lines().count(), 12, "{text}");
    for row in &trained.history {
        assert!((value("loss/validation", row.epoch) - row.validation_loss).abs() < 1e-5, "{text}");
        assert!((value("accuracy/training", row.epoch) - row.train_accuracy).abs() < 1e-5, "{text}");
    }
}
