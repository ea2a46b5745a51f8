//! Connections that end when a timer would have ended them.

use std::time::Duration;

use crate::place::Place;
use crate::products::{self, Counts};
use crate::rules::Severity;
use crate::rules::judge::{EndingFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::side::Side;
use crate::untrusted::Untrusted;
use crate::websocket::close::ClosePayload;
use crate::websocket::event::FrameSeen;

use super::abnormal_closure;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "idle-timeout-closure",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 7.1.5",
    summary: "a side ended TCP without a Close, or with one that speaks of a timeout, after a \
        silence or at an age that timers are set to; under 15 s, or by age alone, a mere hint",
    meaning: "The connection, or one direction of it, had been silent for just as long as common \
        timers allow, or was just as old. It was probably ended by a timer, most often that of an \
        intermediary, and not by a fault.",
    harm: "Every connection that rests that long is cut. Applications see 1006 and reconnect, \
        again and again, and what was on its way is lost.",
    says: &[
        "gorilla/websocket: websocket: close 1006 (abnormal closure): unexpected EOF",
        "Python websockets: no close frame received or sent",
        "tungstenite: Connection reset without closing handshake",
        ".NET: The remote party closed the WebSocket connection without completing the close \
         handshake.",
    ],
    causes: &[
        "the idle timeout of a reverse proxy or load balancer on the path (nginx \
         proxy_read_timeout 60 s, AWS ALB 60 s, HAProxy timeout client 30 or 50 s without \
         timeout tunnel, Heroku 55 s, Cloudflare 100 s)",
        "a limit on the age of a request that counts an upgraded connection in (Envoy route \
         timeout 15 s, GCP backend timeout 30 s)",
        "an idle timeout of the server's own, or of the application",
        "chance, where the value is short: an application that ended just then",
    ],
    fix: "Send Pings from one side, several times within the shortest timeout on the path, or \
        raise that timeout: nginx proxy_read_timeout and proxy_send_timeout 1h, HAProxy timeout \
        tunnel 1h, AWS ALB idle timeout up to 4000 s. Where it is the age that counts, raise the \
        route's or backend's timeout: Pings do not help.",
    judge: Judge::Ending { fires, tell },
};

/// Shorter values are met by chance.
const FIRM: u64 = 15;

/// What was as long as a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The silence of both sides.
    Connection,
    /// The silence of one side.
    Direction(Side),
    /// The time since the 101.
    Age,
}

/// A clock that showed what a timer is set to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiry {
    pub(crate) clock: Clock,
    pub(crate) took: Duration,
    /// What the timer is set to, in seconds.
    pub(crate) timer: u64,
}

impl Expiry {
    /// Whether it is more than a hint: shorter times are met by chance, and so are ages.
    pub(crate) fn is_firm(&self) -> bool {
        self.timer >= FIRM && self.clock != Clock::Age
    }

    /// How long after what, in words.
    pub(crate) fn after_what(&self) -> String {
        let took = self.took.as_secs_f64();
        match self.clock {
            Clock::Connection => format!("{took:.1} s after the last bytes of either side"),
            Clock::Direction(side) => format!("{took:.1} s after the last bytes of the {side}"),
            Clock::Age => format!("{took:.1} s after the 101, however busy it was"),
        }
    }

    /// The products whose timers are known to be set so and to count this, in words.
    fn known_for(&self) -> String {
        /// Timers that are told; the others are counted.
        const TOLD: usize = 3;
        let counts_this = |counts| match (self.clock, counts) {
            (Clock::Age, counts) => counts == Counts::Age,
            (Clock::Connection, counts) => counts != Counts::Age,
            (Clock::Direction(Side::Client), counts) => counts == Counts::ClientSilence,
            (Clock::Direction(Side::Server), counts) => counts == Counts::UpstreamSilence,
        };
        let timers = products::table().timers(self.timer);
        let mut known: Vec<_> = timers
            .into_iter()
            .filter(|(_, timer)| counts_this(timer.counts))
            .map(|(product, timer)| {
                let sample = if timer.sample {
                    ", as many samples have it"
                } else {
                    ""
                };
                format!("{} {}{sample}", product.name, timer.setting)
            })
            .collect();
        let more = known.len().saturating_sub(TOLD);
        known.truncate(TOLD);
        if more > 0 {
            known.push(format!("and {more} more"));
        }
        known.join("; ")
    }
}

/// The timer that is set to this, within what such timers are off.
pub(crate) fn timer(took: Duration) -> Option<u64> {
    const EARLY: Duration = Duration::from_millis(100);
    const LATE: Duration = Duration::from_secs(1);
    products::table().timer_of(took, EARLY, LATE)
}

/// Which clock showed a timer's value when the side left at `end`, if one did.
fn expiry(facts: &EndingFacts<'_>, end: &Place, own_counts: bool) -> Option<Expiry> {
    let silences = [facts.sender, facts.sender.peer()]
        .map(|side| (side, facts.last_bytes_before(side, end, own_counts)));
    let since = |last| end.time.since(last);
    let accepted = facts.accepted_at();
    let both = silences.iter().filter_map(|(_, last)| *last).max();
    let silence_of = |(side, last): (Side, Option<_>)| (Clock::Direction(side), last);
    let clocks = [(Clock::Connection, both)]
        .into_iter()
        .chain(silences.into_iter().map(silence_of))
        .chain([(Clock::Age, accepted)]);
    clocks
        .filter_map(|(clock, last)| Some((clock, since(last?))))
        .find_map(|(clock, took)| {
            let timer = timer(took)?;
            Some(Expiry { clock, took, timer })
        })
}

/// The side's own Close, if its reason says that a timer made it.
fn timed_close<'a>(facts: &EndingFacts<'a>) -> Option<&'a (FrameSeen, ClosePayload)> {
    let close @ (seen, payload) = facts.own.close.as_ref()?;
    let reason = String::from_utf8_lossy(payload.reason()).to_lowercase();
    let speaks = |word: &&str| reason.contains(*word);
    let is_timer = ["idle", "inactiv", "timeout", "timed out", "time out"]
        .iter()
        .any(speaks);
    // Of a Pong that did not come another rule tells.
    let is_other = ["ping", "pong", "keepalive", "keep-alive", "heartbeat"]
        .iter()
        .any(speaks);
    let mut peers = facts.peer.close.iter();
    let is_echo = peers.any(|(peers, _)| seen.place.is_aware_of(&peers.place));
    let may_be_echo = facts.peer.close.is_none() && facts.peer.may_have_left;
    (is_timer && !is_other && !is_echo && !may_be_echo).then_some(close)
}

/// Where the side left, and what expired then, if it left as a timer does.
pub(crate) fn expired(facts: &EndingFacts<'_>) -> Option<(Place, Expiry)> {
    if let Some((seen, _)) = timed_close(facts) {
        return Some((seen.place, expiry(facts, &seen.place, false)?));
    }
    let is_first = abnormal_closure::severity(facts) == Some(Severity::Warning);
    let is_amid = facts.own.message.is_open() || facts.own.is_inside_frame;
    let ended = facts.own.tcp.filter(|_| is_first && !is_amid)?;
    Some((ended.place, expiry(facts, &ended.place, true)?))
}

/// Whether the side's end is this rule's, and no other's.
pub(super) fn explains(facts: &EndingFacts<'_>) -> bool {
    expired(facts).is_some()
}

fn fires(rule: &Rule, facts: &EndingFacts<'_>) -> Option<Severity> {
    explains(facts).then_some(rule.severity)
}

fn tell(_: &Rule, facts: &EndingFacts<'_>) -> Telling {
    let Some((end, expiry)) = expired(facts) else {
        return facts.tell("ended by a timer");
    };
    let known_for = expiry.known_for();
    let timer = expiry.timer;
    let sender = facts.sender;
    let of = match expiry.clock {
        Clock::Connection => "an idle timeout",
        Clock::Direction(_) => "a timeout on the silence of one direction",
        Clock::Age => "a limit on the age",
    };
    let strength = if expiry.is_firm() {
        "that fits"
    } else {
        "it may be by chance, and is no more than a hint at"
    };
    let known_for = match known_for.as_str() {
        "" => String::new(),
        known_for => format!(" ({known_for})"),
    };
    let took = expiry.after_what();
    let rest = format!("{took}: {strength} {of} of {timer} s{known_for}");
    match timed_close(facts) {
        Some((seen, payload)) => {
            let code = payload.code().unwrap_or_default();
            let reason = Untrusted(payload.reason());
            let message = format!("the {sender} closed with {code} (\"{reason}\"), {rest}");
            facts.at(seen, payload, message)
        }
        None => {
            let by_reset = facts.own.tcp.is_some_and(|tcp| tcp.by_reset);
            let flag = if by_reset { "RST" } else { "FIN" };
            let message = format!("the {sender} sent {flag} and never a Close, {rest}");
            Telling::new(end, message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_are_met_from_a_tenth_under_to_a_second_over() {
        let timer = |milliseconds| timer(Duration::from_millis(milliseconds));
        assert_eq!(timer(59_899), None);
        assert_eq!(timer(59_900), Some(60));
        assert_eq!(timer(61_000), Some(60));
        assert_eq!(timer(61_001), None);
        assert_eq!(timer(4_998), Some(5));
        assert_eq!(timer(3_600_500), Some(3600));
        assert_eq!(timer(0), None);
    }
}
