//! The part of the page about the layers of the network, one section for each.

use captcha_lab::core::ndarray::{ArrayView2, Axis};
use captcha_lab::infer::{Layer, Shape, Stage, Trace};

use crate::explain::draft::{Draft, Said, StoryError};
use crate::explain::worked;
use crate::format::{count, percent_with};
use crate::inside::Road;
use crate::inside::flashlight;
use crate::inside::maps::{Scale, map, mosaic, table};
use crate::inside::pooling;
use crate::inside::scores::squares;
use crate::inside::slide::strongest as strongest_of_map;
use crate::inside::trace::{input_shape_of, scale_of_input, values};
use crate::inside::words;
use crate::inside::words::{Step, Words};
use crate::inside::worked::{evidence, name, removed, striking, strongest};
use crate::page::Size;

/// The width of a picture of all maps, in pixels.
const WIDE: u32 = 1400;

/// The name of a layer's section.
pub(crate) fn id(stage: usize) -> String {
    format!("layer-{}", stage + 1)
}

/// Writes this part.
pub(crate) fn write(draft: &mut Draft, road: &Road) -> Result<(), StoryError> {
    let Some(trace) = road.trace() else { return Ok(()) };
    let first = |wanted: fn(&Layer) -> bool| trace.stages().iter().position(|stage| wanted(&stage.layer));
    let convolution = first(|layer| matches!(layer, Layer::Conv2d { .. }));
    let pool = first(|layer| matches!(layer, Layer::MaxPool2d { .. }));
    for stage in trace.stages() {
        let input = input_shape_of(trace, stage.index);
        let Words { title, text } = words::layer(&stage.layer, input, stage.shape);
        draft.page.section(&id(stage.index), &format!("{}. {title}", stage.index + 1));
        draft.page.text(&text);
        draft.page.note(&words::arithmetic(&stage.layer, input, stage.shape));
        let is_last = stage.index + 1 == trace.stages().len();
        match stage.layer {
            Layer::Conv2d { .. } if Some(stage.index) == convolution => {
                first_convolution(draft, road, trace, stage)?;
            }
            Layer::Relu => relu(draft, trace, stage)?,
            Layer::MaxPool2d { .. } if Some(stage.index) == pool => pool_film(draft, trace, stage)?,
            _ => {}
        }
        match stage.layer {
            // These layers change no values.
            Layer::Dropout { .. } | Layer::Flatten => {}
            _ if is_last && matches!(stage.shape, Shape::Vector { .. }) => {
                deciding(draft, road, trace, stage)?;
            }
            _ => {
                all(draft, stage)?;
                if Some(stage.index) != convolution {
                    strongest_value(draft, road, trace, stage, is_last);
                }
            }
        }
        draft.page.end();
    }
    Ok(())
}

/// How the largest value of a layer was computed.
fn strongest_value(draft: &mut Draft, road: &Road, trace: &Trace, stage: &Stage, is_last: bool) {
    let place = strongest(&stage.values);
    let name = match stage.shape {
        Shape::Sequence { .. } if is_last => {
            let character = road.model().metadata().alphabet.character(place[1]);
            let what = character.map_or_else(|| "the blank".to_owned(), String::from);
            format!("the score of {what} in column {}", place[0] + 1)
        }
        shape => format!("the largest value, {},", name(shape, place)),
    };
    worked::write(&mut draft.page, trace, stage.index, place, &name);
}

/// All values of a layer as one picture.
fn all(draft: &mut Draft, stage: &Stage) -> Result<(), StoryError> {
    let what = words::shape(stage.shape);
    let order = match stage.shape {
        Shape::Sequence { .. } => " Columns of the image from left to right, one row for each value.",
        Shape::Vector { .. } => " One square for each value.",
        _ => "",
    };
    let caption = format!("What comes out: {what}; {}.{order}", Scale::of(&stage.values).words());
    let alt = format!("Layer {}: {what} in colours.", stage.index + 1);
    let name = format!("layer-{}.png", stage.index + 1);
    draft.picture(&values(stage, WIDE), Size::Half, Said { name: &name, alt: &alt, caption: &caption })
}

/// The sliding filter, one sum in full, and the patterns that the filters respond to.
fn first_convolution(draft: &mut Draft, road: &Road, trace: &Trace, stage: &Stage) -> Result<(), StoryError> {
    let filter = striking(&stage.values);
    let Words { title, text } = Step::Flashlight.words();
    draft.page.heading(&title);
    draft.page.text(&text);
    if let Some(film) = flashlight(trace, stage.index, filter) {
        let alt =
            format!("Film: the window of filter {} slides over the image, and its map appears.", filter + 1);
        let caption = format!(
            "Filter {} at work. The orange frame is the window; below it stands what is computed there. In the map {}.",
            filter + 1,
            Scale::of(stage.values.index_axis(Axis(0), filter)).words()
        );
        draft.film(&film, Said { name: "flashlight.gif", alt: &alt, caption: &caption })?;
    }
    let (row, column) = strongest_of_map(&stage.values.index_axis(Axis(0), filter));
    let place = [filter, row, column];
    let name = format!("the value in {}", name(stage.shape, place));
    worked::write(&mut draft.page, trace, stage.index, place, &name);
    if let Some(weights) = road.model().tensors().get(&format!("{}.weight", stage.index)) {
        let Words { title, text } = Step::Filters.words();
        draft.page.heading(&title);
        draft.page.text(&text);
        let scale = Scale::of(weights.data());
        draft.page.row();
        if let [filters, 1, height, width] = *weights.shape() {
            for (index, filter) in weights.data().chunks_exact(height * width).enumerate().take(filters) {
                let Ok(filter) = ArrayView2::from_shape((height, width), filter) else { continue };
                let name = format!("filter-{}.png", index + 1);
                let alt = format!("The {height} x {width} numbers of filter {}.", index + 1);
                let picture = table(&filter, scale, 240 / width as u32);
                let caption = format!("filter {}", index + 1);
                draft.picture(&picture, Size::Half, Said { name: &name, alt: &alt, caption: &caption })?;
            }
        }
        draft.page.end();
        draft.page.note(&format!("In all filters {}.", scale.words()));
        draft.page.heading("The map of every filter");
    }
    Ok(())
}

/// The values that a ReLU sets to zero, on one map.
fn relu(draft: &mut Draft, trace: &Trace, stage: &Stage) -> Result<(), StoryError> {
    let (negative, all) = removed(trace, stage.index);
    draft.page.fact(&format!(
        "{} of {} values were negative and are 0 now: {}.",
        count(negative as u64),
        count(all as u64),
        percent_with(negative as f64 / all.max(1) as f64, 1)
    ));
    if !matches!(stage.shape, Shape::Maps { .. }) {
        return Ok(());
    }
    let channel = striking(trace.input_of(stage.index));
    let before = trace.input_of(stage.index).index_axis(Axis(0), channel).to_owned();
    let scale = scale_of_input(trace, stage.index);
    let pictures = [
        ("before", before.clone(), "before"),
        ("removed", before.mapv(|value| value.min(0.0)), "what is removed"),
        ("after", before.mapv(|value| value.max(0.0)), "what stays"),
    ];
    draft.page.row();
    for (suffix, values, caption) in pictures {
        let name = format!("layer-{}-{suffix}.png", stage.index + 1);
        let alt = format!("Map {}: {caption}.", channel + 1);
        let caption = format!("map {}: {caption}; {}", channel + 1, scale.words());
        let pixel = (330 / values.ncols().max(1) as u32).max(1);
        let picture = map(&values.view(), scale, pixel);
        draft.picture(&picture, Size::Half, Said { name: &name, alt: &alt, caption: &caption })?;
    }
    draft.page.end();
    Ok(())
}

/// The first pooling layer, as a film.
fn pool_film(draft: &mut Draft, trace: &Trace, stage: &Stage) -> Result<(), StoryError> {
    let channel = striking(&stage.values);
    if let Some(film) = pooling(trace, stage.index, channel) {
        let alt = format!("Film: a window moves over map {}, and its largest value is kept.", channel + 1);
        let caption = format!(
            "Map {}. The dark frame is around the value that is kept; {}.",
            channel + 1,
            scale_of_input(trace, stage.index).words()
        );
        draft.film(&film, Said { name: "pooling.gif", alt: &alt, caption: &caption })?;
    }
    Ok(())
}

/// The evidence for the highest-scoring class, and for the runner-up.
fn deciding(draft: &mut Draft, road: &Road, trace: &Trace, stage: &Stage) -> Result<(), StoryError> {
    let mut order: Vec<usize> = (0..stage.shape.len()).collect();
    order.sort_by(|&a, &b| stage.values[[0, b, 0]].total_cmp(&stage.values[[0, a, 0]]));
    let alphabet = &road.model().metadata().alphabet;
    let scores = alphabet.characters().iter().map(char::to_string).zip(stage.values.iter().copied());
    let caption = format!(
        "What comes out: a score for each character. The highest is what the network reads; {}.",
        Scale::of(&stage.values).words()
    );
    let said = Said {
        name: &format!("layer-{}.png", stage.index + 1),
        alt: "A square for each character with its score.",
        caption: &caption,
    };
    draft.picture(&squares(&scores.collect::<Vec<_>>()), Size::Scrolled, said)?;
    for (rank, class) in order.into_iter().take(2).enumerate() {
        let Some(character) = alphabet.character(class) else { continue };
        let place = [0, class, 0];
        let title = if rank == 0 { "What speaks for" } else { "Why not" };
        let mark = if rank == 0 { "" } else { "?" };
        draft.page.heading(&format!("{title} {character}{mark}"));
        worked::write(&mut draft.page, trace, stage.index, place, &format!("the score of {character}"));
        if let Some(evidence) = evidence(trace, stage.index, place) {
            let (name, what) = (format!("evidence-{}.png", rank + 1), evidence.shape().to_vec());
            let alt = format!("The products that add up to the score of {character}, map by map.");
            let caption = format!(
                "All products behind the score of {character}, at their places in the {} maps of {} x {}: orange speaks for \
                 it, blue against it; {}.",
                what[0],
                what[2],
                what[1],
                Scale::of(&evidence).words()
            );
            let picture = mosaic(&evidence.view(), Scale::of(&evidence), WIDE);
            draft.picture(&picture, Size::Half, Said { name: &name, alt: &alt, caption: &caption })?;
        }
    }
    Ok(())
}
