//! What the weights of a network are before its first step.

use std::collections::BTreeMap;
use std::fmt;

use captcha_core::{Alphabet, ContentHash};
use captcha_infer::{Architecture, Layer, ModelFile, ModelMetadata, Tensor as Values};
use serde::{Deserialize, Serialize};

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

/// What was taken from the model that a training starts from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StartReport {
    /// The tensors that were taken whole, by their names in the new network.
    pub taken: Vec<String>,
    /// The tensors that start at random, because the model has none of their kind and shape.
    pub random: Vec<String>,
    /// The characters whose rows of the last layer were taken.
    pub characters: String,
    /// The characters that the model does not read.
    pub new_characters: String,
    /// The characters of the model that the new network does not read.
    pub left_out: String,
    /// The share of the validation images that are read right before the first step, in `[0, 1]`.
    pub validation_accuracy: f64,
    /// Mean loss of the validation images before the first step, in nats.
    pub validation_loss: f64,
}

impl fmt::Display for StartReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.taken.len() + self.random.len();
        write!(
            f,
            "{} of {all} tensors and {} characters",
            self.taken.len(),
            self.characters.chars().count()
        )?;
        if !self.random.is_empty() {
            write!(f, "; random: {}", self.random.join(", "))?;
        }
        if !self.new_characters.is_empty() {
            write!(f, "; new characters: {}", self.new_characters)?;
        }
        if !self.left_out.is_empty() {
            write!(f, "; characters left out: {}", self.left_out)?;
        }
        Ok(())
    }
}

/// The layers that have weights, with their indices.
fn layers(architecture: &Architecture) -> Vec<(usize, Layer)> {
    let weighty =
        |layer: &Layer| matches!(layer, Layer::Conv2d { .. } | Layer::BatchNorm2d | Layer::Linear { .. });
    architecture.layers.iter().copied().enumerate().filter(|(_, layer)| weighty(layer)).collect()
}

/// Takes what fits.
fn take(model: &ModelFile, metadata: &ModelMetadata, values: &mut BTreeMap<String, Values>) -> StartReport {
    let old = model.metadata();
    let (from, to) = (layers(&old.architecture), layers(&metadata.architecture));
    let of_layer = |index: usize, values: &BTreeMap<String, Values>| -> Vec<String> {
        let start = format!("{index}.");
        values
            .keys()
            .filter(|name| name.starts_with(&start))
            .map(|name| name[start.len()..].to_owned())
            .collect()
    };
    let mut report = StartReport::default();
    let same_kind = old.architecture.is_sequence() == metadata.architecture.is_sequence();
    for (position, &(index, layer)) in to.iter().enumerate() {
        let source = from
            .get(position)
            .filter(|(_, old)| std::mem::discriminant(old) == std::mem::discriminant(&layer));
        let last = (position + 1 == to.len()).then_some(());
        if let Some(&(source, _)) =
            source.filter(|_| last.is_some() && position + 1 == from.len() && same_kind)
            && let Some(rows) = mapped(model, source, metadata, (index, values))
        {
            values.extend(rows);
            let known = |alphabet: &Alphabet, c: &char| alphabet.contains(*c);
            let characters = metadata.alphabet.characters();
            report.characters = characters.iter().filter(|c| known(&old.alphabet, c)).collect();
            report.new_characters = characters.iter().filter(|c| !known(&old.alphabet, c)).collect();
            let before = old.alphabet.characters();
            report.left_out = before.iter().filter(|c| !known(&metadata.alphabet, c)).collect();
            continue;
        }
        for name in of_layer(index, values) {
            let target = format!("{index}.{name}");
            let found = source.filter(|_| last.is_none()).and_then(|(source, _)| {
                let found = model.tensors().get(&format!("{source}.{name}"))?;
                (found.shape() == values[&target].shape()).then_some(found)
            });
            match found {
                Some(found) => {
                    values.insert(target.clone(), found.clone());
                    report.taken.push(target);
                }
                None => report.random.push(target),
            }
        }
    }
    report
}

/// The weight and bias of the last layer with the rows of the model's characters; `None` if their lengths differ.
fn mapped(
    model: &ModelFile,
    source: usize,
    metadata: &ModelMetadata,
    (index, values): (usize, &BTreeMap<String, Values>),
) -> Option<[(String, Values); 2]> {
    let (old, new) = (&model.metadata().alphabet, &metadata.alphabet);
    // The row of each class of the new network; the blank comes last.
    let mut rows: Vec<Option<usize>> = new.characters().iter().map(|&c| old.index_of(c)).collect();
    if metadata.architecture.is_sequence() {
        rows.push(Some(old.len()));
    }
    let one = |name: &str| {
        let found = model.tensors().get(&format!("{source}.{name}"))?;
        let shape = values.get(&format!("{index}.{name}"))?.shape().to_vec();
        if found.shape().get(1..) != shape.get(1..) {
            return None;
        }
        let row: usize = shape[1..].iter().product();
        let data = found.data();
        let mean: Vec<f32> = (0..row)
            .map(|column| {
                let sum: f64 = (0..old.len()).map(|class| f64::from(data[class * row + column])).sum();
                (sum / old.len() as f64) as f32
            })
            .collect();
        let of =
            |class: &Option<usize>| class.map_or(&mean[..], |class| &data[class * row..(class + 1) * row]);
        let data = rows.iter().flat_map(|class| of(class).iter().copied()).collect();
        Some((format!("{index}.{name}"), Values::new(shape, data)?))
    };
    Some([one("weight")?, one("bias")?])
}

#[cfg(test)]
mod tests {
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
