//! The metrics as an event file that TensorBoard reads.

use std::io::Write;
use std::path::Path;

use captcha_core::files::{Durability, write_whole};

use super::EpochMetrics;
use crate::ModelError;

/// Writes the metrics as a TensorBoard event file, completely or not at all. TensorBoard shows the folder that it is in;
/// the name must contain `tfevents`. The time of an epoch is counted in seconds of training since the start, so that the
/// same metrics give the same bytes.
///
/// The file is a row of records (`tensorflow/core/lib/io/record_writer.h`: length, its checksum, bytes, their checksum),
/// each a protocol buffer `Event` (`tensorflow/core/util/event.proto`).
///
/// # Errors
/// [`ModelError::Io`] with the path.
pub fn write_tensorboard(history: &[EpochMetrics], path: impl AsRef<Path>) -> Result<(), ModelError> {
    let path = path.as_ref();
    write_whole(path, Durability::Process, |file| {
        let mut first = Vec::new();
        first.push(WALL_TIME);
        first.extend(0.0_f64.to_le_bytes());
        bytes_field(FILE_VERSION, b"brain.Event:2", &mut first);
        record(&first, file)?;
        let mut seconds = 0.0;
        for row in history {
            seconds += row.seconds;
            record(&event(row, seconds), file)?;
        }
        file.flush()
    })
    .map_err(ModelError::io(path))
}

// Keys of fields: the number of the field times 8, and how it is encoded (0 varint, 1 eight bytes, 2 length and bytes,
// 5 four bytes).
const WALL_TIME: u8 = 1 << 3 | 1;
const STEP: u8 = 2 << 3;
const FILE_VERSION: u8 = 3 << 3 | 2;
const SUMMARY: u8 = 5 << 3 | 2;
const VALUE: u8 = 1 << 3 | 2;
const TAG: u8 = 1 << 3 | 2;
const SIMPLE_VALUE: u8 = 2 << 3 | 5;

/// The event of an epoch.
fn event(row: &EpochMetrics, seconds: f64) -> Vec<u8> {
    let values = [
        ("loss/training", row.train_loss),
        ("loss/validation", row.validation_loss),
        ("accuracy/training", row.train_accuracy),
        ("accuracy/validation", row.validation_accuracy),
        ("learning_rate", row.learning_rate),
        ("images_per_second", row.images_per_second),
    ];
    let mut summary = Vec::new();
    for (tag, number) in values {
        let mut value = Vec::new();
        bytes_field(TAG, tag.as_bytes(), &mut value);
        value.push(SIMPLE_VALUE);
        value.extend((number as f32).to_le_bytes());
        bytes_field(VALUE, &value, &mut summary);
    }
    let mut event = vec![WALL_TIME];
    event.extend(seconds.to_le_bytes());
    event.push(STEP);
    varint(row.epoch as u64, &mut event);
    bytes_field(SUMMARY, &summary, &mut event);
    event
}

fn bytes_field(key: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(key);
    varint(bytes.len() as u64, out);
    out.extend(bytes);
}

/// A number in groups of seven bits, the lowest first, each with a bit that says whether another follows.
fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Writes a record.
fn record(bytes: &[u8], file: &mut impl Write) -> std::io::Result<()> {
    let length = (bytes.len() as u64).to_le_bytes();
    file.write_all(&length)?;
    file.write_all(&masked(crc32c(&length)).to_le_bytes())?;
    file.write_all(bytes)?;
    file.write_all(&masked(crc32c(bytes)).to_le_bytes())
}

/// A checksum as it stands in a record, so that the checksum of a record with checksums is not a special one.
fn masked(checksum: u32) -> u32 {
    checksum.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (G. Castagnoli et al., "Optimization of cyclic redundancy-check codes with 24 and 32 parity bits", 1993, doi
/// 10.1109/26.231911), bit by bit: a run has some kilobytes of metrics.
fn crc32c(bytes: &[u8]) -> u32 {
    /// The polynomial, its lowest bit first.
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let step = |rest: u32| if rest & 1 == 1 { rest >> 1 ^ POLYNOMIAL } else { rest >> 1 };
    !bytes.iter().fold(!0, |rest: u32, &byte| (0..8).fold(rest ^ u32::from(byte), |rest, _| step(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // RFC 3720, appendix B.4, and the usual check value.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn numbers_are_cut_into_sevens() {
        let of = |number| {
            let mut out = Vec::new();
            varint(number, &mut out);
            out
        };
        assert_eq!((of(0), of(127), of(300)), (vec![0], vec![127], vec![0xac, 2]));
    }
}
