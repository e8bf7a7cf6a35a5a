//! Every step from pixels to text in plain words, for people who don't know neural networks.

use captcha_lab::infer::{Layer, Shape};

use crate::format::count;

/// A step from pixels to text: its name and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// A few words, for a heading.
    pub title: String,
    /// One to three plain sentences.
    pub text: String,
}

/// The steps before and after the layers of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The original image.
    Image,
    /// The separate channels red, green and blue.
    Channels,
    /// The grey levels: one number a pixel.
    Grey,
    /// Levels that are inverted or stretched.
    Prepared,
    /// Noise and line removal.
    Cleaning,
    /// Binarisation: ink or paper.
    Threshold,
    /// The boxes of the letters.
    Boxes,
    /// The inputs of a letter network.
    Letters,
    /// The input of a sequence network.
    Scaled,
    /// The filter that slides over the image.
    Flashlight,
    /// The learnt filters of the first layer.
    Filters,
    /// From scores to probabilities.
    Softmax,
    /// Probabilities of the classes over the columns.
    HeatMap,
    /// From columns to text.
    Ctc,
    /// The text.
    Answer,
}

impl Step {
    /// The step in words.
    #[must_use]
    pub fn words(self) -> Words {
        let (title, text) = match self {
            Self::Image => (
                "An image",
                "You see letters. The computer sees a table of small squares, the pixels, and how bright each one is.",
            ),
            Self::Channels => (
                "Red, green and blue",
                "A colour image is three tables of numbers laid on each other: how much red, green and blue light each \
                 pixel sends, from 0 for none to 255 for all.",
            ),
            Self::Grey => (
                "Grey",
                "The shape of a letter does not depend on its colour, so the three tables become one: 0 is black and \
                 255 is white.",
            ),
            Self::Prepared => (
                "Dark text on light paper",
                "The network was trained on levels that were changed, and reads them changed in the same way: light text \
                 becomes dark, or faint text as strong as it can be.",
            ),
            Self::Cleaning => (
                "Cleaning",
                "Specks and lines that are not part of any letter are taken out, as far as they can be told from ink.",
            ),
            Self::Threshold => (
                "Ink or paper",
                "Every pixel that is dark enough counts as ink, every other one as paper. How dark is enough is chosen \
                 from the image itself.",
            ),
            Self::Boxes => (
                "Cutting",
                "Ink that hangs together is taken for one letter. Parts that stand above each other are joined, and \
                 what is too wide for one letter is cut where there is least ink.",
            ),
            Self::Letters => (
                "Letters",
                "Every letter is brought to the same size, and its grey levels become ink: 0 is paper and 1 is black. \
                 These numbers are all that the network gets.",
            ),
            Self::Scaled => (
                "One height for all",
                "The whole image is brought to the height that the network reads, with its shape kept, and its grey \
                 levels become ink: 0 is paper and 1 is black. Nothing is cut.",
            ),
            Self::Flashlight => (
                "The flashlight",
                "A filter is a small table of numbers. It lights up a small window of the image; every number under it \
                 is multiplied by the number of the filter, and the sum of the products is one pixel of a new image, \
                 the feature map. Then the window moves on by one pixel.",
            ),
            Self::Filters => (
                "What the filters look for",
                "Nobody wrote these numbers: they were learnt. A filter gives a high value where the image looks like \
                 it: ink where the filter is positive, and none where it is negative.",
            ),
            Self::Softmax => (
                "Scores become probabilities",
                "The softmax makes every score positive and divides it by the sum of all, so that together they are 1. \
                 The highest score wins, and its share says how surely.",
            ),
            Self::HeatMap => (
                "What each column shows",
                "Each column of the picture is a strip of the image, each row a character. The darker, the surer the \
                 network is that this strip shows this character. The last row is the blank: nothing new here.",
            ),
            Self::Ctc => (
                "Columns become text",
                "Each column says its best guess. The same character several times in a row is one character; then \
                 the blanks are dropped. A blank in between keeps two equal letters apart.",
            ),
            Self::Answer => ("The answer", "The characters in their order are the text."),
        };
        Words { title: title.to_owned(), text: text.to_owned() }
    }
}

/// A layer in words, with its input and output shapes.
#[must_use]
pub fn layer(layer: &Layer, input: Shape, output: Shape) -> Words {
    let (title, text) = match *layer {
        Layer::Conv2d { kernel, .. } => {
            let (maps, filters) = match (input, output) {
                (Shape::Maps { channels: inputs, .. }, Shape::Maps { channels, .. }) => (inputs, channels),
                _ => (1, 1),
            };
            let depth = if maps == 1 { String::new() } else { format!(" on all {maps} maps at once") };
            let products = maps * kernel.area();
            (
                "Convolution".to_owned(),
                format!(
                    "{} of {} x {} numbers{depth} slide over the image like a flashlight. At every place \
                     {products} products are added up to one value. Each filter gives one map: high where it finds what \
                     it looks for.",
                    several(filters, "filter"),
                    kernel.width,
                    kernel.height,
                ),
            )
        }
        Layer::BatchNorm2d => (
            "Normalisation".to_owned(),
            "Each map is scaled and shifted as a whole, so that all maps have about the same range. It changes how \
             strong a map is, not what it shows."
                .to_owned(),
        ),
        Layer::Relu => (
            "ReLU".to_owned(),
            "Every negative value becomes 0, every other one stays what it is. What remains says where a filter found \
             something, and no longer where it found the opposite."
                .to_owned(),
        ),
        Layer::MaxPool2d { size } => (
            "Max-pooling".to_owned(),
            format!(
                "Of every {} x {} values only the largest is kept. The maps get smaller, and it matters less where \
                 exactly a stroke is.",
                size.width, size.height
            ),
        ),
        Layer::Dropout { probability } => (
            "Dropout".to_owned(),
            format!(
                "While the network learnt, {:.0} % of these values were hidden at random, so that it would not rely on \
                 any single one. When it reads, nothing happens here.",
                100.0 * probability
            ),
        ),
        Layer::Flatten => (
            "Flattening".to_owned(),
            "All maps are written one after the other as one long list. No number changes.".to_owned(),
        ),
        Layer::Columns => (
            "Columns".to_owned(),
            "The maps are cut into columns, left to right. All values of a column together describe one strip of the \
             image. No number changes."
                .to_owned(),
        ),
        Layer::Linear { features } => {
            let (inputs, each) = match input {
                Shape::Sequence { features, .. } => (features, " for every column"),
                input => (input.len(), ""),
            };
            (
                "Fully connected".to_owned(),
                format!(
                    "Every one of the {features} values is a sum of all {inputs} inputs, each times a weight that was \
                     learnt{each}. Here the pieces that the filters found are put together."
                ),
            )
        }
        _ => ("Layer".to_owned(), format!("{layer:?}")),
    };
    Words { title, text }
}

/// How the output shape of a layer follows from its input shape, and how many parameters it has.
#[must_use]
pub fn arithmetic(layer: &Layer, input: Shape, output: Shape) -> String {
    let (before, after) = (shape(input), shape(output));
    match (*layer, input, output) {
        (
            Layer::Conv2d { channels, kernel },
            Shape::Maps { channels: inputs, .. },
            Shape::Maps { height, width, .. },
        ) => {
            let border = match (kernel.width / 2, kernel.height / 2) {
                (0, 0) => "The window of a single value".to_owned(),
                (across, down) if across == down => {
                    format!("A border of {} all around lets the window", several(across, "zero"))
                }
                (across, 0) => {
                    format!("A border of {} at both sides lets the window", several(across, "zero"))
                }
                (0, down) => {
                    format!("A border of {} above and below lets the window", several(down, "zero"))
                }
                (across, down) => format!(
                    "A border of {} at both sides and {down} above and below lets the window",
                    several(across, "zero")
                ),
            };
            let (each, learnt) = (inputs * kernel.area(), channels * (inputs * kernel.area() + 1));
            let depth = if inputs == 1 { String::new() } else { format!("{inputs} maps \u{d7} ") };
            format!(
                "From {before} to {after}. {border} stand on every one of the {width} x {height} places, so the size stays, \
                 and each of the {} gives one map. Learnt: {channels} \u{d7} ({depth}{} \u{d7} {} = {} and \
                 1 bias) = {}.",
                several(channels, "filter"),
                kernel.width,
                kernel.height,
                several(each, "weight"),
                several(learnt, "number"),
            )
        }
        (Layer::MaxPool2d { size }, Shape::Maps { height, width, .. }, Shape::Maps { .. }) => {
            let side = |all: usize, by: usize| match all % by {
                0 => format!("{all} / {by} = {}", all / by),
                rest => format!(
                    "{all} / {by} = {}, and {rest} left over that {} dropped",
                    all / by,
                    if rest == 1 { "is" } else { "are" }
                ),
            };
            format!(
                "From {before} to {after}. Across: {}. Down: {}. Nothing is learnt here.",
                side(width, size.width),
                side(height, size.height)
            )
        }
        (Layer::Flatten, Shape::Maps { channels, height, width }, _) => {
            format!("{channels} maps \u{d7} {width} \u{d7} {height} = {after}.")
        }
        (Layer::Columns, Shape::Maps { channels, height, width }, _) => format!(
            "{} of {width} columns and {height} rows: {channels} \u{d7} {height} = {} for each of the {width} columns.",
            several(channels, "map"),
            several(channels * height, "value"),
        ),
        (Layer::Linear { features }, _, _) => {
            let inputs = match input {
                Shape::Sequence { features, .. } => features,
                input => input.len(),
            };
            format!(
                "From {before} to {after}. Learnt: {features} \u{d7} ({} and 1 bias) = {}.",
                several(inputs, "weight"),
                several(features * (inputs + 1), "number"),
            )
        }
        (Layer::BatchNorm2d, Shape::Maps { channels, .. }, _) => {
            format!(
                "The size stays: {after}. Learnt: one factor and one shift for each of {}.",
                several(channels, "map")
            )
        }
        _ => format!("The size stays: {after}."),
    }
}

/// A shape in words: `16 maps of 24 x 24`, `576 values`, `24 columns of 27 values`. Width comes before
/// height, as for images.
#[must_use]
pub fn shape(shape: Shape) -> String {
    match shape {
        Shape::Maps { channels, height, width } => {
            format!("{} of {width} x {height}", several(channels, "map"))
        }
        Shape::Vector { features } => several(features, "value"),
        Shape::Sequence { steps, features } => {
            format!("{} of {}", several(steps, "column"), several(features, "value"))
        }
        _ => shape.to_string(),
    }
}

/// `1 map`, `16 maps`, `2,000 values`.
fn several(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count(number as u64))
}

#[cfg(test)]
mod tests {
    use captcha_lab::infer::{Architecture, InputShape, Window};

    use super::*;

    /// The title of every layer and the shape after it, in words.
    fn road(architecture: &Architecture) -> Vec<(String, String)> {
        let InputShape { channels, height, width } = architecture.input;
        let mut input = Shape::Maps { channels, height, width };
        let shapes = architecture.shapes().unwrap();
        let words = architecture.layers.iter().zip(shapes).map(|(each, output)| {
            let Words { title, text } = layer(each, input, output);
            assert!(text.ends_with('.') && !text.contains("  "), "{text}");
            input = output;
            (title, shape(output))
        });
        words.collect()
    }

    #[test]
    fn the_road_of_a_letter_in_words() {
        let road = road(&Architecture::post(26));
        assert_eq!(road[0], ("Convolution".to_owned(), "20 maps of 20 x 20".to_owned()));
        assert_eq!(road[2], ("Max-pooling".to_owned(), "20 maps of 10 x 10".to_owned()));
        assert_eq!(road[6], ("Flattening".to_owned(), "1,250 values".to_owned()));
        assert_eq!(road[9], ("Fully connected".to_owned(), "26 values".to_owned()));
    }

    #[test]
    fn the_road_of_a_sequence_in_words() {
        let road = road(&Architecture::sequence(26, 100));
        let columns = road.iter().find(|(title, _)| title == "Columns").unwrap();
        assert_eq!(columns.1, "25 columns of 336 values");
        assert_eq!(road[0].1, "16 maps of 100 x 48", "width before height");
    }

    #[test]
    fn the_sums_of_a_convolution_are_counted() {
        let maps = |channels| Shape::Maps { channels, height: 8, width: 8 };
        let conv = Layer::Conv2d { channels: 20, kernel: 5.into() };
        let first = layer(&conv, maps(1), maps(20)).text;
        assert!(
            first.starts_with("20 filters of 5 x 5 numbers slide") && first.contains("25 products"),
            "{first}"
        );
        let second = layer(&conv, maps(20), maps(20)).text;
        assert!(second.contains("on all 20 maps at once") && second.contains("500 products"), "{second}");
        let oblong = Layer::Conv2d { channels: 20, kernel: Window { height: 1, width: 5 } };
        let third = layer(&oblong, maps(20), maps(20)).text;
        assert!(
            third.starts_with("20 filters of 5 x 1 numbers") && third.contains("100 products"),
            "{third}"
        );
        let border = arithmetic(&oblong, maps(20), maps(20));
        assert!(border.contains("A border of 2 zeros at both sides lets"), "{border}");
    }

    #[test]
    fn shapes_are_worked_out() {
        let architecture = Architecture::post(26);
        let mut input = Shape::Maps { channels: 1, height: 20, width: 20 };
        let shapes = architecture.shapes().unwrap();
        let sums = architecture.layers.iter().zip(shapes).map(|(layer, output)| {
            let sum = arithmetic(layer, input, output);
            input = output;
            sum
        });
        let sums: Vec<String> = sums.collect();
        assert!(
            sums[0].ends_with("20 \u{d7} (5 \u{d7} 5 = 25 weights and 1 bias) = 520 numbers."),
            "{}",
            sums[0]
        );
        let second = "(20 maps \u{d7} 5 \u{d7} 5 = 500 weights and 1 bias) = 25,050 numbers.";
        assert!(sums[3].ends_with(second), "{}", sums[3]);
        assert!(sums[2].contains("Across: 20 / 2 = 10."), "{}", sums[2]);
        assert_eq!(sums[6], "50 maps \u{d7} 5 \u{d7} 5 = 1,250 values.");
        let odd = Shape::Maps { channels: 1, height: 5, width: 7 };
        let pooled = Shape::Maps { channels: 1, height: 2, width: 3 };
        let sum = arithmetic(&Layer::MaxPool2d { size: 2.into() }, odd, pooled);
        assert!(sum.contains("7 / 2 = 3, and 1 left over that is dropped."), "{sum}");
    }

    #[test]
    fn every_step_is_told() {
        let steps = [
            Step::Image,
            Step::Channels,
            Step::Grey,
            Step::Threshold,
            Step::Softmax,
            Step::Ctc,
            Step::Answer,
        ];
        for step in steps {
            let Words { title, text } = step.words();
            assert!(!title.is_empty() && text.ends_with('.') && !text.contains("  "), "{step:?}: {text}");
        }
    }
}
