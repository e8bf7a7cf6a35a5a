//! The fonts that are built in.

use std::collections::HashSet;
use std::path::Path;

use captcha_core::Alphabet;
use captcha_render::{BUILT_IN_FONTS, Layout, Renderer, RowLayout, Style};

/// Loading a font refuses a missing character; here, each also leaves ink.
#[test]
fn every_font_has_digits_and_both_cases() {
    for &name in BUILT_IN_FONTS {
        let text: String = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
        let style = Style::seed().with_fonts([name]).with_alphabet(Alphabet::new(&text).unwrap());
        let renderer = Renderer::new(style.with_layout(Layout::Row(RowLayout::default())));
        let captcha = renderer.unwrap().render(&text, 1).unwrap();
        let empty: String =
            captcha.glyphs.iter().filter(|g| g.bounds.is_none()).map(|g| g.character).collect();
        assert!(empty.is_empty(), "{name} shows nothing for {empty}");
    }
}

#[test]
fn every_font_has_its_licence_and_its_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    let table = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let names: HashSet<String> =
        folder.read_dir().unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let fonts: Vec<&String> = names.iter().filter(|name| name.ends_with("tf")).collect();
    assert_eq!(fonts.len(), BUILT_IN_FONTS.len());
    for file in fonts {
        let stem = file.rsplit_once('.').unwrap().0;
        let family = if stem.starts_with("Vera") { "Vera" } else { stem.split('-').next().unwrap() };
        let licences = [stem, family].map(|name| format!("{name}.LICENSE.txt"));
        assert!(licences.iter().any(|licence| names.contains(licence)), "{file} has no licence");
        assert!(table.contains(&format!("`{file}`")), "{file} is not in the table");
    }
    for name in BUILT_IN_FONTS {
        assert!(table.contains(&format!("| `{name}` |")), "{name} is not in the table");
    }
}

/// A package may have 10 MB compressed; fonts hardly compress.
#[test]
fn the_fonts_leave_room_in_the_package() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    let bytes: u64 = folder.read_dir().unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes < 6_000_000, "{bytes} bytes");
}
