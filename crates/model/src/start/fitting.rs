//! Which tensors of a model fit another network, and the rows of its characters.

use std::collections::BTreeMap;

use captcha_core::Alphabet;
use captcha_infer::{Architecture, Layer, ModelFile, ModelMetadata, Tensor as Values};

use super::StartReport;

/// The layers that have weights, with their indices.
pub(super) fn layers(architecture: &Architecture) -> Vec<(usize, Layer)> {
    let weighty =
        |layer: &Layer| matches!(layer, Layer::Conv2d { .. } | Layer::BatchNorm2d | Layer::Linear { .. });
    architecture.layers.iter().copied().enumerate().filter(|(_, layer)| weighty(layer)).collect()
}

/// Takes what fits.
pub(super) fn take(
    model: &ModelFile,
    metadata: &ModelMetadata,
    values: &mut BTreeMap<String, Values>,
) -> StartReport {
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
