//! Every byte sequence is a frame header or the beginning of one, and a header's bytes are those
//! it was read from.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wsblame::websocket::header::{FrameHeader, MAX_HEADER};

fuzz_target!(|bytes: &[u8]| {
    let mut at = 0;
    while let Some((header, length)) = header(&bytes[at..]) {
        let payload = header
            .payload_length()
            .expect("a whole header has a length");
        let payload = usize::try_from(payload).unwrap_or(usize::MAX);
        match at.saturating_add(length).saturating_add(payload) {
            next if next < bytes.len() => at = next,
            _ => break,
        }
    }
});

/// The header that `bytes` begin with, and its length.
fn header(bytes: &[u8]) -> Option<(FrameHeader, usize)> {
    let (rest, header) = match FrameHeader::parse(bytes) {
        Ok(parsed) => parsed,
        Err(nom) => {
            assert!(nom.is_incomplete());
            assert!(bytes.len() < MAX_HEADER);
            return None;
        }
    };
    let length = bytes.len() - rest.len();
    assert!((2..=MAX_HEADER).contains(&length));
    let own = header.to_bytes();
    assert_eq!(own, bytes[..length]);
    for cut in 0..length {
        assert!(FrameHeader::parse(&bytes[..cut]).is_err());
    }
    let key = header.masking_key_range();
    assert_eq!(key.end, length);
    assert_eq!(
        own[key],
        *header.masking_key().as_ref().map_or(&[][..], |key| key)
    );
    assert_eq!(header.extended_length_range().start, 2);
    assert_eq!(header.masked(), header.masking_key().is_some());

    let cut = FrameHeader::cut(bytes[0], bytes[1]);
    assert_eq!(
        (cut.fin(), cut.rsv(), cut.opcode()),
        (header.fin(), header.rsv(), header.opcode())
    );
    Some((header, length))
}
