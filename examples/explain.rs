//! Shows what a network makes of an image, layer by layer: in numbers here, and as a page with pictures and films.
//!
//! ```text
//! cargo run --release --example explain
//! cargo run --release --example explain -- IMAGE
//! ```
//!
//! Open `example-out/explain/index.html` in any browser.

use std::env;
use std::path::{Path, PathBuf};
use std::process::exit;

use captcha_lab::core::{ImageLimits, MainError, open_image};
use captcha_lab::render::{Renderer, Style};
use captcha_lab::{ModelFile, Pretrained};
use captcha_report::explain::story;
use captcha_report::inside::Road;

fn main() -> Result<(), MainError> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (image, name) = match arguments.as_slice() {
        [] => {
            let captcha = Renderer::new(Style::seed())?.random(7)?;
            (captcha.image, captcha.text)
        }
        [image] => (open_image(image, ImageLimits::default())?, image.to_string_lossy().into_owned()),
        _ => {
            eprintln!("usage: explain [IMAGE]");
            exit(2)
        }
    };

    // The road of an image: cut into letters, the first of which is followed through the network.
    let model = ModelFile::from_bytes(Pretrained::SeedLetters.bytes())?;
    let road = Road::new(model, image, 1)?;

    // Every layer turns maps of [channels, height, width] into others. There is none if nothing could be cut.
    if let Some(trace) = road.trace() {
        for stage in trace.stages() {
            println!("{:>2} {:?}: {}", stage.index, stage.layer, stage.shape);
        }
    }
    match road.prediction() {
        Ok(prediction) => println!("{name} was read as {}", prediction.text),
        Err(error) => println!("{name} could not be cut into letters: {error}"),
    }

    let folder = Path::new("example-out/explain");
    story(&road, &name)?.save(folder)?;
    println!("the whole story is in {}", folder.join("index.html").display());
    Ok(())
}
