//! Numbers that start at a cache line.

/// A cache line, and an AVX-512 register, in bytes.
const ALIGNMENT: usize = 64;

/// A buffer of fixed length whose first value stands at the start of a cache line, so that no vector that is
/// read from it crosses one.
#[derive(Debug, Default)]
pub(in crate::native) struct Aligned<T> {
    storage: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Copy + Default> Aligned<T> {
    /// `len` zeros.
    pub(in crate::native) fn zeros(len: usize) -> Self {
        let spare = ALIGNMENT / size_of::<T>();
        let storage = vec![T::default(); len + spare];
        // `align_offset` may in theory say that it can't tell: then the buffer is correct, only slower.
        let start = storage.as_ptr().align_offset(ALIGNMENT).min(spare);
        Self { storage, start, len }
    }

    /// At least `len` values: if there are fewer, as many zeros instead.
    pub(in crate::native) fn grow(&mut self, len: usize) {
        if self.len < len {
            *self = Self::zeros(len);
        }
    }
}

impl<T> std::ops::Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.storage[self.start..self.start + self.len]
    }
}

impl<T> std::ops::DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.storage[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_starts_a_cache_line() {
        for len in [0, 1, 15, 16, 1000] {
            let mut buffer = Aligned::<f32>::zeros(len);
            assert_eq!(buffer.len(), len);
            buffer.fill(1.0);
            assert_eq!(buffer.as_ptr() as usize % 64, 0);
            assert_eq!(Aligned::<i8>::zeros(len).as_ptr() as usize % 64, 0);
        }
    }
}
