//! Bits and bytes of frames that are not the same on both legs, in words.

use crate::analyzer::tape::TapedFrame;
use crate::side::Side;
use crate::websocket::header::Opcode;

use super::difference::Way;
use super::unit::Unit;

/// Rules that depend on what the leg agreed to, and so say nothing of the bytes alone.
const BY_AGREEMENT: [&str; 4] = [
    "rsv-without-extension",
    "rsv1-on-wrong-frame",
    "bad-deflate",
    "deflate-bomb",
];

/// The rule that frames break where they arrived, and that their sender keeps.
pub(super) fn rule(way: &Way<'_, '_>, frames: &[&TapedFrame]) -> Option<&'static str> {
    let has = |number| frames.iter().any(|frame| frame.seen.place.frame == number);
    way.far
        .errors(way.sender)
        .find(|finding| {
            finding.frame.is_some()
                && has(finding.frame)
                && finding.rule != "rsv-without-extension"
                && finding.rule != "frame-after-close"
                && !way
                    .near
                    .errors(way.sender)
                    .any(|it| it.rule == finding.rule)
        })
        .map(|finding| finding.rule)
}

/// Bits of a message's headers that were changed although it says the same, in words.
pub(super) fn bits(
    way: &Way<'_, '_>,
    near: &Unit<'_>,
    far: &Unit<'_>,
    is_raw_same: bool,
) -> Option<String> {
    let opcode = near.opcode().map_or("", Opcode::as_str);
    let has_agreed = way
        .far
        .handshake()
        .filter(|handshake| handshake.response().is_some())
        .map(|handshake| handshake.agreement().allows_rsv1());
    // What inflates to what was sent is compressed, and not a bit that was set.
    let is_read = near.content().is_some() && near.content() == far.content();
    let is_raw_same = is_raw_same && !is_read;
    match (near.is_compressed(), far.is_compressed()) {
        (false, true) if is_raw_same => {
            return Some(format!("RSV1 was set on a {opcode} frame"));
        }
        (true, false) if is_raw_same => {
            return Some(format!("RSV1 was cleared on a compressed {opcode} frame"));
        }
        (false, true) if has_agreed == Some(false) => {
            return Some(format!(
                "a {opcode} message was compressed, though that leg agreed to no extension,"
            ));
        }
        _ => {}
    }
    let any = |unit: &Unit<'_>, test: &dyn Fn(&TapedFrame) -> bool| {
        unit.frames.iter().any(|frame| test(frame))
    };
    let only_far = |test: &dyn Fn(&TapedFrame) -> bool| any(far, test) && !any(near, test);
    let follows = |frame: &TapedFrame| frame.seen.header.opcode() == Opcode::Continuation;
    if only_far(&|frame| frame.seen.header.rsv() & 0x3 != 0) {
        return Some(format!("RSV2 or RSV3 was set on a {opcode} message"));
    }
    if only_far(&|frame| follows(frame) && frame.seen.header.rsv1()) {
        return Some("RSV1 was set on a continuation frame".to_owned());
    }
    if let Some(mask) = mask_bit(way.sender, &only_far) {
        return Some(format!("{mask} on a {opcode} frame"));
    }
    let broken = rule(way, &far.frames).filter(|rule| !BY_AGREEMENT.contains(rule))?;
    Some(format!(
        "a {opcode} message was sent in frames that break a rule [{broken}]"
    ))
}

type Test<'t> = &'t dyn Fn(&TapedFrame) -> bool;

fn mask_bit(sender: Side, only_far: &dyn Fn(Test<'_>) -> bool) -> Option<&'static str> {
    match sender {
        Side::Client if only_far(&|frame| !frame.seen.header.masked()) => Some("MASK was cleared"),
        Side::Server if only_far(&|frame| frame.seen.header.masked()) => Some("MASK was set"),
        _ => None,
    }
}

/// Bits of a control frame's header that were changed.
pub(super) fn control_bits(
    way: &Way<'_, '_>,
    near: &TapedFrame,
    far: &TapedFrame,
) -> Option<String> {
    let opcode = near.seen.header.opcode().as_str();
    let only_far = |test: Test<'_>| test(far) && !test(near);
    let mask = mask_bit(way.sender, &only_far).map(str::to_owned);
    let bits = mask.or_else(|| header_bits(near, far))?;
    Some(format!("{bits} on a {opcode} frame"))
}

/// Bits of a frame's header that were changed, fragments being the same.
pub(super) fn header_bits(near: &TapedFrame, far: &TapedFrame) -> Option<String> {
    let (old, new) = (near.seen.header, far.seen.header);
    let mut changes = Vec::new();
    if old.opcode() != new.opcode() {
        changes.push(format!(
            "the opcode was changed to {}",
            new.opcode().as_str()
        ));
    }
    if old.fin() != new.fin() {
        changes.push(bit("FIN", new.fin()));
    }
    for (name, mask) in [("RSV1", 4), ("RSV2", 2), ("RSV3", 1)] {
        if (old.rsv() ^ new.rsv()) & mask != 0 {
            changes.push(bit(name, new.rsv() & mask != 0));
        }
    }
    (!changes.is_empty()).then(|| changes.join(" and "))
}

fn bit(name: &str, is_set: bool) -> String {
    let how = if is_set { "set" } else { "cleared" };
    format!("{name} was {how}")
}

/// Where two payloads differ, in words.
pub(super) fn payload_bytes(near: &TapedFrame, far: &TapedFrame) -> Option<String> {
    /// Bytes that are shown: enough to recognise them, and no text to read.
    const SHOWN: usize = 4;
    if near.digest == far.digest && near.length == far.length {
        return None;
    }
    let differs = near
        .beginning
        .iter()
        .zip(&far.beginning)
        .position(|(old, new)| old != new);
    let length = if near.length == far.length {
        format!("of {} bytes", near.length)
    } else {
        format!("{} bytes arrived as {}", near.length, far.length)
    };
    Some(match differs {
        Some(at) => {
            let shown = |frame: &TapedFrame| {
                let bytes = frame.beginning.iter().skip(at).take(SHOWN);
                bytes.map(|byte| format!("{byte:02x}")).collect::<String>()
            };
            format!(
                "{length}, from byte {at} on: 0x{} became 0x{}",
                shown(near),
                shown(far)
            )
        }
        None => format!("{length}, not in the first {}", near.beginning.len()),
    })
}
