//! A short fingerprint of texts, the same on every machine and for ever.

/// 64-bit FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo; RFC 9923), which needs no key and no dependency. It tells
/// apart what differs by accident, not by malice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds `text` and a mark of its end.
    pub(crate) fn add(&mut self, text: &str) {
        // 0xff is no byte of UTF-8.
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut digest = Self::new();
        texts.into_iter().for_each(|text| digest.add(text));
        digest
    }

    pub(crate) fn value(self) -> u64 {
        self.0
    }

    pub(crate) fn hex(self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_between_texts_count() {
        let of = |texts: &[&str]| Digest::of(texts.iter().copied()).hex();
        assert_ne!(of(&["AB", "C"]), of(&["A", "BC"]));
        assert_ne!(of(&["AB"]), of(&["AB", ""]));
        assert_eq!(of(&[]), "cbf29ce484222325");
        // FNV-1a of the published test vector "a" is af63dc4c8601ec8c; the end mark is hashed after it.
        let marked = (0xaf63_dc4c_8601_ec8c_u64 ^ 0xff).wrapping_mul(0x0000_0100_0000_01b3);
        assert_eq!(Digest::of(["a"]).value(), marked);
    }
}
