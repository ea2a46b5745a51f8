//! Two runs of the same client, at different times: one directly to the server, one through a
//! proxy. What only one of them has is told; that the other leg would show the same is not known.

use crate::report::model::{Confidence, DifferenceKind as Kind, Finding, Party, Spot};
use crate::rules::Severity;
use crate::side::Side;
use crate::websocket::handshake::Handshake;

use super::causes;
use super::difference::{Differences, Found, Way};
use super::leg::{Leg, spot};
use super::suspect::Suspect;

/// Two runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runs<'p, 'a> {
    pub(super) near_client: &'p Leg<'a>,
    pub(super) near_server: &'p Leg<'a>,
}

impl<'p, 'a> Runs<'p, 'a> {
    /// The broken run and the sound one, where one alone is broken.
    fn broken(&self) -> Option<(Side, &'p Leg<'a>, &'p Leg<'a>)> {
        let (own, other) = (self.near_client, self.near_server);
        match (own.connection.broken, other.connection.broken) {
            (true, false) => Some((Side::Client, own, other)),
            (false, true) => Some((Side::Server, other, own)),
            _ => None,
        }
    }

    /// What only one of them has.
    pub(super) fn tell(&self, differences: &mut Differences) {
        self.heads(differences);
        for (of, leg, other) in [
            (Side::Client, self.near_client, self.near_server),
            (Side::Server, self.near_server, self.near_client),
        ] {
            if let Some(finding) = first_of_its_own(leg, other) {
                differences.add(own_finding(of, finding));
            }
        }
    }

    fn heads(&self, differences: &mut Differences) {
        const NAME: &str = "Sec-WebSocket-Extensions";
        let answer = |leg: &Leg<'_>| -> Option<Vec<String>> {
            let answered = leg.handshake()?.answered(NAME)?;
            let text = |element: &[u8]| super::headers::shown(element);
            Some(answered.into_iter().map(text).collect())
        };
        let offer = |leg: &Leg<'_>| leg.handshake().map(|it| it.offered(NAME).len());
        let (own, other) = (answer(self.near_client), answer(self.near_server));
        let (Some(own), Some(other)) = (own, other) else {
            return;
        };
        if own == other || offer(self.near_client) != offer(self.near_server) {
            return;
        }
        let named = |all: &[String]| {
            if all.is_empty() {
                "none".to_owned()
            } else {
                format!("\"{}\"", all.join(", "))
            }
        };
        let message = format!(
            "the same offer was answered otherwise: {NAME} is {} in one run and {} in the other",
            named(&own),
            named(&other)
        );
        let way = Way::of(Side::Server, self.near_client, self.near_server);
        let place = |leg: &Leg<'_>| {
            let answer = leg.handshake().and_then(Handshake::response)?;
            Some(spot(&answer.place))
        };
        let kind = if own.is_empty() || other.is_empty() {
            Kind::HeaderRemoved
        } else {
            Kind::HeaderChanged
        };
        let found = way.found(kind, true, place(way.near), place(way.far), message);
        differences.add(found.in_handshake());
    }

    /// Who broke the run that is broken.
    pub(super) fn suspect(&self) -> Option<Suspect> {
        let legs = [self.near_client, self.near_server];
        if !legs.iter().any(|leg| leg.connection.broken) {
            return None;
        }
        let Some((of, broken, sound)) = self.broken() else {
            return Some(self.both());
        };
        let finding = first_of_its_own(broken, sound).or_else(|| first(broken));
        let goes_elsewhere = broken.connection.server.address != sound.connection.server.address
            || broken.connection.server.port != sound.connection.server.port;
        let words = finding.map_or_else(
            || "one run is broken, and the other one is not".to_owned(),
            |finding| {
                format!(
                    "only one of two runs of the same client is broken ({})",
                    finding.message
                )
            },
        );
        if !goes_elsewhere {
            return Some(
                Suspect::new(
                    "undetermined",
                    Party::Undetermined,
                    Confidence::Possible,
                    format!("{words}, and both went to the same address"),
                )
                .but("what differs between the runs is not known"),
            );
        }
        if Side::BOTH.into_iter().any(|side| sound.lacks(side)) {
            return Some(
                Suspect::new(
                    "capture-incomplete",
                    Party::Capture,
                    Confidence::Likely,
                    format!("{words}, of which the capture lacks what would show that"),
                )
                .but("where bytes are missing the sound run may be broken, too"),
            );
        }
        let cause = finding.map_or("undetermined", |finding| cause(broken, sound, finding));
        let suspect = Suspect::new(
            cause,
            Party::Intermediary,
            Confidence::Likely,
            format!(
                "{words}: the way by {}:{} is at fault, the one by {}:{} works",
                broken.connection.server.address,
                broken.connection.server.port,
                sound.connection.server.address,
                sound.connection.server.port
            ),
        )
        .but("these are two runs: what the server was asked for by the other way is not seen");
        Some(match finding {
            Some(finding) => suspect.and(format!(
                "packet {} {}: {} [{}]; the other run has none",
                finding.packet,
                capture(of),
                finding.message,
                finding.rule
            )),
            None => suspect,
        })
    }

    /// Both runs are broken.
    fn both(&self) -> Suspect {
        let (one, other) = (first(self.near_client), first(self.near_server));
        if let (Some(one), Some(other)) = (one, other)
            && one.rule == other.rule
            && one.sender == other.sender
            && let Some(sender) = one.sender
        {
            let party = match sender {
                Side::Client => Party::Client,
                Side::Server => Party::Server,
            };
            let cause = causes::of_rule(one.rule).unwrap_or("undetermined");
            return Suspect::new(
                cause,
                party,
                Confidence::Likely,
                format!("both runs are broken in the same way: {}", one.message),
            )
            .and(format!(
                "packet {} of the first and packet {} of the second: [{}]",
                one.packet, other.packet, one.rule
            ))
            .but("something that both ways pass may do that, too");
        }
        Suspect::new(
            "undetermined",
            Party::Undetermined,
            Confidence::Possible,
            "both runs are broken, each in its own way",
        )
    }
}

const fn capture(of: Side) -> &'static str {
    match of {
        Side::Client => "of the first capture",
        Side::Server => "of the second capture",
    }
}

/// What broke a run first, that nothing else explains.
fn first<'a>(leg: &Leg<'a>) -> Option<&'a Finding> {
    breaking(leg).next()
}

fn breaking<'a>(leg: &Leg<'a>) -> impl Iterator<Item = &'a Finding> {
    let of_its_own = |finding: &&Finding| finding.because_of.is_none();
    let serious = |finding: &&Finding| finding.severity > Severity::Info;
    let findings = leg.connection.findings.iter();
    findings.filter(serious).filter(of_its_own)
}

fn first_of_its_own<'a>(leg: &Leg<'a>, other: &Leg<'_>) -> Option<&'a Finding> {
    breaking(leg).find(|finding| {
        let same = |it: &Finding| it.rule == finding.rule && it.sender == finding.sender;
        !breaking(other).any(same)
    })
}

fn own_finding(of: Side, finding: &Finding) -> Found {
    let place = Some(Spot {
        packet: finding.packet,
        input: finding.input,
        time: finding.time,
        frame: finding.frame,
    });
    let kind = match finding.rule {
        "handshake-rejected" => Kind::StatusChanged,
        "abnormal-closure" | "idle-timeout-closure" | "peer-vanished" => Kind::EndDiffers,
        _ if finding.frame.is_some() => Kind::FrameAltered,
        _ => Kind::EndDiffers,
    };
    let (near_client, near_server) = match of {
        Side::Client => (place, None),
        Side::Server => (None, place),
    };
    let message = format!(
        "only the run {} has: {} [{}]",
        capture(of),
        finding.message,
        finding.rule
    );
    Found {
        difference: crate::report::model::Difference {
            kind,
            legal: true,
            sender: finding.sender,
            near_client,
            near_server,
            message,
            count: 1,
        },
        cause: "undetermined",
        in_handshake: false,
    }
}

/// What a finding that only one run has is a sign of.
fn cause(broken: &Leg<'_>, sound: &Leg<'_>, finding: &Finding) -> &'static str {
    let agreed = |leg: &Leg<'_>| {
        let agreement = leg.handshake().map(Handshake::agreement);
        agreement.is_some_and(|agreement| agreement.has_deflate())
    };
    match finding.rule {
        "rsv-without-extension" if agreed(sound) && !agreed(broken) => {
            "extension-response-stripped"
        }
        "handshake-rejected" => {
            let status = broken.connection.handshake.status.unwrap_or_default();
            causes::of_status(status)
        }
        "injected-http-response" => {
            let foreign = Side::BOTH
                .into_iter()
                .find_map(|side| broken.tape(side).foreign.first());
            foreign.map_or("frame-inserted", |it| causes::of_foreign(&it.beginning))
        }
        "idle-timeout-closure" | "abnormal-closure" => "idle-timeout",
        "reset-injected" | "foreign-segment" => "reset-injected",
        "orphan-continuation" => "frame-dropped",
        "upgrade-header-missing" | "upgrade-over-http10" => "upgrade-headers-stripped",
        _ => "frames-altered",
    }
}

/// Where the two runs were captured, in words.
pub(super) fn told(runs: &Runs<'_, '_>) -> String {
    format!(
        "the first one goes to {}:{}, the second one to {}:{}",
        runs.near_client.connection.server.address,
        runs.near_client.connection.server.port,
        runs.near_server.connection.server.address,
        runs.near_server.connection.server.port,
    )
}
