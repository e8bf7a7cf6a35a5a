//! A web page that needs nothing but the pictures beside it, written as XHTML.

use std::fmt::Write;

use image::RgbImage;

/// The looks of the page: light and dark as the reader's system is, and one column on a phone.
const STYLE: &str = include_str!("page.css");

/// How large a picture is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// A CSS pixel for each two of its pixels: crisp on screens with twice the pixels. Shrinks to the page.
    Half,
    /// As `Half`, but never smaller: what is too wide for a screen is scrolled, so that its text can be read.
    Scrolled,
    /// A CSS pixel for each of its pixels. Shrinks to the page.
    Full,
}

/// The page as far as it is written.
#[derive(Debug, Default)]
pub(super) struct Page {
    body: String,
    /// Whether pictures stand beside each other.
    in_row: bool,
}

impl Page {
    /// Begins a section with a heading that can be linked to.
    pub(super) fn section(&mut self, id: &str, title: &str) {
        self.raw(&format!("<section id=\"{}\">\n<h2>{}</h2>\n", escape(id), escape(title)));
    }

    /// Ends it.
    pub(super) fn end_section(&mut self) {
        self.raw("</section>\n");
    }

    /// A paragraph.
    pub(super) fn text(&mut self, text: &str) {
        self.tagged("p", "", text);
    }

    /// A paragraph that stands back.
    pub(super) fn note(&mut self, text: &str) {
        self.tagged("p", "note", text);
    }

    /// A paragraph that stands out.
    pub(super) fn fact(&mut self, text: &str) {
        self.tagged("p", "fact", text);
    }

    /// Text in an element of this name and class.
    pub(super) fn tagged(&mut self, tag: &str, class: &str, text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.raw(&format!("<{tag}{class}>{}</{tag}>\n", escape(text)));
    }

    /// Begins a row of pictures, which are beside each other where there is room.
    pub(super) fn row(&mut self) {
        self.in_row = true;
        self.raw("<div class=\"row\">\n");
    }

    /// Ends it.
    pub(super) fn end_row(&mut self) {
        self.in_row = false;
        self.raw("</div>\n");
    }

    /// A picture in the file `name` with what it shows for people who can't see it, and a caption for all.
    pub(super) fn picture(&mut self, name: &str, image: &RgbImage, size: Size, alt: &str, caption: &str) {
        let (width, height) = image.dimensions();
        let (width, height) = match size {
            Size::Half | Size::Scrolled => (width.div_ceil(2), height.div_ceil(2)),
            Size::Full => (width, height),
        };
        // With a place among what the Tab key visits, so that arrow keys scroll it.
        let class = if size == Size::Scrolled { " class=\"wide\" tabindex=\"0\"" } else { "" };
        // A caption is no wider than its picture, so that the next one is beside it.
        let style = if self.in_row { format!(" style=\"max-width:{width}px\"") } else { String::new() };
        self.raw(&format!(
            "<figure{style}>\n<div{class}><img src=\"{}\" width=\"{width}\" height=\"{height}\" alt=\"{}\"/></div>\n",
            escape(name),
            escape(alt)
        ));
        if !caption.is_empty() {
            self.tagged("figcaption", "", caption);
        }
        self.raw("</figure>\n");
    }

    /// A film in the file `name`, of which `still` in its own file is the last frame: for people who do not want motion.
    pub(super) fn film(&mut self, name: &str, still: (&str, &RgbImage), alt: &str, caption: &str) {
        let (width, height) = still.1.dimensions();
        self.raw(&format!(
            "<figure>\n<picture><source media=\"(prefers-reduced-motion: reduce)\" srcset=\"{}\"/>\
             <img src=\"{}\" width=\"{width}\" height=\"{height}\" alt=\"{}\"/></picture>\n",
            escape(still.0),
            escape(name),
            escape(alt)
        ));
        self.tagged("figcaption", "", caption);
        self.raw("</figure>\n");
    }

    /// A table with a heading over each column, of which the first is names and the others are numbers.
    pub(super) fn table(&mut self, headings: &[&str], rows: &[Vec<String>]) {
        self.raw("<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr>");
        for heading in headings {
            self.raw(&format!("<th>{}</th>", escape(heading)));
        }
        self.raw("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.raw("<tr>");
            for cell in row {
                self.raw(&format!("<td>{}</td>", escape(cell)));
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table></div>\n");
    }

    /// Markup as it is.
    pub(super) fn raw(&mut self, markup: &str) {
        self.body.push_str(markup);
    }

    /// The whole page.
    pub(super) fn finish(self, title: &str) -> String {
        let mut page = String::new();
        let (title, body) = (escape(title), self.body);
        // Writing to a string never fails.
        let _ = write!(
            page,
            "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n\
             <meta charset=\"utf-8\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
             <meta name=\"color-scheme\" content=\"light dark\"/>\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        );
        page
    }
}

/// `text` as it stands in markup and in attributes. Characters that XML can't hold become U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            character if character.is_control() => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_makes_a_page_that_parses_and_holds_it() {
        let odd = "a < b & \"c\" 'd' ]]> \u{0}\u{1f600}\u{ffff}";
        let mut page = Page::default();
        page.section(odd, odd);
        page.text(odd);
        page.row();
        page.picture(odd, &RgbImage::new(9, 4), Size::Half, odd, odd);
        page.picture("b.png", &RgbImage::new(9, 4), Size::Scrolled, "", "");
        page.end_row();
        page.table(&[odd, "x"], &[vec![odd.to_owned(), "1".to_owned()]]);
        page.end_section();
        let page = page.finish(odd);
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
        let document = roxmltree::Document::parse_with_options(&page, options).unwrap();
        let shown = odd.replace(['\u{0}', '\u{ffff}'], "\u{fffd}");
        let held = document.descendants().filter(|node| node.text() == Some(&shown)).count();
        assert!(held >= 6, "{held}");
        let image = document.descendants().find(|node| node.tag_name().name() == "img").unwrap();
        assert_eq!((image.attribute("alt"), image.attribute("width")), (Some(&*shown), Some("5")));
    }
}
