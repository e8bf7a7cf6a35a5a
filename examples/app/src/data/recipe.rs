//! What is drawn next.

use captcha_lab::core::seed;
use captcha_lab::render::{RenderError, Renderer, Style};

use crate::Picture;

/// All settings that an image is drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// The name of the style: a preset's, or that of a file.
    pub name: String,
    /// The style as it was loaded.
    pub original: Style,
    /// The style as the sliders have changed it.
    pub style: Style,
    /// A font that replaces that of the style.
    pub font: Option<String>,
    /// Whether `text` is drawn, instead of a random text.
    pub own_text: bool,
    /// The user's own text.
    pub text: String,
    /// The seed of all random numbers.
    pub seed: u64,
}

/// Upper limit of the seeds that are chosen automatically: short enough to remember.
const SEEDS: u64 = 100_000_000;

impl Recipe {
    /// A recipe for random texts in `style`, called `name`.
    #[must_use]
    pub fn new(name: impl Into<String>, style: Style, seed: u64) -> Self {
        Self {
            name: name.into(),
            original: style.clone(),
            style,
            font: None,
            own_text: false,
            text: String::new(),
            seed,
        }
    }

    /// Sets another style and keeps everything else.
    pub fn set_style(&mut self, name: impl Into<String>, style: Style) {
        self.name = name.into();
        self.original = style.clone();
        self.style = style;
        self.font = None;
    }

    /// Sets the next seed, a function of the current one, so that a session can be repeated.
    pub fn next_seed(&mut self) {
        self.seed = seed::derive(self.seed, 1) % SEEDS;
    }

    /// The style with the chosen font.
    #[must_use]
    pub fn drawn_style(&self) -> Style {
        match &self.font {
            Some(font) => self.style.clone().with_fonts([font]),
            None => self.style.clone(),
        }
    }
}

/// Draws recipes, and caches the renderer of the last one.
#[derive(Debug, Default)]
pub struct Drawer {
    renderer: Option<Renderer>,
}

impl Drawer {
    /// Draws the image of `recipe`.
    ///
    /// # Errors
    /// As [`Renderer::new`] and [`Renderer::render`]: a value out of its range, a font without one of the
    /// characters.
    pub fn draw(&mut self, recipe: &Recipe) -> Result<Picture, RenderError> {
        let style = recipe.drawn_style();
        let renderer = match self.renderer.take().filter(|renderer| renderer.style() == Some(&style)) {
            Some(renderer) => renderer,
            None => Renderer::new(style)?,
        };
        let renderer = self.renderer.insert(renderer);
        draw(renderer, recipe, recipe.seed)
    }
}

/// Draws the image of `recipe` with another seed; `renderer` is that of its style.
pub(crate) fn draw(renderer: &Renderer, recipe: &Recipe, seed: u64) -> Result<Picture, RenderError> {
    let captcha = match recipe.own_text {
        true => renderer.render(&recipe.text, seed)?,
        false => renderer.random(seed)?,
    };
    Ok(Picture::drawn(captcha, seed))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn seeds_follow_from_each_other_and_differ() {
        let seeds = || {
            let mut recipe = Recipe::new("seed", Style::seed(), 42);
            std::iter::repeat_with(move || {
                recipe.next_seed();
                recipe.seed
            })
            .take(1000)
        };
        assert!(seeds().eq(seeds()));
        assert_eq!(seeds().collect::<HashSet<_>>().len(), 1000);
    }

    #[test]
    fn the_same_recipe_draws_the_same_image_after_another_one() {
        let mut drawer = Drawer::default();
        let recipe = Recipe::new("seed", Style::seed(), 42);
        let first = drawer.draw(&recipe).unwrap();
        let lobster = Recipe { font: Some("lobster".to_owned()), ..recipe.clone() };
        let other = drawer.draw(&lobster).unwrap();
        assert_eq!(first.text, other.text);
        assert_ne!(first.image, other.image);
        let broken = Recipe { font: Some("no-font".to_owned()), ..recipe.clone() };
        assert!(drawer.draw(&broken).is_err());
        assert_eq!(drawer.draw(&recipe).unwrap().image, first.image);
    }
}
