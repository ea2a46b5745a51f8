//! The causes, one a file. To add one: write its file, name its module here, and add it to
//! [`ALL`].

pub(super) mod application_error;
pub(super) mod block_page_injected;
pub(super) mod capture_incomplete;
pub(super) mod closing_bug;
pub(super) mod competing_upgrade;
pub(super) mod compression_bug;
pub(super) mod compression_without_negotiation;
pub(super) mod connection_reused;
pub(super) mod encoding_bug;
pub(super) mod endpoint_died;
pub(super) mod extension_request_stripped;
pub(super) mod extension_response_stripped;
pub(super) mod first_message_lost;
pub(super) mod fragmentation_bug;
pub(super) mod frame_dropped;
pub(super) mod frame_inserted;
pub(super) mod frames_altered;
pub(super) mod framing_bug;
pub(super) mod gateway_error_injected;
pub(super) mod handshake_bug;
pub(super) mod http_timer;
pub(super) mod idle_timeout;
pub(super) mod masking_bug;
pub(super) mod message_too_big;
pub(super) mod peer_vanished;
pub(super) mod policy;
pub(super) mod proxy_authentication;
pub(super) mod reload_storm;
pub(super) mod reset_injected;
pub(super) mod service_restart;
pub(super) mod undetermined;
pub(super) mod unresponsive_peer;
pub(super) mod unsupported_message_type;
pub(super) mod upgrade_headers_stripped;
pub(super) mod upgrade_refused;
pub(super) mod upstream_unreachable;

use super::cause::Cause;

/// Every cause; of two that fit a case equally well the earlier one is named.
pub static ALL: &[&Cause] = &[
    &reset_injected::CAUSE,
    &extension_response_stripped::CAUSE,
    &extension_request_stripped::CAUSE,
    &compression_without_negotiation::CAUSE,
    &block_page_injected::CAUSE,
    &gateway_error_injected::CAUSE,
    &http_timer::CAUSE,
    &competing_upgrade::CAUSE,
    &connection_reused::CAUSE,
    &upgrade_headers_stripped::CAUSE,
    &proxy_authentication::CAUSE,
    &upstream_unreachable::CAUSE,
    &upgrade_refused::CAUSE,
    &masking_bug::CAUSE,
    &compression_bug::CAUSE,
    &encoding_bug::CAUSE,
    &closing_bug::CAUSE,
    &handshake_bug::CAUSE,
    &fragmentation_bug::CAUSE,
    &frame_dropped::CAUSE,
    &frame_inserted::CAUSE,
    &first_message_lost::CAUSE,
    &framing_bug::CAUSE,
    &frames_altered::CAUSE,
    &capture_incomplete::CAUSE,
    &unresponsive_peer::CAUSE,
    &unsupported_message_type::CAUSE,
    &message_too_big::CAUSE,
    &policy::CAUSE,
    &service_restart::CAUSE,
    &application_error::CAUSE,
    &reload_storm::CAUSE,
    &idle_timeout::CAUSE,
    &peer_vanished::CAUSE,
    &endpoint_died::CAUSE,
    &undetermined::CAUSE,
];

/// The cause that is named where no other one fits.
pub static UNDETERMINED: &Cause = &undetermined::CAUSE;

/// The cause with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Cause> {
    ALL.iter().find(|cause| cause.name == name).copied()
}
