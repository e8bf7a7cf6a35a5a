//! The page that tells how an image is read, in order: pixels, letters or columns, every layer, scores, text.

use captcha_lab::infer::Layer;
use image::RgbImage;

use crate::explain::draft::{Draft, Said, Story, StoryError};
use crate::explain::{layers, outcome, preparation};
use crate::figures::drawing::thumbnail::{on_paper, thumbnail};
use crate::inside::pixels::enlarged;
use crate::inside::trace::{input_shape_of, overview, small_input};
use crate::inside::{Road, Way};
use crate::inside::{trace, words};
use crate::page::Size;
use maud::{Markup, html};

/// The page and the pictures of `road`; `name` is the name of the image on the page.
///
/// # Errors
/// [`StoryError`] if a picture can't be encoded.
pub fn story(road: &Road, name: &str) -> Result<Story, StoryError> {
    let mut draft = Draft::default();
    opening(&mut draft, road, name)?;
    glance(&mut draft, road)?;
    preparation::write(&mut draft, road)?;
    layers::write(&mut draft, road)?;
    outcome::write(&mut draft, road)?;
    closing(&mut draft, road)?;
    Ok(draft.finish(&format!("How a network reads {name}")))
}

/// The image and the text that was read.
fn opening(draft: &mut Draft, road: &Road, name: &str) -> Result<(), StoryError> {
    draft.page.title("How a network reads this image");
    let picture = enlarged(road.image(), 600);
    let said = Said { name: "image.png", alt: &format!("The image {name}."), caption: name };
    draft.file(&on_paper(road.image()), said.name)?;
    draft.page.picture(said.name, &picture, Size::Full, said.alt, said.caption);
    outcome::answer(&mut draft.page, road);
    let way = match road.way() {
        Way::Letters { .. } => "The image is cut into letters, and a network looks at one letter at a time.",
        Way::Sequence { .. } => {
            "A network looks at the whole image at once, column by column. Nothing is cut."
        }
    };
    draft.page.text(&format!(
        "{way} This page follows the numbers all the way, from the pixels to the answer. Every picture and every number \
         on it was computed for this very image by the network itself."
    ));
    Ok(())
}

/// Every step as a small picture that links to its section.
fn glance(draft: &mut Draft, road: &Road) -> Result<(), StoryError> {
    /// The width of a small picture in pixels.
    const SMALL: u32 = 220;
    draft.page.section("road", "The road at a glance");
    draft.page.text(
        "Each box is one step. What comes out of it goes into the next. Follow a box to see it closely.",
    );
    let image = on_paper(road.image());
    let size = format!("{} x {} pixels", image.width(), image.height());
    let small = |image: RgbImage| thumbnail(&image.into(), (SMALL, SMALL));
    let mut cards = vec![card(draft, ("image", "small-image.png"), &small(image), "Image", &size)?];
    if let Some(trace) = road.trace() {
        let (target, title) = match road.way() {
            Way::Letters { .. } => ("letter", "Letter"),
            Way::Sequence { .. } => ("scaled", "Scaled"),
        };
        let size = words::shape(input_shape_of(trace, 0));
        cards.push(card(draft, (target, "small-input.png"), &small_input(trace, SMALL), title, &size)?);
        for stage in trace.stages().iter().filter(|stage| !matches!(stage.layer, Layer::Dropout { .. })) {
            let title = words::layer(&stage.layer, input_shape_of(trace, stage.index), stage.shape).title;
            let (id, file) = (layers::id(stage.index), format!("small-{}.png", stage.index + 1));
            let title = format!("{}. {title}", stage.index + 1);
            let picture = trace::small(stage, SMALL);
            cards.push(card(draft, (&id, &file), &picture, &title, &words::shape(stage.shape))?);
        }
        let (picture, text) = outcome::small(road);
        cards.push(card(draft, ("scores", "small-scores.png"), &small(picture), "Probabilities", &text)?);
    } else {
        let cut = preparation::cut(road, 2 * SMALL);
        cards.push(card(draft, ("cut", "small-cut.png"), &small(cut), "Cutting", "stopped here")?);
    }
    draft.page.add(html! { ol.road { @for card in &cards { (card) } } });
    draft.page.end();
    Ok(())
}

/// A box of the overview.
fn card(
    draft: &mut Draft,
    (target, file): (&str, &str),
    picture: &RgbImage,
    title: &str,
    shape: &str,
) -> Result<Markup, StoryError> {
    draft.file(picture, file)?;
    let (width, height) = picture.dimensions();
    // Sizes are not broken across lines.
    let shape = shape.replace(" x ", "\u{a0}x\u{a0}");
    Ok(html! {
        li {
            a href={ "#" (target) } {
                span.picture { img src=(file) width=(width) height=(height) alt=""; }
                b { (title) }
                small { (shape) }
            }
        }
    })
}

/// Which network was used.
fn closing(draft: &mut Draft, road: &Road) -> Result<(), StoryError> {
    let metadata = road.model().metadata();
    draft.page.section("network", "The network");
    let architecture = &metadata.architecture;
    let learnt = architecture.parameter_count().unwrap_or(0) as u64;
    draft.page.text(&format!(
        "It has {} layers and {} numbers that were learnt from examples, and reads the characters {}.",
        architecture.layers.len(),
        crate::format::count(learnt),
        metadata.alphabet
    ));
    for (key, value) in &metadata.scores {
        draft.page.note(&format!("{}: {value}", key.replace('_', " ")));
    }
    if let Some(trace) = road.trace() {
        let said = Said {
            name: "network.png",
            alt: "The image and some maps of every layer.",
            caption: "All of it in one picture: the image, and some of what each layer makes of it.",
        };
        draft.picture(&overview(trace), Size::Full, said)?;
    }
    draft.page.end();
    Ok(())
}
