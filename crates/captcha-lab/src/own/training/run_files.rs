//! What a run's folder holds beside the model.

use std::io::{self, Write};
use std::path::Path;

use captcha_core::files::{Durability, write_whole};
use serde_json::json;

use super::error::OwnError;
use super::fine_tune::FineTuned;
use super::job::Job;
use super::parts::Part;

/// Writes the configuration, the answers, and the model with its temperature.
pub(super) fn write(out: &Path, job: &Job<'_>, tuned: &FineTuned) -> Result<(), OwnError> {
    csv_file(&out.join("test.csv"), ["file_name", "text", "read", "confidence", "right"], || {
        tuned.answers.iter().map(|answer| {
            let read = answer.read.clone().unwrap_or_default();
            let confidence = format!("{:.6}", answer.confidence);
            [answer.name.clone(), answer.label.clone(), read, confidence, answer.right.to_string()]
        })
    })?;
    let metadata = tuned.model.metadata();
    let count = |part| tuned.images_of(part);
    let config = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "data": serde_json::Value::from(job.images.fingerprint()),
        "images": {
            "training": count(Part::Training),
            "validation": count(Part::Validation),
            "calibration": count(Part::Calibration),
            "test": count(Part::Test),
            "left_out": tuned.skipped.total() + tuned.narrow.len() as u64,
        },
        "alphabet": metadata.alphabet,
        "lengths": metadata.lengths,
        "preparation": metadata.preparation,
        "architecture": metadata.architecture,
        "options": tuned.options,
        "augmentation": job.augmentation(count(Part::Training)),
        "start": tuned.trained.start,
        "notes": job.options.notes,
    });
    let path = out.join("config.json");
    write_whole(&path, Durability::Process, |file| {
        serde_json::to_writer_pretty(&mut *file, &config)?;
        writeln!(file)
    })
    .map_err(OwnError::io(&path))?;
    let path = out.join("model.safetensors");
    let bytes = tuned.model.to_bytes()?;
    if std::fs::read(&path).ok().as_ref() != Some(&bytes) {
        tuned.model.save(&path)?;
    }
    Ok(())
}

/// Writes a table as CSV.
fn csv_file<const N: usize, R: Iterator<Item = [String; N]>>(
    path: &Path,
    header: [&str; N],
    rows: impl FnOnce() -> R,
) -> Result<(), OwnError> {
    write_whole(path, Durability::Process, |file| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(header).map_err(io::Error::other)?;
        rows().try_for_each(|row| writer.write_record(&row)).map_err(io::Error::other)?;
        writer.flush()
    })
    .map_err(OwnError::io(path))
}
