//! Which style is drawn, and what is changed in it.

use std::ops::RangeInclusive;
use std::path::Path;

use captcha_lab::core::Alphabet;
use captcha_lab::render::{Noise, Resampling, Style, WhiteNoise};

use crate::run::Outcome;

/// One style: shared by what draws.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StyleArgs {
    /// A preset (seed, claptcha, lepture, easy, medium, hard) or a TOML file, as `style print` writes it.
    #[arg(long, default_value = "seed", value_name = "STYLE")]
    pub(crate) style: String,
    #[command(flatten)]
    pub(crate) changes: StyleChanges,
}

impl StyleArgs {
    /// The style with what the arguments change.
    ///
    /// # Errors
    /// If there is no such style.
    pub(crate) fn open(&self) -> Outcome<Style> {
        self.changes.open(&self.style)
    }
}

/// What is changed in a style.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StyleChanges {
    /// The characters of random texts.
    #[arg(long, value_name = "CHARACTERS", help_heading = "Changes of the style")]
    alphabet: Option<Alphabet>,
    /// How many characters a random text has: a number or a range such as 4-8.
    #[arg(long, alias = "lengths", value_parser = parse_lengths, value_name = "N[-M]", help_heading = "Changes of the style")]
    length: Option<RangeInclusive<usize>>,
    /// The size of an image in pixels, such as 300x150.
    #[arg(long, value_parser = parse_size, value_name = "WxH", help_heading = "Changes of the style")]
    size: Option<(u32, u32)>,
    /// The room around the text in pixels, such as 20x20.
    #[arg(long, value_parser = parse_size, value_name = "XxY", help_heading = "Changes of the style")]
    margin: Option<(u32, u32)>,
    /// A built-in font or a TTF or OTF file; several to draw one of them for each image.
    #[arg(long, value_name = "FONT", help_heading = "Changes of the style")]
    font: Vec<String>,
    /// How pixels are interpolated: nearest, bilinear or bicubic.
    #[arg(long, value_parser = parse_resampling, value_name = "FILTER", help_heading = "Changes of the style")]
    resampling: Option<Resampling>,
    /// White noise, 0 to 1.
    #[arg(long, value_name = "AMOUNT", help_heading = "Changes of the style")]
    noise: Option<f64>,
}

impl StyleChanges {
    /// The style called `name`, or in the file of that name, with these changes.
    ///
    /// # Errors
    /// If there is neither.
    pub(crate) fn open(&self, name: &str) -> Outcome<Style> {
        let mut style = open_style(name)?;
        if let Some(alphabet) = &self.alphabet {
            style = style.with_alphabet(alphabet.clone());
        }
        if let Some(lengths) = &self.length {
            style = style.with_lengths(lengths.clone());
        }
        if let Some((width, height)) = self.size {
            style = style.with_size(width, height);
        }
        if let Some((x, y)) = self.margin {
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
        Ok(style)
    }
}

/// The preset called `name`, or the style in the TOML file of that name.
///
/// # Errors
/// If there is neither, or the file is no style.
pub(crate) fn open_style(name: &str) -> Outcome<Style> {
    if Style::PRESETS.contains(&name) {
        return Ok(Style::preset(name)?);
    }
    let path = Path::new(name);
    if path.extension().is_none() && !path.exists() {
        return Err(format!(
            "there is no style {name:?}, expected {} or a TOML file",
            Style::PRESETS.join(", ")
        )
        .into());
    }
    Ok(Style::from_file(path)?)
}

/// `6` or `4-8`.
///
/// # Errors
/// If it is neither.
pub(crate) fn parse_lengths(text: &str) -> Result<RangeInclusive<usize>, String> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    match (low.trim().parse(), high.trim().parse()) {
        (Ok(low), Ok(high)) if 1 <= low && low <= high => Ok(low..=high),
        _ => Err("expected a number such as 6 or a range such as 4-8".to_owned()),
    }
}

/// `nearest`, `bilinear` or `bicubic`.
///
/// # Errors
/// If it is none of them.
fn parse_resampling(text: &str) -> Result<Resampling, String> {
    match text {
        "nearest" => Ok(Resampling::Nearest),
        "bilinear" => Ok(Resampling::Bilinear),
        "bicubic" => Ok(Resampling::Bicubic),
        _ => Err("expected nearest, bilinear or bicubic".to_owned()),
    }
}

/// `300x150`.
///
/// # Errors
/// If it is not two numbers with an `x` between them.
fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let numbers =
        text.split_once('x').and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
    numbers.ok_or_else(|| "expected two numbers such as 300x150".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sizes() {
        assert_eq!(parse_lengths("6"), Ok(6..=6));
        assert_eq!(parse_lengths("4-8"), Ok(4..=8));
        assert!(["", "0", "8-4", "a", "4-"].iter().all(|text| parse_lengths(text).is_err()));
        assert_eq!(parse_size("300x150"), Ok((300, 150)));
        assert!(["300", "x", "3x-1", "300*150"].iter().all(|text| parse_size(text).is_err()));
    }

    #[test]
    fn a_style_that_is_not_there_is_told() {
        let error = open_style("sede").unwrap_err().to_string();
        assert!(error.contains("seed, claptcha"), "{error}");
        assert!(open_style("missing.toml").is_err());
    }
}
