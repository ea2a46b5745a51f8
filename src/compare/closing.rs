//! Closes of one direction: those that did not arrive, and those that nobody sent.

use crate::analyzer::tape::TapedFrame;
use crate::report::model::{CloseFrame, DifferenceKind as Kind};
use crate::side::Side;

use super::bits;
use super::causes;
use super::clock::Clock;
use super::difference::{Differences, Way};
use super::leg::{Leg, is_before, spot};

/// Time in which whoever ends a connection need not pass a Close on any more, in nanoseconds.
const MEANWHILE: i64 = 1_000_000_000;

/// Tells of the Closes of one direction.
pub(super) fn tell(way: &Way<'_, '_>, clock: Clock, differences: &mut Differences) {
    let Way { sender, near, far } = *way;
    match (near.close(sender), far.close(sender)) {
        (Some(sent), Some(arrived)) => changed(way, sent, arrived, differences),
        (Some(sent), None) => swallowed(way, sent, clock, differences),
        (None, Some(arrived)) => invented(way, arrived, clock, differences),
        (None, None) => {}
    }
}

/// Code and reason of a side's Close, in words.
pub(super) fn named(leg: &Leg<'_>, side: Side) -> String {
    let close = leg.connection.close.of(side);
    let code = close.and_then(|close: &CloseFrame| close.code);
    code.map_or_else(|| "Close".to_owned(), |code| format!("Close {code}"))
}

fn changed(
    way: &Way<'_, '_>,
    sent: &TapedFrame,
    arrived: &TapedFrame,
    differences: &mut Differences,
) {
    let is_same = sent.digest == arrived.digest && sent.length == arrived.length;
    let bits = bits::control_bits(way, sent, arrived);
    if is_same && bits.is_none() {
        return;
    }
    let broken = bits::rule(way, &[arrived]);
    let legal = bits.is_none() && broken.is_none();
    let (old, new) = (named(way.near, way.sender), named(way.far, way.sender));
    let mut message = if old == new {
        format!("the reason of the {}'s {old} was changed", way.sender)
    } else {
        format!("the {}'s {old} arrived as {new}", way.sender)
    };
    for more in bits.iter().map(String::as_str).chain(broken) {
        message.push_str(&format!(" [{more}]"));
    }
    let found = way.found(
        Kind::FrameAltered,
        legal,
        Some(spot(&sent.seen.place)),
        Some(spot(&arrived.seen.place)),
        message,
    );
    differences.add(found.cause("frames-altered"));
}

fn swallowed(way: &Way<'_, '_>, sent: &TapedFrame, clock: Clock, differences: &mut Differences) {
    let Way { sender, near, far } = *way;
    // What is no frame hides it as much as what was not captured.
    let is_unknown = far.tape(sender).barrier.is_some() || far.lacks(sender);
    if is_unknown || far.has_unseen_end(sender) {
        return;
    }
    let at = moment(sender, sent.seen.place.time, clock);
    let left_first = far.ended_first() == Some(sender.peer());
    let is_over = far
        .end(sender.peer())
        .filter(|_| left_first)
        .is_some_and(|end| {
            let end = moment(sender.peer(), end.time, clock);
            end < at.saturating_add(MEANWHILE).saturating_add(clock.doubt())
        });
    let is_given_up = near.ended_first() == Some(sender.peer())
        && near
            .end(sender.peer())
            .is_some_and(|end| end.time <= sent.seen.place.time);
    // Within what the clocks are in doubt by, whoever passes on and still had this leg open when the
    // Close came ended the other one for it.
    let had_it_open = near
        .end(sender.peer())
        .is_some_and(|end| is_before(spot(&sent.seen.place), end));
    let is_ended = far.end(sender).is_some_and(|end| {
        let behind = moment(sender.peer(), end.time, clock).saturating_sub(at);
        let doubt = clock.doubt();
        behind < -doubt || (behind < doubt && !(had_it_open && behind >= 0))
    });
    // An answer to a Close changes nothing for whoever sent that.
    let is_answer = far.close(sender.peer()).is_some();
    if !goes_on(far, sender.peer(), at, clock) && far.ended_first().is_none() {
        return;
    }
    let legal = is_over || is_given_up || is_ended || is_answer;
    let message = format!(
        "the {}'s {} did not arrive at {}",
        sender,
        named(near, sender),
        way.receiver()
    );
    let place = Some(spot(&sent.seen.place));
    let found = way.found(Kind::CloseSwallowed, legal, place, None, message);
    differences.add(found.cause("frame-dropped"));
}

fn invented(way: &Way<'_, '_>, arrived: &TapedFrame, clock: Clock, differences: &mut Differences) {
    let Way { sender, near, far } = *way;
    if near.tape(sender).barrier.is_some() || near.lacks(sender) {
        return;
    }
    let at = moment(sender.peer(), arrived.seen.place.time, clock);
    let was_over = near.ended_first() == Some(sender)
        && near
            .end(sender)
            .is_some_and(|end| moment(sender, end.time, clock) <= at.saturating_add(clock.doubt()));
    // The proxy may answer a Close itself.
    let is_answer = far
        .close(sender.peer())
        .is_some_and(|close| close.seen.place.time <= arrived.seen.place.time);
    let is_shown = near.end(sender).is_some() || goes_on(near, sender, at, clock);
    let was_watched = is_shown && !near.has_unseen_end(sender);
    if !was_watched {
        return;
    }
    let legal = was_over || is_answer;
    let named = named(far, sender);
    let message = format!(
        "a {named} arrived at {} that the {sender} had not sent",
        way.receiver()
    );
    let place = Some(spot(&arrived.seen.place));
    let found = way.found(Kind::CloseInvented, legal, None, place, message);
    differences.add(found.cause(cause(far, sender)));
}

/// Whether a leg, the one of side `nearest`, has packets behind a moment. They show what came before
/// them; that the capture goes on shows nothing of a connection whose last packets it may lack.
fn goes_on(leg: &Leg<'_>, nearest: Side, at: i64, clock: Clock) -> bool {
    let from = at.saturating_add(clock.doubt());
    Side::BOTH.into_iter().any(|side| {
        let until = leg.went_on_until(side);
        until.is_some_and(|until| moment(nearest, until, clock) > from)
    })
}

/// What a Close that an intermediary wrote is a sign of.
fn cause(far: &Leg<'_>, sender: Side) -> &'static str {
    let findings = &far.connection.findings;
    let is_timer = |rule: &str| rule == "idle-timeout-closure";
    if findings.iter().any(|finding| is_timer(finding.rule)) {
        return "idle-timeout";
    }
    let code = far.connection.close.of(sender).and_then(|close| close.code);
    match code {
        Some(code) => causes::of_close(code).unwrap_or("frame-inserted"),
        None => "frame-inserted",
    }
}

/// A moment by the clock near the client; `nearest` is the side whose leg it was captured on.
fn moment(nearest: Side, time: crate::time::Timestamp, clock: Clock) -> i64 {
    match nearest {
        Side::Client => time.nanos(),
        Side::Server => clock.near_client(time),
    }
}
