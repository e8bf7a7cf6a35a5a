//! Draws CAPTCHAs into a folder, each with its text as file name, and says where the characters of one are.
//!
//! ```text
//! cargo run --release --example generate
//! cargo run --release --example generate -- DIR [STYLE [COUNT]]
//! ```

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::exit;

use captcha_lab::core::MainError;
use captcha_lab::dataset::{CorpusOptions, generate_corpus};
use captcha_lab::render::{Renderer, Style};

fn main() -> Result<(), MainError> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let text = |index: usize, default: &str| {
        arguments.get(index).map_or(default.to_owned(), |text| text.to_string_lossy().into_owned())
    };
    let folder = PathBuf::from(arguments.first().cloned().unwrap_or("example-out/captchas".into()));
    let (style, count) = (text(1, "medium"), text(2, "100"));
    let Ok(count) = count.parse() else {
        eprintln!("COUNT is a number, not {count:?}; usage: generate [DIR [STYLE [COUNT]]]");
        exit(2)
    };
    if !Style::PRESETS.contains(&style.as_str()) {
        eprintln!("STYLE is one of {}, not {style:?}", Style::PRESETS.join(", "));
        exit(2)
    }

    // A style is data: take a preset and change what you like. It can be kept as TOML, too.
    let style = Style::preset(&style)?.with_lengths(4..=6);

    // The same style, count and seed give the same files, on every machine and with any number of threads. A run that was
    // interrupted is completed by the same call.
    let options = CorpusOptions::new(style.clone(), count).with_seed(1);
    let summary = generate_corpus(&options, &folder, &())?;
    println!("{} images in {}, {} of them new", summary.images, summary.folder.display(), summary.drawn);

    // One CAPTCHA in memory, with its ground truth: the box of each character, and its mask.
    let captcha = Renderer::new(style)?.random(7)?;
    println!("{} is {} x {} pixels:", captcha.text, captcha.image.width(), captcha.image.height());
    for glyph in &captcha.glyphs {
        if let Some(bounds) = glyph.bounds {
            let (x, y, width, height) = (bounds.x(), bounds.y(), bounds.width(), bounds.height());
            println!("  {} at ({x}, {y}), {width} x {height}", glyph.character);
        }
    }
    Ok(())
}
