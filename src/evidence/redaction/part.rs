//! One thing that stands in a stream, and what may be shown of its bytes.

use super::deflated;
use crate::websocket::header::{FrameHeader, Opcode};

/// Something that begins at a place.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) begin: u64,
    pub(super) what: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Frame {
        header: FrameHeader,
        is_compressed: bool,
    },
    /// These bytes stand in the place of those that were there.
    Shown(Box<[u8]>),
}

impl Part {
    pub(super) const fn cost(&self) -> usize {
        let shown = match &self.what {
            Kind::Frame { .. } => 0,
            Kind::Shown(bytes) => bytes.len(),
        };
        size_of::<Self>() + shown
    }
}

impl Kind {
    /// Writes what is shown of the bytes from one of its own on.
    pub(super) fn mask(&self, from: u64, was: &[u8], is: &mut [u8], fill: u8) {
        match self {
            Self::Frame {
                header,
                is_compressed,
            } => {
                let length = header.to_bytes().len() as u64;
                for ((at, was), is) in (from..).zip(was).zip(is) {
                    let shown = at.checked_sub(length).map_or(Some(*was), |at| {
                        payload(header, *is_compressed, at, *was, fill)
                    });
                    *is = shown.unwrap_or(fill);
                }
            }
            Self::Shown(bytes) => {
                let from = usize::try_from(from).unwrap_or(usize::MAX);
                let shown = bytes.get(from..).unwrap_or_default();
                for (is, shown) in is.iter_mut().zip(shown) {
                    *is = *shown;
                }
            }
        }
    }
}

/// What is shown of a byte of a frame's payload; `None` for one that is behind it.
fn payload(header: &FrameHeader, is_compressed: bool, at: u64, was: u8, fill: u8) -> Option<u8> {
    /// The code of a Close.
    const CODE: u64 = 2;
    let length = header.payload_length()?;
    if at >= length {
        return None;
    }
    if header.opcode() == Opcode::Close && at < CODE {
        return Some(was);
    }
    let plain = if is_compressed {
        deflated::byte(at, length, header.fin())
    } else {
        fill
    };
    let mask = header.masking_key().map_or(0, |key| {
        let place = usize::try_from(at % 4).unwrap_or(0);
        key.get(place).copied().unwrap_or(0)
    });
    Some(plain ^ mask)
}
