//! Which style is drawn, and changes to it.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use captcha_lab::core::Alphabet;
use captcha_lab::render::{ImageSize, Lengths, Noise, Resampling, Styles, WhiteNoise};

use crate::run::Outcome;

/// One style: shared by what draws.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StyleArgs {
    /// A preset (seed, claptcha, lepture, easy, medium, hard), the distribution wild, or a TOML file, as `style print`
    /// writes it.
    #[arg(long, default_value = "seed", value_name = "STYLE")]
    pub(crate) style: PathBuf,
    #[command(flatten)]
    pub(crate) changes: StyleChanges,
}

impl StyleArgs {
    /// The style with the changes of the arguments.
    ///
    /// # Errors
    /// If there is no such style.
    pub(crate) fn open(&self) -> Outcome<Styles> {
        self.changes.open(&self.style)
    }
}

/// The margin around a text in pixels, as `20x20`; it can be 0, unlike the size of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Margin(u32, u32);

impl FromStr for Margin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers =
            text.split_once('x').and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)));
        numbers.map(|(x, y)| Self(x, y)).ok_or("expected two numbers such as 20x20")
    }
}

/// What is changed in a style.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StyleChanges {
    /// The characters of random texts.
    #[arg(long, value_name = "CHARACTERS", help_heading = "Changes of the style")]
    alphabet: Option<Alphabet>,
    /// How many characters a random text has: a number or a range such as 4-8.
    #[arg(long, alias = "lengths", value_name = "N[-M]", help_heading = "Changes of the style")]
    length: Option<Lengths>,
    /// The size of an image in pixels, such as 300x150.
    #[arg(long, value_name = "WxH", help_heading = "Changes of the style")]
    size: Option<ImageSize>,
    /// The room around the text in pixels, such as 20x20.
    #[arg(long, value_name = "XxY", help_heading = "Changes of the style")]
    margin: Option<Margin>,
    /// A built-in font or a TTF or OTF file; several to draw one of them for each image.
    #[arg(long, value_name = "FONT", help_heading = "Changes of the style")]
    font: Vec<String>,
    /// How pixels are interpolated: nearest, bilinear or bicubic.
    #[arg(long, value_name = "FILTER", help_heading = "Changes of the style")]
    resampling: Option<Resampling>,
    /// White noise, 0 to 1.
    #[arg(long, value_name = "AMOUNT", help_heading = "Changes of the style")]
    noise: Option<f64>,
}

impl StyleChanges {
    /// The preset called `name`, or the style or the distribution in the file of that name, with these changes.
    ///
    /// # Errors
    /// If there is no such preset or file.
    pub(crate) fn open(&self, name: &Path) -> Outcome<Styles> {
        let mut styles = Styles::open(name)?;
        if let Some(alphabet) = &self.alphabet {
            styles = styles.with_alphabet(alphabet.clone())?;
        }
        if let Some(lengths) = self.length {
            styles = styles.with_lengths(lengths)?;
        }
        let mut style = match styles {
            Styles::One(style) => *style,
            Styles::Distribution(_) => {
                return match self.of_one_style() {
                    Some(option) => Err(format!(
                        "{option} changes one style, but {} is a distribution over styles, of which only --alphabet \
                         and --length can be changed here",
                        name.display()
                    )
                    .into()),
                    None => Ok(styles),
                };
            }
        };
        if let Some(size) = self.size {
            style = style.with_size(size.width, size.height);
        }
        if let Some(Margin(x, y)) = self.margin {
            style = style.with_margin(x, y);
        }
        if !self.font.is_empty() {
            style = style.with_fonts(self.font.iter().cloned());
        }
        if let Some(resampling) = self.resampling {
            style = style.with_resampling(resampling);
        }
        if let Some(amount) = self.noise {
            style = style.with_noise(vec![Noise::White(WhiteNoise::new(amount))]);
        }
        Ok(style.into())
    }

    /// The first option that changes a field that a distribution samples.
    fn of_one_style(&self) -> Option<&'static str> {
        let given = [
            ("--size", self.size.is_some()),
            ("--margin", self.margin.is_some()),
            ("--font", !self.font.is_empty()),
            ("--resampling", self.resampling.is_some()),
            ("--noise", self.noise.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_two_numbers() {
        assert_eq!("20x0".parse(), Ok(Margin(20, 0)));
        assert!(["20", "x", "3x-1", "20*20"].iter().all(|text| text.parse::<Margin>().is_err()));
    }
}
