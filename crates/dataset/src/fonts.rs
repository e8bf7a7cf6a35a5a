//! Which fonts a style draws with, by content.

use std::collections::BTreeMap;
use std::io::{self, Read};

use captcha_core::ContentHash;
use captcha_core::files::open_regular;
use captcha_render::{BUILT_IN_FONTS, Style};

/// Largest font file: the renderer takes no larger one.
const MAX_FONT: u64 = 64 << 20;

/// The hash of the bytes of every font file that `style` names, by the name. Built-in fonts are known by their names
/// and the version of captcha-lab.
pub(crate) fn font_hashes(style: &Style) -> BTreeMap<String, String> {
    let hash =
        |font: &String| -> io::Result<String> { ContentHash::of_reader(open_regular(font)?.take(MAX_FONT)) };
    let files = style.fonts.iter().filter(|font| !BUILT_IN_FONTS.contains(&font.as_str()));
    files
        .map(|font| (font.clone(), hash(font).unwrap_or_else(|error| format!("unreadable: {error}"))))
        .collect()
}
