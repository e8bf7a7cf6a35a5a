//! Pillow's filter `SMOOTH`.

/// Pillow's `SMOOTH`: weights of 1, in the middle 5, over 13. Pixels at the edges stay as they are.
/// Levels lie row by row, `channels` in a pixel.
pub(crate) fn smooth(levels: &mut [u8], (width, height): (usize, usize), channels: usize) {
    let (stride, step) = (width * channels, channels);
    if width < 3 || height < 3 {
        return;
    }
    let source = levels.to_vec();
    let mut columns = vec![0u16; stride];
    for y in 1..height - 1 {
        let rows: [&[u8]; 3] = std::array::from_fn(|row| &source[(y + row - 1) * stride..][..stride]);
        for (i, sum) in columns.iter_mut().enumerate() {
            *sum = u16::from(rows[0][i]) + u16::from(rows[1][i]) + u16::from(rows[2][i]);
        }
        let inner = &mut levels[y * stride..][step..stride - step];
        for (i, level) in inner.iter_mut().enumerate() {
            let sum =
                columns[i] + columns[i + step] + columns[i + 2 * step] + 4 * u16::from(rows[1][i + step]);
            *level = ((2 * sum + 13) / 26) as u8;
        }
    }
}
