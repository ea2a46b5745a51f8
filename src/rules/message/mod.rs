//! The rules of the table Messages (RFC 6455 sections 5.5, 5.6 and 8.1; RFC 7692).

pub(super) mod bad_deflate;
pub(super) mod deflate_bomb;
pub(super) mod invalid_utf8;
pub(super) mod pong_mismatch;
pub(super) mod unanswered_ping;
