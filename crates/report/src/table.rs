//! Tables of results.

use std::fmt;

use captcha_lab::{GroupedShare, Share};
use comfy_table::presets;
use comfy_table::{CellAlignment, ContentArrangement};

use crate::format;

/// An aligned table. Columns of numbers are aligned to the right.
///
/// ```
/// use captcha_report::{Table, TableStyle};
///
/// let mut table = Table::new(["", "whole", "letters"]);
/// table.row(["this", "98.90 %", "99.82 %"]);
/// assert_eq!(
///     table.in_style(TableStyle::Markdown),
///     "|      |   whole | letters |\n|------|---------|---------|\n| this | 98.90 % | 99.82 % |"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// How the lines of a table are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableStyle {
    /// Thin lines.
    Utf8,
    /// `+`, `-` and `|`, for terminals and files without Unicode.
    Ascii,
    /// A table for a README.
    Markdown,
}

impl TableStyle {
    /// [`Utf8`](Self::Utf8) where the locale is UTF-8, and on Windows; [`Ascii`](Self::Ascii) elsewhere.
    #[must_use]
    pub fn of_locale() -> Self {
        // The order in which POSIX reads them: the first that is set and not empty counts.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        Self::of(locale.as_deref())
    }

    fn of(locale: Option<&str>) -> Self {
        let locale = locale.unwrap_or_default().to_lowercase();
        if cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8") {
            Self::Utf8
        } else {
            Self::Ascii
        }
    }
}

impl Table {
    /// A table without rows.
    pub fn new<T: Into<String>>(header: impl IntoIterator<Item = T>) -> Self {
        Self { header: header.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row; missing cells are empty.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) -> &mut Self {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }

    /// The table in this style, without a line break at its end.
    #[must_use]
    pub fn in_style(&self, style: TableStyle) -> String {
        let mut table = comfy_table::Table::new();
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.load_style(match style {
            TableStyle::Utf8 => presets::UTF8_FULL_CONDENSED,
            TableStyle::Ascii => presets::ASCII_FULL_CONDENSED,
            TableStyle::Markdown => presets::ASCII_MARKDOWN,
        });
        let columns = self.rows.iter().map(Vec::len).chain([self.header.len()]).max().unwrap_or(0);
        let filled = |cells: &[String]| -> Vec<String> {
            (0..columns).map(|column| cells.get(column).cloned().unwrap_or_default()).collect()
        };
        table.set_header(filled(&self.header));
        for row in &self.rows {
            table.add_row(filled(row));
        }
        for index in 0..columns {
            if self.is_numeric(index)
                && let Some(column) = table.column_mut(index)
            {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.trim_fmt()
    }

    /// Whether the column has non-empty cells and all of them start like a number.
    fn is_numeric(&self, column: usize) -> bool {
        let mut cells =
            self.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|cell| cell == "-" || starts_like_a_number(cell))
    }
}

fn starts_like_a_number(cell: &str) -> bool {
    cell.trim_start_matches(['-', '+', '<', '>', '~', '≥', '≤', ' '])
        .starts_with(|c: char| c.is_ascii_digit())
}

impl fmt::Display for Table {
    /// In the [style of the locale](TableStyle::of_locale).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_style(TableStyle::of_locale()))
    }
}

/// A share with the 95 % confidence interval for its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareWithInterval {
    share: Share,
    interval: (f64, f64),
}

impl From<Share> for ShareWithInterval {
    fn from(share: Share) -> Self {
        Self { share, interval: share.interval() }
    }
}

impl From<GroupedShare> for ShareWithInterval {
    fn from(grouped: GroupedShare) -> Self {
        Self { share: grouped.share(), interval: grouped.interval() }
    }
}

/// `name`, hits, total, share and 95 % confidence interval: a row of a table of accuracies.
#[must_use]
pub fn share_cells(name: &str, share: impl Into<ShareWithInterval>) -> [String; 5] {
    let ShareWithInterval { share, interval: (low, high) } = share.into();
    [
        name.to_owned(),
        format::count(share.hits),
        format::count(share.total),
        format::percent(share.value()),
        format!("{} to {}", format::percent(low), format::percent(high)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["model", "whole", "images/s"]);
        table.row(["seed", "94.95 %", "3"]).row(["this one", "98.90 %", "12,345"]).row(["none", "-"]);
        table
    }

    #[test]
    fn numbers_stand_right_and_words_left() {
        let expected = "\
+----------+---------+----------+
| model    |   whole | images/s |
+===============================+
| seed     | 94.95 % |        3 |
| this one | 98.90 % |   12,345 |
| none     |       - |          |
+----------+---------+----------+";
        assert_eq!(table().in_style(TableStyle::Ascii), expected);
    }

    #[test]
    fn every_line_is_as_wide_as_the_others() {
        for style in [TableStyle::Utf8, TableStyle::Ascii, TableStyle::Markdown] {
            for table in [table(), Table::new(["a"]), Table::new(["ä", "中"])] {
                let text = table.in_style(style);
                let widths: Vec<usize> =
                    text.lines().map(|line| line.chars().map(|c| 1 + usize::from(c == '中')).sum()).collect();
                assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
            }
        }
    }

    #[test]
    fn a_table_of_nothing_is_no_panic() {
        let empty: [&str; 0] = [];
        let _ = Table::new(empty).in_style(TableStyle::Utf8);
    }

    #[test]
    fn the_locale_decides() {
        if cfg!(not(windows)) {
            assert_eq!(TableStyle::of(Some("en_GB.UTF-8")), TableStyle::Utf8);
            assert_eq!(TableStyle::of(Some("C.utf8")), TableStyle::Utf8);
            assert_eq!(TableStyle::of(Some("C")), TableStyle::Ascii);
            assert_eq!(TableStyle::of(None), TableStyle::Ascii);
        }
    }
}
