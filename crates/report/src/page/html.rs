//! A web page that depends only on the picture files beside it.

use image::RgbImage;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The style sheet: light or dark as the system is set, and one column on a phone.
const STYLE: &str = include_str!("page.css");

/// How large a picture is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// One CSS pixel for every two image pixels: sharp on high-density screens. Shrinks to the page width.
    Half,
    /// Like `Half`, but never shrunk: an image that is too wide is scrolled, so its text stays legible.
    Scrolled,
    /// One CSS pixel for each image pixel. Shrinks to the page width.
    Full,
}

/// An open element, which collects what is added until it is closed.
#[derive(Debug)]
enum Holder {
    /// A section with a heading.
    Section { id: String, title: String },
    /// Pictures side by side where there is room.
    Row,
}

/// The page as written so far.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Content outside all open elements.
    body: String,
    /// The open elements, outermost first, with their content.
    begun: Vec<(Holder, String)>,
}

impl Page {
    /// Adds markup.
    pub(crate) fn add(&mut self, markup: Markup) {
        let content = self.begun.last_mut().map_or(&mut self.body, |(_, content)| content);
        content.push_str(&markup.into_string());
        content.push('\n');
    }

    /// Begins a section with a heading that can be linked to.
    pub(crate) fn section(&mut self, id: &str, title: &str) {
        self.begun.push((Holder::Section { id: id.to_owned(), title: title.to_owned() }, String::new()));
    }

    /// Begins a row of pictures, which stand side by side where there is room.
    pub(crate) fn row(&mut self) {
        self.begun.push((Holder::Row, String::new()));
    }

    /// Closes the element that was opened last.
    pub(crate) fn end(&mut self) {
        let Some((holder, content)) = self.begun.pop() else { return };
        let content = PreEscaped(content);
        self.add(match holder {
            Holder::Section { id, title } => html! { section id=(id) { h2 { (title) } (content) } },
            Holder::Row => html! { div.row { (content) } },
        });
    }

    /// The heading of the page.
    pub(crate) fn title(&mut self, text: &str) {
        self.add(html! { h1 { (text) } });
    }

    /// A heading in a section.
    pub(crate) fn heading(&mut self, text: &str) {
        self.add(html! { h3 { (text) } });
    }

    /// A paragraph.
    pub(crate) fn text(&mut self, text: &str) {
        self.add(html! { p { (text) } });
    }

    /// A paragraph with less emphasis.
    pub(crate) fn note(&mut self, text: &str) {
        self.paragraph("note", text);
    }

    /// A paragraph with more emphasis.
    pub(crate) fn fact(&mut self, text: &str) {
        self.paragraph("fact", text);
    }

    /// A line of arithmetic.
    pub(crate) fn sum(&mut self, text: &str) {
        self.paragraph("sum", text);
    }

    /// A paragraph with a CSS class.
    pub(crate) fn paragraph(&mut self, class: &str, text: &str) {
        self.add(html! { p class=(class) { (text) } });
    }

    /// The picture in the file `name`, with a description for people who can't see it and a caption.
    pub(crate) fn picture(&mut self, name: &str, image: &RgbImage, size: Size, alt: &str, caption: &str) {
        let (width, height) = image.dimensions();
        let (width, height) = match size {
            Size::Half | Size::Scrolled => (width.div_ceil(2), height.div_ceil(2)),
            Size::Full => (width, height),
        };
        let is_wide = size == Size::Scrolled;
        // Focusable with the Tab key, so that arrow keys scroll it.
        let tab = is_wide.then_some(0);
        // The caption is no wider than its picture, so that the next picture fits beside it.
        let in_row = matches!(self.begun.last(), Some((Holder::Row, _)));
        let style = in_row.then(|| format!("max-width:{width}px"));
        self.add(html! {
            figure style=[style] {
                div.wide[is_wide] tabindex=[tab] { img src=(name) width=(width) height=(height) alt=(alt); }
                @if !caption.is_empty() { figcaption { (caption) } }
            }
        });
    }

    /// The film in the file `name`. `still`, its last frame in a file of its own, is shown to people who
    /// prefer reduced motion.
    pub(crate) fn film(&mut self, name: &str, still: (&str, &RgbImage), alt: &str, caption: &str) {
        let (width, height) = still.1.dimensions();
        self.add(html! {
            figure {
                picture {
                    source media="(prefers-reduced-motion: reduce)" srcset=(still.0);
                    img src=(name) width=(width) height=(height) alt=(alt);
                }
                figcaption { (caption) }
            }
        });
    }

    /// A table with a heading over each column; the first column holds names, the others numbers.
    pub(crate) fn table(&mut self, headings: &[&str], rows: &[Vec<String>]) {
        self.add(html! {
            div.wide tabindex="0" {
                table {
                    thead { tr { @for heading in headings { th { (heading) } } } }
                    tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
                }
            }
        });
    }

    /// The whole page.
    pub(crate) fn finish(mut self, title: &str) -> String {
        while !self.begun.is_empty() {
            self.end();
        }
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body { main { (PreEscaped(self.body)) } }
            }
        };
        page.into_string().chars().map(visible).collect()
    }
}

/// A character as the page may contain it: those that HTML does not allow become U+FFFD.
fn visible(character: char) -> char {
    match character {
        '\n' => '\n',
        '\t' | '\r' => ' ',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        character if character.is_control() => '\u{fffd}',
        character => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page as XML, which has no elements without an end tag.
    fn as_xml(page: &str) -> String {
        let mut xml = String::new();
        for part in page.split_inclusive('>') {
            let tag = part.rfind('<').map_or("", |start| &part[start..]);
            let is_void = ["<meta ", "<img ", "<br>", "<source "].iter().any(|void| tag.starts_with(void));
            xml.push_str(part.strip_suffix('>').filter(|_| is_void).unwrap_or(part));
            xml.push_str(if is_void { "/>" } else { "" });
        }
        xml
    }

    #[test]
    fn any_text_makes_a_page_that_parses_and_holds_it() {
        let odd = "a < b & \"c\" 'd' ]]> \u{0}\u{1f600}\u{ffff}";
        let mut page = Page::default();
        page.section(odd, odd);
        page.text(odd);
        page.row();
        page.picture(odd, &RgbImage::new(9, 4), Size::Half, odd, odd);
        page.picture("b.png", &RgbImage::new(9, 4), Size::Scrolled, "", "");
        page.end();
        page.table(&[odd, "x"], &[vec![odd.to_owned(), "1".to_owned()]]);
        // The section is closed with the page.
        let page = page.finish(odd);
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
        let xml = as_xml(&page);
        let document = roxmltree::Document::parse_with_options(&xml, options).unwrap();
        let shown = odd.replace(['\u{0}', '\u{ffff}'], "\u{fffd}");
        let held = document.descendants().filter(|node| node.text() == Some(&shown)).count();
        assert!(held >= 6, "{held}");
        let image = document.descendants().find(|node| node.tag_name().name() == "img").unwrap();
        assert_eq!((image.attribute("alt"), image.attribute("width")), (Some(&*shown), Some("5")));
        let figures: Vec<_> =
            document.descendants().filter(|node| node.tag_name().name() == "figure").collect();
        assert!(figures.iter().all(|figure| figure.attribute("style").is_some()), "they are in a row");
    }
}
