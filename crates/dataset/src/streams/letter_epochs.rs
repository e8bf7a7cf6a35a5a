//! Letters in memory as training data.

use captcha_core::{Alphabet, Fingerprint, seed};
use captcha_segment::SegmentOptions;
use serde_json::{Value, json};

use crate::parallel::shuffle::shuffle;
use crate::{Augmentation, Batch, DatasetError, LetterSet, TrainingData};

/// A [`LetterSet`] as [`TrainingData`]: every epoch shows each letter once, in another order.
///
/// The letters are as they are in the set unless an [`Augmentation`] is asked for.
#[derive(Debug, Clone)]
pub struct LetterEpochs {
    letters: LetterSet,
    seed: u64,
    augmentation: Option<Augmentation>,
}

impl LetterEpochs {
    /// Epochs of `letters`, in orders that are functions of `seed`.
    #[must_use]
    pub fn new(letters: LetterSet, seed: u64) -> Self {
        Self { letters, seed, augmentation: None }
    }

    /// Sets how every letter is moved and bent a little, another way in every epoch.
    ///
    /// # Errors
    /// [`DatasetError::BadOption`] names the first value that is out of its range.
    pub fn with_augmentation(mut self, augmentation: Augmentation) -> Result<Self, DatasetError> {
        augmentation.check()?;
        self.augmentation = Some(augmentation);
        Ok(self)
    }

    /// The letters.
    #[must_use]
    pub fn letters(&self) -> &LetterSet {
        &self.letters
    }

    fn batch(&self, items: &[u32], epoch_seed: u64) -> Batch {
        let side = self.letters.size();
        let mut levels = Vec::with_capacity(items.len() * side as usize * side as usize);
        for &item in items {
            let letter = self.letters.levels(item as usize);
            match &self.augmentation {
                None => levels.extend_from_slice(letter),
                Some(augmentation) => {
                    let seed = seed::derive(epoch_seed, u64::from(item));
                    augmentation.apply(letter, side, seed, &mut levels);
                }
            }
        }
        let labels = items.iter().map(|&item| self.letters.label(item as usize)).collect();
        Batch::of_levels(&levels, side, labels)
    }
}

impl TrainingData for LetterEpochs {
    fn alphabet(&self) -> &Alphabet {
        self.letters.alphabet()
    }

    fn samples_per_epoch(&self) -> usize {
        self.letters.len()
    }

    fn fingerprint(&self) -> Fingerprint {
        let augmentation = self.augmentation.map_or(Value::Null, |augmentation| json!(augmentation));
        Fingerprint::new()
            .with("kind", "letters")
            .with("letters", self.letters.fingerprint())
            .with("seed", self.seed)
            .with("augmentation", augmentation)
    }

    fn segmentation(&self) -> Option<&SegmentOptions> {
        self.letters.segmentation()
    }

    fn epoch(&self, epoch: u64, batch: usize) -> Box<dyn Iterator<Item = Result<Batch, DatasetError>> + '_> {
        if batch == 0 {
            return Box::new(std::iter::empty());
        }
        let epoch_seed = seed::derive(self.seed, epoch);
        let mut order: Vec<u32> = (0..self.letters.len() as u32).collect();
        shuffle(&mut order, epoch_seed);
        let batches = order.len().div_ceil(batch);
        Box::new((0..batches).map(move |index| {
            let end = order.len().min((index + 1) * batch);
            Ok(self.batch(&order[index * batch..end], epoch_seed))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(count: u8) -> LetterSet {
        let mut letters = LetterSet::new(Alphabet::uppercase(), 2);
        for level in 0..count {
            letters.push_levels(&[level; 4], usize::from(level) % 26);
        }
        letters
    }

    fn labels(data: &LetterEpochs, epoch: u64, batch: usize) -> Vec<Vec<usize>> {
        data.epoch(epoch, batch).map(|batch| batch.unwrap().labels().to_vec()).collect()
    }

    #[test]
    fn an_epoch_shows_every_letter_once_with_its_label() {
        let data = LetterEpochs::new(letters(50), 1);
        let batches: Vec<Batch> = data.epoch(0, 16).map(Result::unwrap).collect();
        assert_eq!(batches.iter().map(Batch::len).collect::<Vec<_>>(), [16, 16, 16, 2]);
        let mut seen = Vec::new();
        for batch in &batches {
            assert_eq!(batch.images().shape(), [batch.len(), 1, 2, 2]);
            for (image, &label) in batch.images().outer_iter().zip(batch.labels()) {
                let level = 255 - (image[[0, 1, 1]] * 255.0).round() as usize;
                assert_eq!(level % 26, label);
                seen.push(level);
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn epochs_are_functions_of_seed_and_number() {
        let data = LetterEpochs::new(letters(50), 1);
        assert_eq!(labels(&data, 3, 8), labels(&data, 3, 8));
        assert_ne!(labels(&data, 3, 8), labels(&data, 4, 8));
        assert_ne!(labels(&data, 3, 8), labels(&LetterEpochs::new(letters(50), 2), 3, 8));
        assert_eq!(
            labels(&data, 3, 8).concat(),
            labels(&data, 3, 7).concat(),
            "the batch size keeps the order"
        );
        assert_eq!(data.epoch(0, 0).count(), 0);
    }

    #[test]
    fn augmentation_is_seeded_and_changes_from_epoch_to_epoch() {
        let mut letters = LetterSet::new(Alphabet::uppercase(), 8);
        let diagonal: Vec<u8> = (0..64).map(|i| if i / 8 == i % 8 { 0 } else { 255 }).collect();
        letters.push_levels(&diagonal, 0);
        let data = LetterEpochs::new(letters.clone(), 1).with_augmentation(Augmentation::light()).unwrap();
        let image =
            |data: &LetterEpochs, epoch| data.epoch(epoch, 1).next().unwrap().unwrap().images().clone();
        assert_eq!(image(&data, 0), image(&data, 0));
        assert_ne!(image(&data, 0), image(&data, 1));
        assert_ne!(image(&data, 0), image(&LetterEpochs::new(letters, 1), 0));
    }
}
