//! Rows of cells: CSV, TSV, white space.

use super::columns::{Columns, EXPECTED};
use super::file::Rows;

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Character(u8),
    /// The first white space of a line: names without blanks, texts with any.
    WhiteSpace,
}

/// The rows of a table; `Err` with the line and what was expected there.
pub(super) fn rows(text: &str, ending: &str) -> Result<Rows, (u64, String)> {
    let separator = separator(text, ending);
    let mut cells = match separator {
        Separator::Character(character) => by_character(text, character),
        Separator::WhiteSpace => by_white_space(text),
    };
    let Some((first_line, first)) = cells.next() else { return Ok(Rows::default()) };
    let first = first.map_err(|error| (first_line, error))?;
    let columns = Columns::of(&first).ok_or_else(|| (first_line, EXPECTED.to_owned()))?;
    let mut rows = Rows::new(columns.header, columns.corrects);
    let data = (!columns.header).then_some((first_line, Ok(first))).into_iter().chain(cells);
    for (line, cells) in data {
        match cells {
            Ok(cells) => match (cells.get(columns.file), cells.get(columns.text)) {
                (Some(file), Some(text)) => rows.add(file, text),
                _ => rows.bad(line, "a name and a text"),
            },
            Err(error) => rows.bad(line, &error),
        }
    }
    Ok(rows)
}

fn separator(text: &str, ending: &str) -> Separator {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let wanted: &[u8] = match ending {
        "csv" => b",;\t",
        "tsv" => b"\t",
        _ => b"\t,;",
    };
    match wanted.iter().find(|&&character| first.contains(char::from(character))) {
        Some(&character) => Separator::Character(character),
        None if ending == "csv" => Separator::Character(b','),
        None => Separator::WhiteSpace,
    }
}

/// Lines, from 1, with their cells, or what was expected there.
type Cells<'a> = Box<dyn Iterator<Item = (u64, Result<Vec<String>, String>)> + 'a>;

fn by_character(text: &str, separator: u8) -> Cells<'_> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        // Texts between tabs are as they are.
        .quoting(separator != b'\t')
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut line = 1;
    Box::new(std::iter::from_fn(move || {
        let mut record = csv::StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(false) => None,
            Ok(true) => {
                line = record.position().map_or(line, csv::Position::line);
                // A blank before a quote, as in `1.png, "AB"` of the ICDAR contests, makes it a part of the cell.
                let cells = record.iter().map(|cell| {
                    let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
                    inner.filter(|_| separator != b'\t').unwrap_or(cell).to_owned()
                });
                Some((line, Ok(cells.collect())))
            }
            Err(error) => Some((line + 1, Err(error.to_string()))),
        }
    }))
}

fn by_white_space(text: &str) -> Cells<'_> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    Box::new(lines.map(|(index, line)| {
        let line = line.trim();
        let (name, text) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let cells = [name, text.trim()].into_iter().filter(|cell| !cell.is_empty());
        (index as u64 + 1, Ok(cells.map(str::to_owned).collect()))
    }))
}
