//! The rules: opinions on what the layers below describe. One rule a file, declared once.
//!
//! To add one: write its file, name its module in the table's `mod.rs`, and add it to [`ALL`].

mod closing;
mod engine;
mod finding;
mod frame;
mod handshake;
pub mod judge;
mod message;
mod rule;
mod stream;

pub(crate) use closing::idle_timeout_closure::timer;
pub use engine::Ledger;
pub use finding::{Cause, Excerpt, Finding, Label, Severity};
pub use judge::Judge;
pub use rule::{Rule, Table};

pub(crate) use closing::idle_timeout_closure::expired;

/// Every rule, in the catalogue's order.
pub static ALL: &[&Rule] = &[
    &frame::rsv_without_extension::RULE,
    &frame::rsv1_on_wrong_frame::RULE,
    &frame::reserved_opcode::RULE,
    &frame::orphan_continuation::RULE,
    &frame::interleaved_data_frame::RULE,
    &frame::unfinished_message::RULE,
    &frame::fragmented_control_frame::RULE,
    &frame::oversized_control_frame::RULE,
    &frame::masked_server_frame::RULE,
    &frame::unmasked_client_frame::RULE,
    &frame::non_minimal_length::RULE,
    &frame::length_msb_set::RULE,
    &frame::weak_masking_key::RULE,
    &message::invalid_utf8::RULE,
    &message::bad_deflate::RULE,
    &message::deflate_bomb::RULE,
    &message::unanswered_ping::RULE,
    &message::pong_mismatch::RULE,
    &closing::close_payload_truncated::RULE,
    &closing::invalid_close_code::RULE,
    &closing::invalid_close_reason::RULE,
    &closing::frame_after_close::RULE,
    &closing::protocol_error_close::RULE,
    &closing::unsupported_data_close::RULE,
    &closing::invalid_data_close::RULE,
    &closing::policy_close::RULE,
    &closing::too_big_close::RULE,
    &closing::extension_required_close::RULE,
    &closing::internal_error_close::RULE,
    &closing::restart_close::RULE,
    &closing::try_later_close::RULE,
    &closing::bad_gateway_close::RULE,
    &closing::abnormal_closure::RULE,
    &closing::idle_timeout_closure::RULE,
    &closing::peer_vanished::RULE,
    &handshake::handshake_rejected::RULE,
    &handshake::handshake_unanswered::RULE,
    &handshake::upgrade_header_missing::RULE,
    &handshake::upgrade_over_http10::RULE,
    &handshake::accept_mismatch::RULE,
    &handshake::bad_key::RULE,
    &handshake::unsupported_version::RULE,
    &handshake::extension_not_offered::RULE,
    &handshake::invalid_extension_parameters::RULE,
    &handshake::unknown_extension::RULE,
    &handshake::subprotocol_not_offered::RULE,
    &handshake::subprotocol_unanswered::RULE,
    &handshake::response_101_with_body::RULE,
    &handshake::frames_before_handshake::RULE,
    &handshake::proxy_in_path::RULE,
    &handshake::compression_declined::RULE,
    &stream::injected_http_response::RULE,
    &stream::injected_http_request::RULE,
    &stream::not_websocket::RULE,
    &stream::framing_lost::RULE,
    &stream::tcp_overlap_conflict::RULE,
    &stream::foreign_segment::RULE,
    &stream::reset_injected::RULE,
    &stream::capture_gap::RULE,
];

/// The rule with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.name == name).copied()
}
