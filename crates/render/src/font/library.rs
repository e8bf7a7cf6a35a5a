//! The fonts of a distribution over styles: opened once, and set in any size.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::error::RenderError;
use crate::font::Face;
use crate::font::file::FontFile;
use crate::font::shapes::{MAX_POINTS, Shapes};

/// The most faces that are kept, of some kilobytes each: thirty fonts in a hundred sizes.
const MAX_FACES: usize = 4096;

/// Fonts with their outlines, and faces of the sizes that were asked for.
pub(crate) struct FontLibrary {
    fonts: Vec<(Arc<FontFile>, Arc<Shapes>)>,
    /// The place of each font by its name.
    places: HashMap<String, usize>,
    /// Faces by the place of their font and their height in pixels.
    faces: Mutex<HashMap<(usize, u32), Arc<Face>>>,
}

impl FontLibrary {
    /// The library of fonts, each with the characters that it has to have.
    pub(crate) fn open(wanted: BTreeMap<&str, BTreeSet<char>>) -> Result<Self, RenderError> {
        let names: Vec<String> = wanted.keys().map(|&name| name.to_owned()).collect();
        let files = FontFile::open_all(&names)?;
        let mut left = MAX_POINTS;
        let fonts = files.into_iter().zip(wanted.into_values()).map(|(file, characters)| {
            let shapes = Shapes::new(&file, characters, &mut left)?;
            Ok((file, Arc::new(shapes)))
        });
        let fonts = fonts.collect::<Result<_, RenderError>>()?;
        Ok(Self { fonts, places: names.into_iter().zip(0..).collect(), faces: Mutex::default() })
    }

    /// The outlines of the fonts of these names.
    pub(crate) fn shapes(&self, names: &[String]) -> Result<Vec<Arc<Shapes>>, RenderError> {
        names.iter().map(|name| Ok(Arc::clone(&self.fonts[self.place(name)?].1))).collect()
    }

    /// The font called `name` for characters of `height` pixels.
    pub(crate) fn face(&self, name: &str, height: u32) -> Result<Arc<Face>, RenderError> {
        let place = self.place(name)?;
        // A face is whole before it is inserted.
        let faces = || self.faces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(face) = faces().get(&(place, height)) {
            return Ok(Arc::clone(face));
        }
        let face = Arc::new(Face::new(&self.fonts[place].0, height)?);
        let mut faces = faces();
        if faces.len() < MAX_FACES {
            faces.insert((place, height), Arc::clone(&face));
        }
        Ok(face)
    }

    fn place(&self, name: &str) -> Result<usize, RenderError> {
        let place = self.places.get(name).copied();
        place.ok_or_else(|| {
            let known: Vec<&str> = self.fonts.iter().map(|(file, _)| file.name.as_str()).collect();
            RenderError::UnknownFont { name: name.to_owned(), expected: known.join(", ") }
        })
    }

    /// `values` with what identifies a font in place of every name of one.
    pub(crate) fn identified(&self, values: &Value) -> Value {
        match values {
            Value::String(name) => match self.places.get(name) {
                Some(&place) => self.fonts[place].0.fingerprint(),
                None => values.clone(),
            },
            Value::Array(entries) => entries.iter().map(|entry| self.identified(entry)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(key, field)| (key.clone(), self.identified(field)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    /// What identifies the fonts.
    pub(crate) fn fingerprints(&self) -> Value {
        self.fonts.iter().map(|(file, _)| file.fingerprint()).collect()
    }

    /// The names of the fonts, each with the SHA-256 of its bytes.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = (String, String)> {
        self.fonts.iter().map(|(file, _)| (file.name.clone(), file.sha256()))
    }
}
