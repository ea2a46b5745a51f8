//! What the reason of a Close complains of: the texts of the common libraries, matched to rules.

/// Texts that stand in the reasons of libraries, in lower case, and what they complain of. The
/// more particular ones first.
const REASONS: [(&str, &str); 18] = [
    ("rsv", "reserved bits"),
    ("reserved bit", "reserved bits"),
    ("mask", "masking"),
    ("opcode", "an opcode"),
    ("continuation", "a continuation"),
    ("continue", "a continuation"),
    ("fin must be set", "a fragmented control frame"),
    ("fragmented control", "a fragmented control frame"),
    ("fragment", "fragments"),
    ("control frame", "a control frame"),
    ("payload length", "a payload length"),
    ("frame header", "a frame header"),
    ("utf-8", "text that is not UTF-8"),
    ("utf8", "text that is not UTF-8"),
    ("status code", "the code of a Close"),
    ("close code", "the code of a Close"),
    ("inflate", "compression"),
    ("compress", "compression"),
];

/// What a reason complains of, where it names a rule of RFC 6455.
pub(super) fn named_rule(reason: &str) -> Option<&'static str> {
    let reason = reason.to_lowercase();
    REASONS
        .into_iter()
        .find(|(text, _)| reason.contains(text))
        .map(|(_, rule)| rule)
}
