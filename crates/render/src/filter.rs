//! Filters that make a pixel of its neighbours too.

use crate::canvas::Canvas;

/// What was done to a picture that also moved the ink of its characters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    /// Pillow's `SMOOTH`.
    Smooth,
}

impl Filter {
    /// How far ink is moved, in pixels.
    pub(crate) fn reach(&self) -> usize {
        match self {
            Self::Smooth => 1,
        }
    }

    pub(crate) fn apply(&self, canvas: &mut Canvas) {
        match self {
            Self::Smooth => smooth(canvas),
        }
    }
}

/// Pillow's `SMOOTH`: weights of 1, in the middle 5, over 13. Pixels at the edges stay as they are.
fn smooth(canvas: &mut Canvas) {
    let (stride, step) = (canvas.width * canvas.channels, canvas.channels);
    if canvas.width < 3 || canvas.height < 3 {
        return;
    }
    let source = canvas.levels.clone();
    let mut columns = vec![0u16; stride];
    for y in 1..canvas.height - 1 {
        let rows: [&[u8]; 3] = std::array::from_fn(|row| &source[(y + row - 1) * stride..][..stride]);
        for (i, sum) in columns.iter_mut().enumerate() {
            *sum = u16::from(rows[0][i]) + u16::from(rows[1][i]) + u16::from(rows[2][i]);
        }
        let inner = &mut canvas.levels[y * stride..][step..stride - step];
        for (i, level) in inner.iter_mut().enumerate() {
            let sum =
                columns[i] + columns[i + step] + columns[i + 2 * step] + 4 * u16::from(rows[1][i + step]);
            *level = ((2 * sum + 13) / 26) as u8;
        }
    }
}
