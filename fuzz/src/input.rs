//! The fuzzer's bytes, taken from the front as numbers and runs. Every input is valid: where it
//! ends, numbers are zero and runs are short.
//!
//! It is simple so that seeds can be written by hand and mutations stay local.

/// The bytes that are left.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// Two bytes, the higher first.
    pub fn short(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// At most `length` bytes.
    pub fn run(&mut self, length: usize) -> &'a [u8] {
        let (run, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        run
    }

    /// A byte that says how many bytes follow, and these.
    pub fn list(&mut self) -> &'a [u8] {
        let length = self.byte();
        self.run(usize::from(length))
    }

    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}
