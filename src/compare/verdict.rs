//! Who broke a connection that two captures show: the first thing on either leg that must not be.
//! What stands on the leg near to its sender is that endpoint's; what does not, and arrived, is
//! the intermediary's.

use crate::diagnosis::sign_in_handshake;
use crate::products::{self, Kind};
use crate::report::model::{Confidence, Finding, Party, Spot};
use crate::side::Side;
use crate::websocket::close::code_name;

use super::causes;
use super::clock::Clock;
use super::closing::named;
use super::difference::Differences;
use super::ending::{Ender, Ends};
use super::leg::Leg;
use super::suspect::Suspect;

/// The two legs of a pair, and what was found between them.
#[derive(Debug)]
pub(super) struct Case<'p, 'a> {
    pub(super) near_client: &'p Leg<'a>,
    pub(super) near_server: &'p Leg<'a>,
    pub(super) differences: &'p Differences,
    pub(super) clock: Clock,
    pub(super) ends: Ends<'p, 'a>,
}

impl Case<'_, '_> {
    /// Who broke it; `None` where nothing is broken.
    pub(super) fn suspect(&self) -> Option<Suspect> {
        let is_broken = self.near_client.connection.broken || self.near_server.connection.broken;
        if !is_broken && self.differences.illegal().next().is_none() {
            return None;
        }
        let mut suspects: Vec<Suspect> = Vec::new();
        suspects.extend(self.first_illegal());
        suspects.extend(self.violations());
        suspects.extend(self.refusal());
        suspects.extend(self.complaint());
        suspects.extend(self.edited());
        suspects.extend(self.end());
        suspects.extend(self.forged());
        let first = suspects.into_iter().min_by_key(|suspect| suspect.at);
        let first = first.unwrap_or_else(|| self.nobody());
        Some(self.placed(first))
    }

    /// With what the verdicts on the single legs know beside: the product, and the connections that
    /// ended together with this one.
    fn placed(&self, suspect: Suspect) -> Suspect {
        let mut suspect = self.beyond(suspect);
        let legs = [self.near_client, self.near_server];
        let verdicts = legs
            .into_iter()
            .filter_map(|leg| leg.connection.verdict.as_ref());
        if suspect.party == Party::Intermediary {
            let product = verdicts
                .clone()
                .find_map(|verdict| verdict.product.as_ref());
            suspect = suspect.by(product);
        }
        let is_loose = matches!(
            suspect.cause,
            "endpoint-died" | "idle-timeout" | "service-restart" | "undetermined"
        );
        let mut storms = verdicts.filter(|verdict| verdict.cause == "reload-storm");
        if is_loose && let Some(storm) = storms.next() {
            suspect.cause = "reload-storm";
            suspect.evidence.extend(storm.evidence.first().cloned());
        }
        suspect
    }

    /// What an endpoint is named for is its side's where another intermediary shows itself between
    /// it and the capture near it.
    fn beyond(&self, mut suspect: Suspect) -> Suspect {
        let (side, party) = match suspect.party {
            Party::Client => (Side::Client, Party::ClientSide),
            Party::Server => (Side::Server, Party::ServerSide),
            _ => return suspect,
        };
        let handshake = self.leg(side).handshake();
        let place = handshake.and_then(|it| match side {
            Side::Client => it.request().map(|head| head.place),
            Side::Server => it.response().map(|head| head.place),
        });
        let (Some(handshake), Some(place)) = (handshake, place) else {
            return suspect;
        };
        let at = format!("packet {} {}", place.packet.number, near(side));
        let sign = sign_in_handshake(handshake, side, &at).map(|sign| sign.words);
        let gateway = || {
            let answer = handshake.response().filter(|_| side == Side::Server)?;
            let page = handshake.page();
            let mut signed = products::table()
                .of_response(&answer.head, page)
                .into_iter();
            let signed = signed.find(|found| found.product.kind != Kind::Server)?;
            Some(format!("the answer in {at} has {}", signed.mark))
        };
        let Some(words) = sign.or_else(gateway) else {
            return suspect;
        };
        suspect.party = party;
        suspect.confidence = suspect.confidence.min(Confidence::Likely);
        suspect.but(format!(
            "another intermediary stands between the {side} and the capture near it, and may have \
             done it: {}",
            words
        ))
    }

    /// The leg near to a side.
    pub(super) const fn leg(&self, side: Side) -> &Leg<'_> {
        match side {
            Side::Client => self.near_client,
            Side::Server => self.near_server,
        }
    }

    /// A moment of a side's leg, by the clock near the client.
    pub(super) const fn moment(&self, nearest: Side, time: crate::time::Timestamp) -> i64 {
        match nearest {
            Side::Client => time.nanos(),
            Side::Server => self.clock.near_client(time),
        }
    }

    fn when(&self, near_client: Option<Spot>, near_server: Option<Spot>) -> i64 {
        let own = near_client.map(|spot| spot.time.nanos());
        let other = near_server.map(|spot| self.clock.near_client(spot.time));
        own.into_iter().chain(other).min().unwrap_or(i64::MAX)
    }

    /// The first difference that an intermediary must not make.
    fn first_illegal(&self) -> Option<Suspect> {
        let at = |found: &super::difference::Found| {
            let difference = &found.difference;
            if found.in_handshake {
                i64::MIN
            } else {
                self.when(difference.near_client, difference.near_server)
            }
        };
        let first = self.differences.illegal().min_by_key(|found| at(found))?;
        let difference = &first.difference;
        let mut suspect = Suspect::new(
            first.cause,
            Party::Intermediary,
            Confidence::Certain,
            format!(
                "{}; only what stands between the two captures can have done that",
                difference.message
            ),
        )
        .at(at(first));
        suspect.evidence.push(format!(
            "{}: {}",
            places(difference.near_client, difference.near_server),
            difference.kind.as_str()
        ));
        let others = self.differences.illegal();
        let others = others.filter(|other| other.difference != *difference);
        for other in others.take(3) {
            let other = &other.difference;
            let places = places(other.near_client, other.near_server);
            suspect
                .evidence
                .push(format!("{} ({places})", other.message));
        }
        suspect.evidence.extend(self.complaints());
        Some(suspect)
    }

    /// What followed: who complained.
    fn complaints(&self) -> impl Iterator<Item = String> {
        Side::BOTH.into_iter().filter_map(|side| {
            let leg = self.leg(side);
            let close = leg.connection.close.of(side)?;
            let code = close.code.filter(|code| !matches!(code, 1000 | 1001))?;
            let name = code_name(code).map_or_else(String::new, |name| format!(" ({name})"));
            Some(format!(
                "the {side} closed with {code}{name} in packet {} {}",
                close.packet,
                near(side)
            ))
        })
    }

    /// Rules that an endpoint broke, on the leg that is nearest to it.
    fn violations(&self) -> Vec<Suspect> {
        let of = |side: Side| {
            let leg = self.leg(side);
            let findings = leg.errors(side);
            let known =
                findings.filter_map(|finding| Some((finding, causes::of_rule(finding.rule)?)));
            let first = known.min_by_key(|(finding, _)| finding.time)?;
            Some(self.violation(side, first.0, first.1))
        };
        Side::BOTH.into_iter().filter_map(of).collect()
    }

    fn violation(&self, side: Side, finding: &Finding, cause: &'static str) -> Suspect {
        let other = self.leg(side.peer());
        let same = other.errors(side).find(|it| it.rule == finding.rule);
        let party = endpoint(side);
        let stands = if same.is_some() {
            "it stands alike on both legs, so that nothing in between did it"
        } else {
            "it stands on the leg that is nearest to it"
        };
        let cause = self.cause_of(side, finding, cause);
        let suspect = Suspect::new(
            cause,
            party,
            Confidence::Certain,
            format!(
                "the {side} itself broke a rule: {}; {stands}",
                finding.message
            ),
        )
        .and(format!(
            "packet {} {}: {} [{}]",
            finding.packet,
            near(side),
            finding.message,
            finding.rule
        ));
        let suspect = match same {
            Some(same) => suspect.and(format!(
                "packet {} {}: the same",
                same.packet,
                near(side.peer())
            )),
            None => suspect,
        };
        let at = if finding.frame.is_none() && finding.rule != "framing-lost" && is_head(finding) {
            i64::MIN + 1
        } else {
            self.moment(side, finding.time)
        };
        let mut suspect = suspect.at(at);
        suspect.evidence.extend(self.complaints());
        suspect
    }

    /// The cause of a broken rule, where more of it is known than which one it is.
    fn cause_of(&self, side: Side, finding: &Finding, cause: &'static str) -> &'static str {
        let foreign = self.leg(side).tape(side).foreign.first();
        match finding.rule {
            "rsv-without-extension" if finding.message.contains("inflates") => {
                "compression-without-negotiation"
            }
            "injected-http-response" => {
                let status = foreign.and_then(|it| causes::status(&it.beginning));
                match status {
                    Some(408) => "http-timer",
                    Some(400 | 101) | None => cause,
                    Some(_) => "application-error",
                }
            }
            _ => cause,
        }
    }

    /// The first Close with a code that is a complaint or a refusal.
    fn complaint(&self) -> Option<Suspect> {
        let of = |side: Side| {
            let close = self.leg(side).connection.close.of(side)?;
            let at = self.moment(side, close.time);
            (!self.may_be_echo(side)).then_some((side, close, at))
        };
        let (side, close, at) = Side::BOTH
            .into_iter()
            .filter_map(of)
            .min_by_key(|(_, _, at)| *at)?;
        let code = close.code?;
        let name = code_name(code).unwrap_or("not registered");
        let own = self.leg(side).connection.verdict.as_ref();
        if own.is_some_and(|own| own.cause == "unresponsive-peer")
            && let Some(suspect) = self.unresponsive(side)
        {
            return Some(suspect.at(at));
        }
        let reached = self.leg(side.peer()).connection.close.of(side);
        let party = endpoint(side);
        let (cause, confidence, explanation) = match causes::of_close(code) {
            Some(cause) => (
                cause,
                Confidence::Certain,
                format!("the {side} itself closed with {code} ({name})"),
            ),
            None if matches!(code, 1002 | 1007) => {
                if !self.is_unfounded(side, at) {
                    return None;
                }
                (
                    if code == 1007 {
                        "encoding-bug"
                    } else {
                        "framing-bug"
                    },
                    Confidence::Likely,
                    format!(
                        "the {side} closed with {code} ({name}), and what reached it is right, and \
                         is what the other side sent: its complaint is mistaken"
                    ),
                )
            }
            None => return None,
        };
        let suspect = Suspect::new(cause, party, confidence, explanation)
            .and(format!(
                "packet {} {}: Close {code}",
                close.packet,
                near(side)
            ))
            .at(at);
        let suspect = match reached {
            Some(reached) => suspect.and(format!(
                "packet {} {}: {}",
                reached.packet,
                near(side.peer()),
                named(self.leg(side.peer()), side)
            )),
            None => suspect,
        };
        Some(if confidence == Confidence::Likely {
            suspect.but(format!(
                "what changes frames between its capture and the {side} would not show"
            ))
        } else {
            suspect
        })
    }

    /// Whether a side's Close may only answer one that it had got, or that the capture lacks.
    fn may_be_echo(&self, side: Side) -> bool {
        let (leg, peer) = (self.leg(side), side.peer());
        let closes = &leg.connection.close;
        let is_later = match (closes.of(side), closes.of(peer)) {
            (Some(own), Some(other)) => other.packet < own.packet,
            _ => false,
        };
        let is_aware = match (leg.close(side), leg.close(peer)) {
            (Some(own), Some(other)) => own.seen.place.is_aware_of(&other.seen.place),
            _ => false,
        };
        let is_behind = is_later || is_aware;
        is_behind || leg.lacks(peer) || leg.has_unseen_end(peer)
    }

    /// Whether nothing of what a side got until `at` gave it reason to complain: both captures hold
    /// all that its peer had sent by then, and none of that breaks a rule.
    fn is_unfounded(&self, side: Side, at: i64) -> bool {
        let peer = side.peer();
        let (own, other) = (self.leg(side), self.leg(peer));
        let is_whole = Side::BOTH
            .into_iter()
            .all(|of| !self.near_client.lacks(of) && !self.near_server.lacks(of));
        let until = other.went_on_until(peer).max(other.went_on_until(side));
        let was_seen =
            other.end(peer).is_some() || until.is_some_and(|until| self.moment(peer, until) >= at);
        let is_right = [own, other]
            .into_iter()
            .all(|leg| leg.errors(peer).next().is_none());
        is_whole && is_right && was_seen && !other.has_unseen_end(peer)
    }

    /// Content that somebody in between edited, in frames that are legal.
    fn edited(&self) -> Option<Suspect> {
        let kind = crate::report::model::DifferenceKind::MessageAltered;
        let mut found = self.differences.iter();
        let found = found.find(|it| it.difference.kind == kind)?;
        let difference = &found.difference;
        let at = self.when(difference.near_client, difference.near_server);
        Some(
            Suspect::new(
                "frames-altered",
                Party::Intermediary,
                Confidence::Likely,
                format!(
                    "somebody between the two captures edits what is in messages: {}",
                    difference.message
                ),
            )
            .and(format!(
                "{} ({})",
                difference.message,
                places(difference.near_client, difference.near_server)
            ))
            .but("the frames themselves are legal: that this is what broke it is an inference")
            .at(at),
        )
    }

    /// An end without a Close.
    fn end(&self) -> Option<Suspect> {
        if !self.ends.is_abnormal() {
            return None;
        }
        let Some(ending) = self.ends.ending() else {
            return self.vanished();
        };
        let how = if ending.by_reset { "RST" } else { "FIN" };
        let places = places(ending.near_client, ending.near_server);
        match ending.ender {
            Ender::Endpoint(side) => {
                let confidence = if ending.is_certain {
                    Confidence::Certain
                } else {
                    Confidence::Likely
                };
                let suspect = Suspect::new(
                    self.cause_of_end(side),
                    endpoint(side),
                    confidence,
                    format!(
                        "the {side} itself ended TCP ({how}) without a Close, before anybody else \
                         did"
                    ),
                )
                .and(format!("{how} of the {side}: {places}"))
                .at(ending.at);
                Some(
                    self.unfinished(side)
                        .map_or(suspect.clone(), |words| suspect.and(words)),
                )
            }
            // Where it is certain it is an illegal difference.
            Ender::Between if ending.is_certain => None,
            Ender::Between => Some(
                Suspect::new(
                    "undetermined",
                    Party::Undetermined,
                    Confidence::Possible,
                    format!("one leg was ended ({how}), and the capture of the other one is over"),
                )
                .and(format!("{how}: {places}"))
                .at(ending.at),
            ),
        }
    }

    fn cause_of_end(&self, side: Side) -> &'static str {
        let findings = &self.leg(side).connection.findings;
        let is_timer = findings
            .iter()
            .any(|finding| finding.rule == "idle-timeout-closure" && finding.sender == Some(side));
        if is_timer && self.unfinished(side).is_none() {
            "idle-timeout"
        } else {
            "endpoint-died"
        }
    }

    /// A message that a side left unfinished.
    fn unfinished(&self, side: Side) -> Option<String> {
        let findings = &self.leg(side).connection.findings;
        let finding = findings
            .iter()
            .find(|it| it.rule == "unfinished-message" && it.sender == Some(side))?;
        Some(format!(
            "packet {} {}: {} [{}]",
            finding.packet,
            near(side),
            finding.message,
            finding.rule
        ))
    }

    /// A RST that another machine sent in somebody's name.
    fn forged(&self) -> Option<Suspect> {
        let of = |nearest: Side| {
            let findings = &self.leg(nearest).connection.findings;
            let forged = findings.iter().find(|it| it.rule == "reset-injected")?;
            Some((nearest, forged))
        };
        let (nearest, finding) = Side::BOTH.into_iter().find_map(of)?;
        Some(
            Suspect::new(
                "reset-injected",
                Party::Intermediary,
                Confidence::Likely,
                finding.message.clone(),
            )
            .and(format!(
                "packet {} {} [{}]",
                finding.packet,
                near(nearest),
                finding.rule
            ))
            .at(self.moment(nearest, finding.time)),
        )
    }

    /// It is broken, and nothing tells who did it.
    fn nobody(&self) -> Suspect {
        let lacking: Vec<String> = [
            (self.near_client, Side::Client),
            (self.near_server, Side::Server),
        ]
        .into_iter()
        .filter(|(leg, _)| Side::BOTH.into_iter().any(|side| leg.lacks(side)))
        .map(|(_, side)| near(side).to_owned())
        .collect();
        if lacking.is_empty() {
            return Suspect::new(
                "undetermined",
                Party::Undetermined,
                Confidence::Possible,
                "both legs are the same as far as they go, and nothing on them tells who broke it",
            );
        }
        Suspect::new(
            "capture-incomplete",
            Party::Capture,
            Confidence::Likely,
            format!(
                "the capture {} lacks bytes where the evidence would be",
                lacking.join(" and the one ")
            ),
        )
    }
}

/// Whether a finding is about a head.
fn is_head(finding: &Finding) -> bool {
    let rule = crate::rules::find(finding.rule);
    rule.is_some_and(|rule| rule.table == crate::rules::Table::Handshake)
}

pub(super) const fn endpoint(side: Side) -> Party {
    match side {
        Side::Client => Party::Client,
        Side::Server => Party::Server,
    }
}

/// Which capture, in words.
pub(super) const fn near(side: Side) -> &'static str {
    match side {
        Side::Client => "near the client",
        Side::Server => "near the server",
    }
}

/// Where something is on both legs, in words.
pub(super) fn places(near_client: Option<Spot>, near_server: Option<Spot>) -> String {
    let of = |spot: Option<Spot>, side: Side| {
        spot.map(|spot| format!("packet {} {}", spot.packet, near(side)))
    };
    let (own, other) = (of(near_client, Side::Client), of(near_server, Side::Server));
    let told: Vec<String> = own.into_iter().chain(other).collect();
    if told.is_empty() {
        "in neither capture".to_owned()
    } else {
        told.join(", ")
    }
}
