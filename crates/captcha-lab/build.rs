//! Puts the pictures of the guide into its text.
//!
//! The pages in `guide/` show their pictures by relative links, which work where the repository is read. Documentation is
//! read elsewhere, so there each link becomes the picture itself.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

fn main() -> Result<(), Box<dyn Error>> {
    let guide = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("guide");
    let out = env::var("OUT_DIR")?;
    println!("cargo::rerun-if-changed={}", guide.display());
    for page in fs::read_dir(&guide)? {
        let page = page?.path();
        let (Some(name), Some("md")) = (page.file_name(), page.extension().and_then(|e| e.to_str())) else {
            continue;
        };
        let text = embed(&fs::read_to_string(&page)?, &guide)?;
        fs::write(Path::new(&out).join(name), text)?;
    }
    Ok(())
}

/// `text` with every link to a picture replaced by the picture.
fn embed(text: &str, guide: &Path) -> Result<String, Box<dyn Error>> {
    const LINK: &str = "](pictures/";
    let mut parts = text.split(LINK);
    let mut embedded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(')').ok_or("a link that is not closed")?;
        let format = match name.rsplit('.').next() {
            Some("svg") => "svg+xml",
            other => other.unwrap_or_default(),
        };
        let picture =
            fs::read(guide.join("pictures").join(name)).map_err(|error| format!("{name}: {error}"))?;
        embedded += &format!("](data:image/{format};base64,{}){rest}", STANDARD.encode(picture));
    }
    Ok(embedded)
}
