//! Floats that start at a cache line.

/// The alignment in floats: one cache line and one AVX-512 register.
const ALIGNMENT: usize = 64 / size_of::<f32>();

/// A buffer of fixed length whose first value stands at the start of a cache line, so that no vector that is
/// read from it crosses one.
#[derive(Debug)]
pub(super) struct Aligned {
    storage: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    /// `len` zeros.
    pub(super) fn zeros(len: usize) -> Self {
        let storage = vec![0.0; len + ALIGNMENT];
        // `align_offset` may in theory say that it can't tell: then the buffer is correct, only slower.
        let start = storage.as_ptr().align_offset(ALIGNMENT * size_of::<f32>()).min(ALIGNMENT);
        Self { storage, start, len }
    }
}

impl std::ops::Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.storage[self.start..self.start + self.len]
    }
}

impl std::ops::DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.storage[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_starts_a_cache_line() {
        for len in [0, 1, 15, 16, 1000] {
            let mut buffer = Aligned::zeros(len);
            assert_eq!(buffer.len(), len);
            buffer.fill(1.0);
            assert_eq!(buffer.as_ptr() as usize % 64, 0);
        }
    }
}
