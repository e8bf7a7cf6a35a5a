//! The little of Protocol Buffers that it takes to write an ONNX file.

/// A message in its wire format (<https://protobuf.dev/programming-guides/encoding/>). Fields are written in the order
/// of the calls; a repeated field is written by calling again.
#[derive(Debug, Default)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// An `int64` or an enumeration.
    pub(super) fn int(&mut self, field: u64, value: i64) -> &mut Self {
        self.varint(field << 3);
        // A negative number is its two's complement, in ten bytes.
        self.varint(value as u64);
        self
    }

    /// A `float`.
    pub(super) fn float(&mut self, field: u64, value: f32) -> &mut Self {
        self.varint(field << 3 | 5);
        self.bytes.extend(value.to_le_bytes());
        self
    }

    /// A `string`.
    pub(super) fn text(&mut self, field: u64, value: &str) -> &mut Self {
        self.bytes(field, value.as_bytes())
    }

    /// An embedded message.
    pub(super) fn message(&mut self, field: u64, value: &Self) -> &mut Self {
        self.bytes(field, &value.bytes)
    }

    /// `bytes`.
    pub(super) fn bytes(&mut self, field: u64, value: &[u8]) -> &mut Self {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.bytes.extend(value);
        self
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Seven bits a byte, lowest first; the eighth says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification() {
        assert_eq!(Message::new().int(1, 150).bytes, [0x08, 0x96, 0x01]);
        assert_eq!(Message::new().int(1, -2).bytes, [8, 0xfe, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
        assert_eq!(Message::new().text(2, "testing").bytes, *b"\x12\x07testing");
        let mut inner = Message::new();
        inner.int(1, 150);
        assert_eq!(Message::new().message(3, &inner).bytes, [0x1a, 0x03, 0x08, 0x96, 0x01]);
        assert_eq!(Message::new().float(2, 1.0).bytes, [0x15, 0, 0, 0x80, 0x3f]);
    }
}
