//! The rules of the table Handshake (RFC 6455 section 4).

pub(super) mod accept_mismatch;
pub(super) mod handshake_rejected;
