//! Something foreign in the frame stream, read as far as it tells what it is and where it ends.

use crate::http::{Body, Parsed, ResponseHead, looks_like_response, parse_response};
use crate::limits::Limits;
use crate::place::Place;

use super::event::Oddity;
use super::foreign::{self, Foreign};

/// Bytes of it that are kept: a head, and enough of a body to hold its title.
const KEPT: usize = 4096;

/// An HTTP response that seems to cut into a frame: kept until the framing behind it shows
/// whether it was payload after all.
#[derive(Debug)]
pub(super) struct Intrusion {
    place: Place,
    bytes: Vec<u8>,
    passed: u64,
}

impl Intrusion {
    /// Whether a packet's bytes begin like a status line, as far as they go.
    pub(super) fn may_begin(bytes: &[u8]) -> bool {
        !bytes.is_empty() && looks_like_response(bytes)
    }

    /// Whether its bytes still begin like a status line.
    pub(super) fn may_be(&self) -> bool {
        looks_like_response(&self.bytes)
    }

    /// Whether a status line's beginning is there.
    pub(super) fn is_told(&self) -> bool {
        const STATUS: usize = "HTTP/1.1 403".len();
        self.bytes.len() >= STATUS && self.may_be()
    }

    /// Bytes that it keeps.
    pub(super) const fn kept_bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn new(place: Place, bytes: &[u8]) -> Self {
        let mut intrusion = Self {
            place,
            bytes: Vec::new(),
            passed: 0,
        };
        intrusion.push(bytes);
        intrusion
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        keep(&mut self.bytes, bytes);
        self.passed += bytes.len() as u64;
    }

    /// Whether the response's head, and its body if that has a length, is there.
    pub(super) fn is_whole(&self) -> bool {
        match parse_response(&self.bytes) {
            Parsed::Whole(head, length) => match body_of(&head) {
                Body::Length(body) => self.passed >= body.saturating_add(length as u64),
                _ => true,
            },
            _ => false,
        }
    }

    pub(super) fn to_oddity(&self) -> Oddity {
        Oddity::Foreign {
            kind: Foreign::HttpResponse,
            place: self.place,
            bytes: self.bytes.clone(),
            inside_frame: true,
        }
    }
}

/// Something foreign where a frame was due, while its bytes come.
#[derive(Debug)]
pub(super) struct IntrusionReader {
    kind: Foreign,
    place: Place,
    bytes: Vec<u8>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Head,
    Body(Body),
    /// The end is known, and here it is.
    Over,
    /// Enough is known of it, but not its end.
    Told,
}

impl IntrusionReader {
    pub(super) fn new(kind: Foreign, place: Place, bytes: &[u8]) -> Self {
        let stage = match kind {
            Foreign::HttpResponse => Stage::Head,
            _ => Stage::Told,
        };
        Self {
            kind,
            place,
            bytes: bytes.to_vec(),
            stage,
        }
    }

    /// Takes the next bytes; returns how many.
    pub(super) fn push(&mut self, bytes: &[u8], limits: &Limits) -> usize {
        match &mut self.stage {
            Stage::Head => {
                let before = self.bytes.len();
                let room = limits.head_bytes.min(2 * KEPT).saturating_sub(before);
                let more = bytes.get(..room.min(bytes.len())).unwrap_or_default();
                self.bytes.extend_from_slice(more);
                match parse_response(&self.bytes) {
                    Parsed::Whole(head, length) => {
                        // A head that ends with a body behind it: the body is read anew.
                        self.bytes.truncate(length.max(before));
                        self.stage = Stage::Body(body_of(&head));
                        self.pass(&[]);
                        length.max(before) - before
                    }
                    Parsed::Partial if more.len() == bytes.len() => more.len(),
                    _ => {
                        self.stage = Stage::Told;
                        more.len()
                    }
                }
            }
            // A body that ends with the stream has no other end: frames may go on behind it.
            Stage::Body(Body::UntilClose) if foreign::may_be_frame(bytes) => {
                self.stage = Stage::Told;
                0
            }
            Stage::Body(_) => self.pass(bytes),
            Stage::Over | Stage::Told => 0,
        }
    }

    fn pass(&mut self, bytes: &[u8]) -> usize {
        let Stage::Body(body) = &mut self.stage else {
            return 0;
        };
        let (taken, over) = match body.pass(bytes) {
            Some(rest) => (bytes.len() - rest.len(), true),
            None => (bytes.len(), false),
        };
        keep(&mut self.bytes, bytes.get(..taken).unwrap_or_default());
        if over {
            self.stage = Stage::Over;
        } else if matches!(body, Body::UntilClose) && self.bytes.len() >= KEPT {
            self.stage = Stage::Told;
        }
        taken
    }

    /// Bytes that it keeps.
    pub(super) const fn kept_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether all that is needed was read.
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over | Stage::Told)
    }

    /// Whether it ends right here: a frame is due behind it.
    pub(super) const fn is_end_known(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// Whether it is a response that goes on up to the stream's end: nothing stands behind it.
    pub(super) const fn ends_with_stream(&self) -> bool {
        matches!(self.stage, Stage::Body(Body::UntilClose))
    }

    pub(super) fn to_oddity(&self) -> Oddity {
        Oddity::Foreign {
            kind: self.kind,
            place: self.place,
            bytes: self.bytes.clone(),
            inside_frame: false,
        }
    }
}

/// Where the body of an answer ends (RFC 9112 section 6.3).
fn body_of(head: &ResponseHead) -> Body {
    match head.status {
        100..=199 | 204 | 304 => Body::Length(0),
        _ => Body::announced(&head.fields, Body::UntilClose),
    }
}

fn keep(kept: &mut Vec<u8>, bytes: &[u8]) {
    let room = KEPT.saturating_sub(kept.len());
    kept.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
}
