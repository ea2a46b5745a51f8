//! The rules of the table Handshake (RFC 6455 section 4).

pub(super) mod accept_mismatch;
pub(super) mod bad_key;
pub(super) mod compression_declined;
pub(super) mod extension_not_offered;
pub(super) mod frames_before_handshake;
pub(super) mod handshake_rejected;
pub(super) mod handshake_unanswered;
pub(super) mod invalid_extension_parameters;
pub(super) mod proxy_in_path;
pub(super) mod response_101_with_body;
pub(super) mod subprotocol_not_offered;
pub(super) mod subprotocol_unanswered;
pub(super) mod unknown_extension;
pub(super) mod unsupported_version;
pub(super) mod upgrade_header_missing;
pub(super) mod upgrade_over_http10;
