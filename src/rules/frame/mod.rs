//! The rules of the table Frames (RFC 6455 section 5; RFC 7692 section 6).

pub(super) mod fragmented_control_frame;
pub(super) mod interleaved_data_frame;
pub(super) mod length_msb_set;
pub(super) mod masked_server_frame;
pub(super) mod non_minimal_length;
pub(super) mod orphan_continuation;
pub(super) mod oversized_control_frame;
pub(super) mod reserved_opcode;
pub(super) mod rsv1_on_wrong_frame;
pub(super) mod rsv_without_extension;
pub(super) mod unfinished_message;
pub(super) mod unmasked_client_frame;
pub(super) mod weak_masking_key;
