//! Draws CAPTCHAs into a folder, each with its text as file name, and a manifest.
//!
//! ```text
//! cargo run --release --example generate -- --style seed --count 1000 --out data/captchas
//! cargo run --release --example generate -- --style claptcha --text HELLO --noise 0.3 --sheet --out data/hello
//! cargo run --release --example generate -- --style easy --style hard --style mine.toml --sheet --out styles.png
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use captcha_lab::core::{Alphabet, seed};
use captcha_lab::dataset::{CorpusOptions, Shard, generate_corpus};
use captcha_lab::render::{Noise, Renderer, Resampling, Style, WhiteNoise};
use captcha_lab_cli::{Progress, open_style, parse_lengths, parse_resampling, parse_size, print, run};
use captcha_report::figures::{save_png, style_sheet};
use captcha_report::pictures;
use clap::Parser;

/// Draw CAPTCHAs into a folder. The same options give the same files, on every machine; a run that was cut off is
/// completed by the same command.
#[derive(Parser)]
#[command(name = "generate", max_term_width = 100)]
struct Args {
    /// The folder to draw into. With --sheet it can be a PNG file, or left out for styles.png: then only a contact
    /// sheet is drawn.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["print_style", "sheet"])]
    out: Option<PathBuf>,
    /// A preset (seed, claptcha, lepture, easy, medium, hard) or a TOML file; several only for a contact sheet.
    #[arg(long, default_value = "seed", value_name = "STYLE")]
    style: Vec<String>,
    /// How many images: 100, or 8 of each style on a contact sheet, unless it is given.
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Everything random is a function of it.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Draw these texts, in turn, instead of random ones.
    #[arg(long, value_name = "TEXT")]
    text: Vec<String>,
    /// The characters of random texts.
    #[arg(long, value_name = "CHARACTERS")]
    alphabet: Option<Alphabet>,
    /// How many characters a random text has: a number or a range such as 4-8.
    #[arg(long, value_parser = parse_lengths, value_name = "N[-M]")]
    length: Option<std::ops::RangeInclusive<usize>>,
    /// The size of an image in pixels, such as 300x150.
    #[arg(long, value_parser = parse_size, value_name = "WxH")]
    size: Option<(u32, u32)>,
    /// The room around the text in pixels, such as 20x20.
    #[arg(long, value_parser = parse_size, value_name = "XxY")]
    margin: Option<(u32, u32)>,
    /// A built-in font or a TTF or OTF file; several to draw one of them for each image.
    #[arg(long, value_name = "FONT")]
    font: Vec<String>,
    /// How pixels are interpolated: nearest, bilinear or bicubic.
    #[arg(long, value_parser = parse_resampling, value_name = "FILTER")]
    resampling: Option<Resampling>,
    /// White noise, 0 to 1.
    #[arg(long, value_name = "AMOUNT")]
    noise: Option<f64>,
    /// The ending of the files: png, jpg, bmp ...
    #[arg(long, default_value = "png", value_name = "FORMAT")]
    format: String,
    /// Draw one part of the images, such as 0/4: images 0, 4, 8 ...
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Threads; 0 for one a core.
    #[arg(long, default_value_t = 0, value_name = "N")]
    threads: usize,
    /// Also draw a contact sheet of the first images, beside the folder.
    #[arg(long)]
    sheet: bool,
    /// Print the style as TOML, to change and to use with --style, and draw nothing.
    #[arg(long)]
    print_style: bool,
}

fn main() -> ExitCode {
    run(|| {
        let args = Args::parse();
        let styles = args
            .style
            .iter()
            .map(|name| Ok((name.clone(), style(&args, name)?)))
            .collect::<Outcome<Vec<_>>>()?;
        if args.print_style {
            return styles.iter().try_for_each(|(_, style)| Ok(print(style.to_toml()?)?));
        }
        let out = args.out.as_deref().unwrap_or("styles.png".as_ref());
        if args.sheet && out.extension().is_some_and(|ending| ending == "png") {
            return sheet(&args, styles, out);
        }
        let [(_, style)] = <[_; 1]>::try_from(styles)
            .map_err(|_| "several styles are drawn on a contact sheet only: --sheet --out FILE.png")?;
        let format = args.format.parse()?;
        let count = args.count.unwrap_or(100).max(args.text.len() as u64);
        let mut options = CorpusOptions::new(style, count)
            .with_seed(args.seed)
            .with_format(format)
            .with_threads(args.threads)
            .with_shard(args.shard.unwrap_or(Shard::WHOLE));
        if !args.text.is_empty() {
            options = options.with_texts(args.text);
        }
        let progress = Progress::new("Drawing", "images");
        let summary = generate_corpus(&options, out, &progress)?;
        progress.finish();
        print(format_args!(
            "{} images in {}, {} of them new",
            summary.images,
            summary.folder.display(),
            summary.drawn
        ))?;
        if args.sheet {
            let sheet = pictures::save_folder_sheet(&summary.folder)?;
            print(format_args!("contact sheet: {}", sheet.display()))?;
        }
        Ok(())
    })
}

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Draws a contact sheet of all styles.
fn sheet(args: &Args, styles: Vec<(String, Style)>, out: &Path) -> Outcome<()> {
    const COLUMNS: usize = 4;
    /// As many of a style as a sheet shows.
    const MOST: u64 = 1000;
    let blocks = styles.into_iter().map(|(name, style)| {
        let renderer = Renderer::new(style)?;
        let images = (0..args.count.unwrap_or(8).min(MOST)).map(|index| {
            let seed = seed::derive(args.seed, index);
            let captcha = match args.text.get(index as usize % args.text.len().max(1)) {
                Some(text) => renderer.render(text, seed)?,
                None => renderer.random(seed)?,
            };
            Ok((captcha.image, captcha.text))
        });
        Ok((name, images.collect::<Outcome<_>>()?))
    });
    save_png(&style_sheet(&blocks.collect::<Outcome<Vec<_>>>()?, COLUMNS), out)?;
    Ok(print(format_args!("contact sheet: {}", out.display()))?)
}

/// The style called `name` with what the arguments change.
fn style(args: &Args, name: &str) -> Outcome<Style> {
    let mut style = open_style(name)?;
    if let Some(alphabet) = &args.alphabet {
        style = style.with_alphabet(alphabet.clone());
    }
    if let Some(lengths) = &args.length {
        style = style.with_lengths(lengths.clone());
    }
    if let Some((width, height)) = args.size {
        style = style.with_size(width, height);
    }
    if let Some((x, y)) = args.margin {
        style = style.with_margin(x, y);
    }
    if !args.font.is_empty() {
        style = style.with_fonts(args.font.iter().cloned());
    }
    if let Some(resampling) = args.resampling {
        style = style.with_resampling(resampling);
    }
    if let Some(amount) = args.noise {
        style = style.with_noise(vec![Noise::White(WhiteNoise::new(amount))]);
    }
    Ok(style)
}
