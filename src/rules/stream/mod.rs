//! The rules of the table Stream: what is under the frames, or instead of them.

pub(super) mod capture_gap;
pub(super) mod foreign_segment;
pub(super) mod framing_lost;
pub(super) mod injected_http_request;
pub(super) mod injected_http_response;
mod marks;
pub(super) mod not_websocket;
pub(super) mod reset_injected;
pub(super) mod response_text;
pub(super) mod tcp_overlap_conflict;
