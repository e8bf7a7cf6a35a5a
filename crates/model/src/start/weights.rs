//! What the weights of a network are before its first step.

use std::collections::BTreeMap;

use captcha_core::ContentHash;
use captcha_infer::{ModelFile, ModelMetadata, Tensor as Values};

use super::StartReport;
use super::fitting::{layers, take};
use crate::ModelError;

/// What the weights of a network are before its first step.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Start {
    /// Random weights, a function of [`TrainOptions::seed`](crate::TrainOptions::seed).
    #[default]
    Random,
    /// The weights of a model, as far as they fit; the others are random.
    ///
    /// The layers with weights are compared in order, the first with the first. The tensors of a layer of the same kind
    /// and shape are taken whole. Of the last layer, the rows of the characters that both networks read are taken, and
    /// the row of the blank. A character that the model does not read gets the mean of the rows of the characters that
    /// it reads (J. Hewitt, "Initializing new word embeddings for pretrained language models", 2021): its score is then
    /// never the highest, so that the network reads at first what the model reads.
    Model(Box<ModelFile>),
}

impl Start {
    /// The weights of `model`, as far as they fit.
    #[must_use]
    pub fn from_model(model: ModelFile) -> Self {
        Self::Model(Box::new(model))
    }

    /// What the start is known by in the fingerprint of a run, a hash of alphabet and weights; `None` if it is random.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        let Self::Model(model) = self else { return None };
        let mut hash = ContentHash::new();
        hash.add(model.metadata().alphabet.to_string());
        for (name, tensor) in model.tensors() {
            hash.add(name);
            hash.add(tensor.data().iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
        }
        Some(hash.hex())
    }

    /// Puts the weights of the model into `values`, those of a network of `metadata`.
    pub(crate) fn put_into(
        &self,
        metadata: &ModelMetadata,
        values: &mut BTreeMap<String, Values>,
    ) -> Result<Option<StartReport>, ModelError> {
        let Self::Model(model) = self else { return Ok(None) };
        let report = take(model, metadata, values);
        match report.taken.is_empty() && report.characters.is_empty() {
            true => Err(ModelError::Start { layers: layers(&model.metadata().architecture).len() }),
            false => Ok(Some(report)),
        }
    }
}

#[cfg(test)]
mod tests {
    use captcha_core::Alphabet;
    use captcha_infer::{Architecture, Layer};
    use tch::Device;

    use super::*;
    use crate::network::Network;

    /// A sequence network with random weights for these characters.
    fn model(characters: &str, seed: u64) -> ModelFile {
        let alphabet = Alphabet::new(characters).unwrap();
        let architecture = Architecture::sequence(alphabet.len(), 96);
        let values = Network::random(architecture.clone(), seed, Device::Cpu).unwrap().values().unwrap();
        ModelFile::new(ModelMetadata::new(architecture, alphabet), values).unwrap()
    }

    #[test]
    fn rows_are_mapped_by_character_and_the_blank_to_the_blank() {
        let old = model("ABCD", 1);
        let new = model("xDBy", 2);
        let mut values = new.tensors().clone();
        let report = Start::from_model(old.clone()).put_into(new.metadata(), &mut values).unwrap().unwrap();
        assert_eq!(
            (&report.characters[..], &report.new_characters[..], &report.left_out[..]),
            ("DB", "xy", "AC")
        );
        assert!(report.random.is_empty() && report.taken.contains(&"0.weight".to_owned()), "{report:?}");
        assert_eq!(values["0.weight"], old.tensors()["0.weight"]);
        assert_eq!(
            report.to_string(),
            "32 of 32 tensors and 2 characters; new characters: xy; characters left out: AC"
        );

        let last = old
            .tensors()
            .keys()
            .filter(|name| name.ends_with("weight"))
            .max_by_key(|name| name.split('.').next().and_then(|index| index.parse::<usize>().ok()));
        let last = last.unwrap();
        let width = old.tensors()[last].shape()[1];
        let row = |values: &Values, class: usize| values.data()[class * width..(class + 1) * width].to_vec();
        let (before, after) = (&old.tensors()[last], &values[last]);
        // D, B and the blank.
        for (class, was) in [(1, 3), (2, 1), (4, 4)] {
            assert_eq!(row(after, class), row(before, was));
        }
        assert_eq!(row(after, 0), row(after, 3));
        let mean = (0..4).map(|class| row(before, class)[0]).sum::<f32>() / 4.0;
        assert!((row(after, 0)[0] - mean).abs() < 1e-6);
    }

    #[test]
    fn a_model_with_more_characters_reads_at_first_what_it_read() {
        let old = model("ABCD", 1);
        let new = model("DxACBy", 2);
        let mut values = new.tensors().clone();
        Start::from_model(old.clone()).put_into(new.metadata(), &mut values).unwrap().unwrap();
        let new = ModelFile::new(new.metadata().clone(), values).unwrap();
        let text = |model: &ModelFile| {
            let image = captcha_core::ndarray::Array4::from_shape_fn((1, 1, 48, 200), |(_, _, y, x)| {
                f32::from(u8::from((x * x / 7 + y * y / 5) % 3 == 0))
            });
            let recognizer = captcha_infer::NativeRecognizer::new(model).unwrap();
            let logits = captcha_infer::Recognizer::logits(&recognizer, image.view()).unwrap();
            let path = logits.index_axis_move(captcha_core::ndarray::Axis(0), 0);
            let steps: Vec<Option<char>> = path
                .rows()
                .into_iter()
                .map(|row| {
                    let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
                    model.metadata().alphabet.character(best)
                })
                .collect();
            steps
        };
        let read = text(&old);
        assert!(read.iter().flatten().count() > 0, "{read:?}");
        assert_eq!(text(&new), read);
    }

    #[test]
    fn another_network_gives_what_fits_and_none_is_an_error() {
        let old = model("ABCD", 1);
        let alphabet = Alphabet::new("ABCD").unwrap();
        let fine = Architecture::fine_sequence(4, 96);
        let metadata = ModelMetadata::new(fine.clone(), alphabet.clone());
        let fresh = Network::random(fine, 2, Device::Cpu).unwrap().values().unwrap();
        let mut values = fresh.clone();
        let report = Start::from_model(old.clone()).put_into(&metadata, &mut values).unwrap().unwrap();
        assert_eq!(values["0.weight"], old.tensors()["0.weight"]);
        assert!(report.characters.is_empty());
        for name in values.keys().filter(|name| fresh[*name] != values[*name]) {
            assert!(report.taken.contains(name), "{name}");
        }

        let architecture = Architecture {
            input: captcha_infer::InputShape { channels: 1, height: 2, width: 2 },
            layers: vec![Layer::Flatten, Layer::Linear { features: 4 }],
        };
        let metadata = ModelMetadata::new(architecture.clone(), alphabet);
        let mut values = Network::random(architecture, 2, Device::Cpu).unwrap().values().unwrap();
        let error = Start::from_model(old).put_into(&metadata, &mut values).unwrap_err();
        assert!(matches!(error, ModelError::Start { layers: 12 }), "{error}");
    }
}
