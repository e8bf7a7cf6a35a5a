//! The part of the page before the network: channels, grey levels, ink, and letters or columns.

use captcha_lab::core::ndarray::{Array2, Axis};
use captcha_lab::segment::{Letter, Steps};
use captcha_lab::{GlyphBox, Pretrained};
use image::{DynamicImage, GrayImage, RgbImage};

use crate::explain::draft::{Draft, Said, StoryError};
use crate::figures::contact_sheet;
use crate::figures::drawing::thumbnail::on_paper;
use crate::inside::maps::{Scale, table};
use crate::inside::pixels::{
    Channel, boxes, channel, columns, enlarged, grey_level, levels, liveliest, place,
};
use crate::inside::words::{Step, Words};
use crate::inside::{Road, Way};
use crate::page::Size;

/// The width of a picture of the whole image, in pixels.
const WIDE: u32 = 1400;

/// Letters side by side: few, so that the text below them is legible on a phone.
const BESIDE: usize = 3;

/// Writes this part.
pub(crate) fn write(draft: &mut Draft, road: &Road) -> Result<(), StoryError> {
    pixels(draft, road)?;
    channels(draft, road)?;
    levels_changed(draft, road)?;
    match road.way() {
        Way::Letters { cleaned, steps, followed } => {
            if let Some(cleaned) = cleaned {
                cleaning(draft, cleaned)?;
            }
            threshold(draft, road, steps)?;
            cutting(draft, road, steps, followed.as_ref().map(|(letter, _)| *letter))
        }
        Way::Sequence { scaled, .. } => whole(draft, road, scaled),
    }
}

/// Writes the heading of a step and what it does.
fn begin(draft: &mut Draft, id: &str, step: Step) {
    let Words { title, text } = step.words();
    draft.page.section(id, &title);
    draft.page.text(&text);
}

/// What the model does to grey levels before anything else, if it does.
fn levels_changed(draft: &mut Draft, road: &Road) -> Result<(), StoryError> {
    let preparation = &road.model().metadata().preparation;
    let changed = preparation.levels(road.grey());
    if *changed == *road.grey() {
        return Ok(());
    }
    begin(draft, "prepared", Step::Prepared);
    let picture = enlarged(&DynamicImage::from(changed.into_owned()), WIDE);
    let caption = format!("As this model was trained: {preparation}.");
    let said =
        Said { name: "prepared.png", alt: "The image after its levels were changed.", caption: &caption };
    draft.picture(&picture, Size::Half, said)?;
    draft.page.end();
    Ok(())
}

/// The box of a whole image.
fn all_of(width: u32, height: u32) -> GlyphBox {
    GlyphBox::new(0, 0, width.max(1), height.max(1)).expect("at least one pixel")
}

/// A part of the image, of at most this size, that has visible content.
fn part(road: &Road, size: (u32, u32)) -> GlyphBox {
    let (width, height) = road.grey().dimensions();
    let whole = all_of(width, height);
    let followed = match road.way() {
        Way::Letters { steps, followed: Some((letter, _)), .. } => steps
            .result
            .as_ref()
            .ok()
            .and_then(|found| found.letters.get(*letter))
            .map(|letter| letter.bounds),
        _ => None,
    };
    liveliest(road.grey(), followed.unwrap_or(whole), size)
}

/// An image is numbers.
fn pixels(draft: &mut Draft, road: &Road) -> Result<(), StoryError> {
    begin(draft, "image", Step::Image);
    let (width, height) = road.grey().dimensions();
    let area = part(road, (14, 10));
    let numbers = levels(road.grey(), area, 54, grey_level);
    let frame = place(road.grey(), area, WIDE);
    draft.page.text(&format!(
        "This one is {width} pixels wide and {height} high: {} of them. Here is a small part, with how bright each pixel is: \
         0 is black and 255 is white.",
        crate::format::count(u64::from(width) * u64::from(height))
    ));
    draft.picture(
        &frame,
        Size::Half,
        Said {
            name: "part.png",
            alt: "The image with a frame around a small part.",
            caption: "The part is in the frame.",
        },
    )?;
    let alt = format!("The brightness of {} x {} pixels as numbers.", area.width(), area.height());
    let caption = "The same part, each pixel as a square with its number.";
    draft.picture(&numbers, Size::Scrolled, Said { name: "part-numbers.png", alt: &alt, caption })?;
    draft.page.end();
    Ok(())
}

/// Red, green, blue and grey.
fn channels(draft: &mut Draft, road: &Road) -> Result<(), StoryError> {
    begin(draft, "channels", Step::Channels);
    let picture = on_paper(road.image());
    if picture.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]) {
        draft.page.fact("This image has no colours: in every pixel red, green and blue are the same.");
    }
    let area = part(road, (7, 4));
    draft.page.row();
    for each in Channel::ALL {
        let light = enlarged(&DynamicImage::from(channel(&picture, each)), 640);
        let name = each.name();
        let said = Said {
            name: &format!("channel-{name}.png"),
            alt: &format!("The {name} of the image."),
            caption: &format!("{name}: bright where a pixel sends much of it"),
        };
        draft.picture(&light, Size::Half, said)?;
        let numbers = levels(&each.of(&picture), area, 90, |level| each.light(level));
        let said = Said {
            name: &format!("channel-{name}-numbers.png"),
            alt: &format!("The {name} of {} x {} pixels as numbers.", area.width(), area.height()),
            caption: "the numbers of a small part",
        };
        draft.picture(&numbers, Size::Half, said)?;
    }
    draft.page.end();
    let Words { title, text } = Step::Grey.words();
    draft.page.heading(&title);
    draft
        .page
        .text(&format!("{text} Grey is 0.21 \u{d7} red + 0.72 \u{d7} green + 0.07 \u{d7} blue, rounded."));
    draft.page.row();
    let grey = enlarged(&DynamicImage::from(road.grey().clone()), 640);
    draft.picture(
        &grey,
        Size::Half,
        Said { name: "grey.png", alt: "The grey levels of the image.", caption: "grey" },
    )?;
    let numbers = levels(road.grey(), area, 90, grey_level);
    let caption = "the grey of the same small part";
    draft.picture(
        &numbers,
        Size::Half,
        Said { name: "grey-numbers.png", alt: "Grey levels as numbers.", caption },
    )?;
    draft.page.end();
    draft.page.end();
    Ok(())
}

/// Noise and line removal.
fn cleaning(draft: &mut Draft, cleaned: &GrayImage) -> Result<(), StoryError> {
    begin(draft, "cleaning", Step::Cleaning);
    let picture = enlarged(&DynamicImage::from(cleaned.clone()), WIDE);
    let said = Said { name: "cleaned.png", alt: "The image after cleaning.", caption: "What is left." };
    draft.picture(&picture, Size::Half, said)?;
    draft.page.end();
    Ok(())
}

/// Binarisation, after cleaning.
fn threshold(draft: &mut Draft, road: &Road, steps: &Steps) -> Result<(), StoryError> {
    begin(draft, "ink", Step::Threshold);
    let Some(level) = steps.level else {
        draft.page.fact("In this image nothing is dark enough to stand out from the paper.");
        draft.page.end();
        return Ok(());
    };
    let ink = steps.binary.pixels().filter(|pixel| pixel.0[0] == 0).count();
    draft.page.text(&format!(
        "Here every pixel of {level} or darker is ink: {} of {}.",
        crate::format::count(ink as u64),
        crate::format::count(u64::from(road.grey().width()) * u64::from(road.grey().height()))
    ));
    let picture = enlarged(&DynamicImage::from(steps.binary.clone()), WIDE);
    draft.picture(
        &picture,
        Size::Half,
        Said { name: "ink.png", alt: "Ink in black, paper in white.", caption: "" },
    )?;
    draft.page.end();
    Ok(())
}

/// The boxes of the letters, over the image.
pub(crate) fn cut(road: &Road, width: u32) -> RgbImage {
    match road.way() {
        Way::Letters { steps, followed, .. } => {
            let found: Vec<GlyphBox> = match &steps.result {
                Ok(found) => found.letters.iter().map(|letter| letter.bounds).collect(),
                Err(_) => steps.pieces.clone(),
            };
            boxes(road.grey(), &found, followed.as_ref().map(|(letter, _)| *letter), width)
        }
        Way::Sequence { .. } => boxes(road.grey(), &[], None, width),
    }
}

/// Segmentation into letters, and the letter that is followed.
fn cutting(draft: &mut Draft, road: &Road, steps: &Steps, followed: Option<usize>) -> Result<(), StoryError> {
    begin(draft, "cut", Step::Boxes);
    let picture = cut(road, WIDE);
    let letters: &[Letter] = match &steps.result {
        Ok(found) => &found.letters,
        Err(error) => {
            draft.page.fact(&format!("This image could not be cut into letters: {error}."));
            let caption = "The pieces of ink that were found.";
            let said =
                Said { name: "boxes.png", alt: "The image with a frame around each piece of ink.", caption };
            draft.picture(&picture, Size::Half, said)?;
            draft.page.text(&format!("A network of letters can't go on from here. {}", other_models()));
            draft.page.end();
            return Ok(());
        }
    };
    let alt = format!("The image with a frame around each of {} letters.", letters.len());
    let caption = "The letters that were found. The orange one is followed from here on.";
    draft.picture(&picture, Size::Half, Said { name: "boxes.png", alt: &alt, caption })?;
    draft.page.end();

    begin(draft, "letter", Step::Letters);
    let read = road.prediction().map_or(&[][..], |prediction| &prediction.characters);
    let captions = letters.iter().enumerate().map(|(index, letter)| {
        let read = read.get(index).map_or(String::new(), |character| format!(": {}", character.character));
        (DynamicImage::from(letter.image.clone()), format!("{}{read}", index + 1))
    });
    let sheet = contact_sheet(&captions.collect::<Vec<_>>(), BESIDE);
    let alt = format!("{} letter images of the same size.", letters.len());
    let caption = "All letters as the network gets them, and what it will read in each.";
    draft.picture(&sheet, Size::Full, Said { name: "letters.png", alt: &alt, caption })?;
    if let (Some(index), Some(trace)) = (followed, road.trace()) {
        let (_, height, width) = trace.input().dim();
        draft.page.text(&format!(
            "From here on we follow letter {}. To the network it is a table of {width} x {height} = {} numbers:",
            index + 1,
            width * height
        ));
        let ink = trace.input().index_axis(Axis(0), 0);
        let picture = table(&ink, Scale::Ink, (1440 / width as u32).clamp(28, 60));
        let alt = format!("Letter {} as a table of {width} x {height} numbers.", index + 1);
        let caption = "How much ink each pixel has: 0 is paper, 1 is black.";
        draft.picture(&picture, Size::Scrolled, Said { name: "letter-numbers.png", alt: &alt, caption })?;
    }
    draft.page.end();
    Ok(())
}

/// Which models need no segmentation.
pub(crate) fn other_models() -> String {
    let names = Pretrained::ALL.iter().map(|model| model.name());
    let sequences: Vec<&str> = names.filter(|name| name.ends_with("sequence")).collect();
    format!(
        "A network that reads the whole image at once needs no cutting: try explain again with --model and one of {}, \
         whichever was made for images like this one.",
        sequences.join(", ")
    )
}

/// The input of a sequence network.
fn whole(draft: &mut Draft, road: &Road, scaled: &GrayImage) -> Result<(), StoryError> {
    begin(draft, "scaled", Step::Scaled);
    let metadata = road.model().metadata();
    let (architecture, stretch) = (&metadata.architecture, metadata.preparation.stretch);
    let wide = if stretch == 1.0 {
        String::new()
    } else {
        format!(", {stretch} times as wide as their shape, for narrow letters need columns enough")
    };
    let column = architecture.column_width();
    let (width, height) = scaled.dimensions();
    let steps = width as usize / column.max(1);
    draft.page.text(&format!(
        "Here {} x {} pixels become {width} x {height}{wide}. At the end the network gives one answer for every strip of {column} \
         pixels: {width} / {column} = {steps} columns. To decide on a strip it also sees what is around it.",
        road.grey().width(),
        road.grey().height(),
    ));
    let picture = columns(scaled, column as u32, WIDE);
    let alt = format!("The image as the network takes it, with {steps} columns.");
    draft.picture(
        &picture,
        Size::Half,
        Said { name: "columns.png", alt: &alt, caption: "The columns, left to right." },
    )?;
    if let Some(trace) = road.trace() {
        let ink = trace.input().index_axis(Axis(0), 0);
        let area = liveliest(scaled, all_of(width, height), (14, 10));
        let values = Array2::from_shape_fn((area.height() as usize, area.width() as usize), |(y, x)| {
            ink[[area.y() as usize + y, area.x() as usize + x]]
        });
        let said = Said {
            name: "ink-numbers.png",
            alt: "A part of the image as numbers of ink.",
            caption: "A small part as the network gets it: 0 is paper, 1 is black.",
        };
        draft.picture(&table(&values.view(), Scale::Ink, 60), Size::Scrolled, said)?;
    }
    draft.page.end();
    Ok(())
}
