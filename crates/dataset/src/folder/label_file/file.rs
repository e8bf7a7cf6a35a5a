//! A label file: read and written.

use std::path::Path;

use captcha_core::files::read_bounded;

use super::columns::is_image_name;
use super::{json, table};
use crate::DatasetError;
use crate::corpus::image_file::write_file;

/// Largest label file in bytes: tens of millions of images.
const MAX_BYTES: u64 = 1 << 30;

/// Most lines that are named as no rows.
const MAX_NAMED: usize = 1000;

/// Names and texts of images, in a file that people and programs edit.
///
/// | ending | what it is |
/// |---|---|
/// | `csv` | cells between `,`, `;` or tabs |
/// | `tsv` | cells between tabs |
/// | `jsonl` | a JSON object a line, as `metadata.jsonl` of the Hugging Face imagefolder layout |
/// | `json` | a list of such objects, or one object from names to texts |
/// | other | cells between tabs, `,` or `;`, or else name, white space, text |
///
/// Columns are found by name: `file_name`, `filename`, `file`, `path`, `name`, `image` ... and `text`, `label`, `labels`
/// ...; a table without such a header has the name first, unless only the second cell ends as images do. Files are
/// UTF-8. Blanks around names and texts do not count.
///
/// A file with a column `was` is a list of corrections: it changes the labels of the images that it names, and nothing
/// else. An empty text leaves an image out. [`write_corrections`](Self::write_corrections) writes such a file.
///
/// ```
/// use captcha_dataset::LabelFile;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("labels.csv");
/// LabelFile::write(&path, [("1.png", "QXKZEF"), ("2.png", "AB,C")])?;
/// let file = LabelFile::open(&path)?;
/// assert_eq!(file.rows().last(), Some(("2.png", "AB,C")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelFile(Rows);

/// One row of a list of corrections.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction<'a> {
    /// The image, as [`Sample::name`](crate::Sample::name) calls it.
    pub name: &'a str,
    /// The text that it probably shows.
    pub text: &'a str,
    /// The label that it has.
    pub was: &'a str,
    /// How sure the text is, in `[0, 1]`.
    pub confidence: f64,
}

/// What a label file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rows {
    rows: Vec<(String, String)>,
    /// Lines that are no rows: `line 7: expected a text`.
    bad: Vec<String>,
    bad_count: u64,
    pub(super) corrects: bool,
    /// Whether the columns have names.
    pub(super) header: bool,
}

impl Rows {
    pub(super) fn new(header: bool, corrects: bool) -> Self {
        Self { header, corrects, ..Self::default() }
    }

    pub(super) fn add(&mut self, file: &str, text: &str) {
        self.rows.push((file.trim().to_owned(), text.trim().to_owned()));
    }

    pub(super) fn bad(&mut self, line: u64, expected: &str) {
        self.bad_count += 1;
        if self.bad.len() < MAX_NAMED {
            self.bad.push(format!("line {line}: expected {expected}"));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl LabelFile {
    /// Reads a label file.
    ///
    /// # Errors
    /// [`DatasetError::LabelFile`] if it is none, is not UTF-8, or has no two columns; [`DatasetError::Read`], also of
    /// a file of more than 1 GiB.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DatasetError> {
        let path = path.as_ref();
        let refused = |line, expected| DatasetError::LabelFile { path: path.to_owned(), line, expected };
        let bytes = read_bounded(path, MAX_BYTES).map_err(|error| DatasetError::read(path)(error.into()))?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
            refused(before as u64 + 1, "UTF-8".to_owned())
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        let rows = match &*ending {
            "jsonl" | "ndjson" => json::rows_of_lines(text),
            "json" => json::rows_of_document(text),
            ending => table::rows(text, ending),
        };
        rows.map(Self).map_err(|(line, expected)| refused(line, expected))
    }

    /// Names and texts, in the order of the file.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.rows.iter().map(|(file, text)| (&**file, &**text))
    }

    /// Whether it is a list of corrections.
    #[must_use]
    pub fn corrects(&self) -> bool {
        self.0.corrects
    }

    /// Lines that are no rows, each with what was expected, at most the first 1000.
    #[must_use]
    pub fn bad_lines(&self) -> &[String] {
        &self.0.bad
    }

    /// The number of lines that are no rows.
    pub(crate) fn bad_count(&self) -> u64 {
        self.0.bad_count
    }

    /// Whether a file that nobody named as one is a label file: its columns have names, or its first row names an image.
    pub(crate) fn is_evident(&self) -> bool {
        !self.0.is_empty()
            && (self.0.header || self.0.rows.first().is_some_and(|(file, _)| is_image_name(file)))
    }

    /// Writes a label file, CSV with the columns `file_name` and `text`.
    ///
    /// # Errors
    /// [`DatasetError::Write`], [`DatasetError::DiskFull`].
    pub fn write<'a>(
        path: impl AsRef<Path>,
        rows: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), DatasetError> {
        let rows = rows.into_iter().map(|(file, text)| [file.to_owned(), text.to_owned()]);
        write_table(path.as_ref(), ["file_name", "text"], rows)
    }

    /// Writes a list of corrections, CSV with the columns `file_name`, `text`, `was` and `confidence`: to be edited, and
    /// given back as [`FolderOptions::labels`](crate::FolderOptions::labels).
    ///
    /// # Errors
    /// [`DatasetError::Write`], [`DatasetError::DiskFull`].
    pub fn write_corrections<'a>(
        path: impl AsRef<Path>,
        corrections: impl IntoIterator<Item = Correction<'a>>,
    ) -> Result<(), DatasetError> {
        let rows = corrections.into_iter().map(|row| {
            [row.name.to_owned(), row.text.to_owned(), row.was.to_owned(), format!("{:.4}", row.confidence)]
        });
        write_table(path.as_ref(), ["file_name", "text", "was", "confidence"], rows)
    }
}

fn write_table<const N: usize>(
    path: &Path,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), DatasetError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(header).and_then(|()| {
        let mut rows = rows;
        rows.try_for_each(|row| writer.write_record(&row))
    });
    let bytes = written
        .map_err(std::io::Error::other)
        .and_then(|()| writer.into_inner().map_err(|error| std::io::Error::other(error.to_string())));
    bytes.and_then(|bytes| write_file(path, &bytes)).map_err(DatasetError::write(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(name: &str, content: impl AsRef<[u8]>) -> Result<LabelFile, DatasetError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        LabelFile::open(&path)
    }

    #[test]
    fn every_form_says_the_same() {
        let expected = [("1.png", "AB"), ("sub/2.png", "C D")];
        for (name, content) in [
            ("a.csv", "file_name,text\n1.png,AB\nsub/2.png,C D\n"),
            ("a.csv", "\u{feff}text;file\r\nAB;1.png\r\n\"C D\";sub/2.png\r\n"),
            ("a.csv", "1.png, AB\nsub/2.png, \"C D\"\n"),
            ("a.tsv", "1.png\tAB\nsub/2.png\tC D"),
            ("a.txt", "1.png\tAB\nsub/2.png\tC D\n"),
            ("a.txt", "1.png AB\n\nsub/2.png C D\n"),
            (
                "a.jsonl",
                "{\"file_name\":\"1.png\",\"text\":\"AB\"}\n{\"label\":\"C D\",\"path\":\"sub/2.png\"}\n",
            ),
            (
                "a.json",
                "[{\"image\":\"1.png\",\"label\":\"AB\"},{\"image\":\"sub/2.png\",\"label\":\"C D\"}]",
            ),
            ("a.json", "{\"1.png\":\"AB\",\"sub/2.png\":\"C D\"}"),
        ] {
            let file = open(name, content).unwrap_or_else(|error| panic!("{content}: {error}"));
            assert_eq!(file.rows().collect::<Vec<_>>(), expected, "{name}: {content}");
            assert!(file.is_evident() && !file.corrects() && file.bad_lines().is_empty());
        }
    }

    #[test]
    fn lines_that_are_no_rows_are_named_and_files_that_are_none_refused() {
        let file = open("a.csv", "file,text\n1.png,AB\n2.png\n3.png,C\n").unwrap();
        assert_eq!(file.rows().len(), 2);
        assert_eq!(file.bad_lines(), ["line 3: expected a name and a text"]);
        let file = open("a.jsonl", "{\"file\":\"1.png\",\"text\":12}\n[]\n{\"file\"\n").unwrap();
        assert_eq!(file.rows().next(), Some(("1.png", "12")));
        assert_eq!((file.bad_lines().len(), file.bad_count()), (2, 2));

        for (name, content, line) in [
            ("a.csv", &b"alone\n"[..], 1),
            ("a.csv", b"file,text\n1.png,\xff\n", 2),
            ("a.jsonl", b"{\"a\":1}\n", 1),
            ("a.json", b"[1,\n2", 2),
            ("a.json", b"7", 1),
        ] {
            let error = open(name, content).unwrap_err();
            assert!(matches!(&error, DatasetError::LabelFile { line: at, .. } if *at == line), "{error}");
        }
        assert!(!open("labels.txt", "A\tB\n").unwrap().is_evident());
        assert!(!open("labels.txt", "").unwrap().is_evident());
    }

    #[test]
    fn corrections_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("suspects.csv");
        let correction = Correction { name: "1,2.png", text: "AB", was: "A8", confidence: 0.98765 };
        LabelFile::write_corrections(&path, [correction]).unwrap();
        let file = LabelFile::open(&path).unwrap();
        assert!(file.corrects());
        assert_eq!(file.rows().collect::<Vec<_>>(), [("1,2.png", "AB")]);
        assert!(std::fs::read_to_string(&path).unwrap().contains("A8,0.9877"));
    }
}
