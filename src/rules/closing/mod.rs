//! The rules of the table Closing (RFC 6455 section 7).

pub(super) mod abnormal_closure;
pub(super) mod bad_gateway_close;
pub(super) mod close_payload_truncated;
mod complaint;
pub(super) mod extension_required_close;
pub(super) mod frame_after_close;
pub(super) mod idle_timeout_closure;
pub(super) mod internal_error_close;
pub(super) mod invalid_close_code;
pub(super) mod invalid_close_reason;
pub(super) mod invalid_data_close;
pub(super) mod peer_vanished;
pub(super) mod policy_close;
pub(super) mod protocol_error_close;
pub(super) mod restart_close;
pub(super) mod too_big_close;
pub(super) mod try_later_close;
pub(super) mod unsupported_data_close;
