//! Evidence that is kept for the diagnosis while a connection is read.

use crate::place::Place;
use crate::websocket::foreign::Foreign;

/// Something that stood where a frame was due, or cut into one.
#[derive(Clone, Debug)]
pub struct Intrusion {
    /// What it is.
    pub kind: Foreign,
    /// Where it begins.
    pub place: Place,
    /// Its bytes, or as many as were needed to tell more of it.
    pub bytes: Vec<u8>,
    /// It cuts into a frame.
    pub inside_frame: bool,
}
