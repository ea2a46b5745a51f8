//! HTTP answers among frames: who may have written them.

use crate::http::ResponseHead;
use crate::products;
use crate::report::model::{Confidence, Party};
use crate::rules::Finding;
use crate::side::Side;
use crate::untrusted::Untrusted;

use super::case::Case;
use super::filters;
use super::intrusion::Intrusion;
use super::signs;
use super::suspicion::Suspicion;

/// An HTTP answer among the server's frames.
#[derive(Debug)]
pub(super) struct Injected<'a> {
    /// What was found.
    pub(super) finding: &'a Finding,
    /// Its status code.
    pub(super) status: Option<u16>,
    /// The filter whose page it is.
    pub(super) filter: Option<&'static str>,
    /// The words by which it speaks as a filter's page.
    pub(super) speech: Option<&'static str>,
    /// It is signed by another server than the 101.
    pub(super) is_signed_otherwise: bool,
    intrusion: &'a Intrusion,
    head: Option<ResponseHead>,
}

/// The HTTP answer that stands among the server's frames.
pub(super) fn by_server<'a>(case: &Case<'a>) -> Option<Injected<'a>> {
    let (finding, side) = case.root_of(&["injected-http-response"])?;
    if side != Side::Server {
        return None;
    }
    let intrusion = (*case.intrusions.of(side))?;
    let response = intrusion.response();
    let filter = response
        .as_ref()
        .and_then(|(head, body)| filters::product(head, body));
    let speech = response
        .as_ref()
        .and_then(|(_, body)| filters::speech(body));
    let head = response.map(|(head, _)| head);
    Some(Injected {
        finding,
        status: intrusion.status(),
        filter,
        speech,
        is_signed_otherwise: is_signed_otherwise(case, head.as_ref()),
        intrusion,
        head,
    })
}

/// Whether the answer names another server than the 101 does. Where the 101 names none, or a proxy
/// that signs what it passes on, the name must be that of a product that stands between: servers
/// sign their pages, and the page may come from behind the proxy.
fn is_signed_otherwise(case: &Case<'_>, head: Option<&ResponseHead>) -> bool {
    let accepted = case.handshake.and_then(|handshake| handshake.response());
    let (Some(head), Some(accepted)) = (head, accepted) else {
        return false;
    };
    let (server, other) = (
        head.fields.first("Server"),
        accepted.head.fields.first("Server"),
    );
    if server.is_none() || server == other {
        return false;
    }
    let is_servers_own = other.is_some() && signs::on(case, Side::Server).is_none();
    let mut matches = products::table().of_response(head, b"").into_iter();
    is_servers_own || matches.any(|found| found.product.is_intermediary())
}

impl Injected<'_> {
    /// Seconds from the 101 to it, where the 101 was captured.
    pub(super) fn age(&self, case: &Case<'_>) -> Option<f64> {
        let answer = case.handshake.filter(|it| it.is_accepted())?.response()?;
        let age = self.intrusion.place.time.since(answer.place.time);
        Some(age.as_secs_f64())
    }

    /// The suspicion with how long after the 101 it came.
    pub(super) fn after(&self, case: &Case<'_>, suspicion: Suspicion) -> Suspicion {
        let when = self.age(case);
        suspicion.and_any(when.map(|age| format!("it came {age:.3} s after the 101")))
    }

    /// That an intermediary wrote it, where something shows that; else that it came from the
    /// server's side.
    pub(super) fn suspicion(&self, case: &Case<'_>, explanation: String) -> Suspicion {
        let is_gateways = matches!(self.status, Some(502 | 504));
        let hand = case.findings.iter().find(|finding| {
            matches!(
                finding.rule.name,
                "foreign-segment" | "tcp-overlap-conflict"
            ) && finding.sender == Some(Side::Server)
                && finding.place.packet == self.intrusion.place.packet
        });
        let speaks = self.filter.is_some() || self.speech.is_some();
        let shows = speaks || self.is_signed_otherwise || is_gateways;
        let is_own = case.is_at(Side::Server);
        let (party, confidence) = match (is_own, shows, hand.is_some()) {
            (true, ..) => (Party::Server, Confidence::Certain),
            (false, _, true) => (Party::Intermediary, Confidence::Certain),
            (false, true, false) => (Party::Intermediary, Confidence::Likely),
            (false, false, false) => (Party::ServerSide, Confidence::Likely),
        };
        let mut suspicion =
            Suspicion::new(party, confidence, explanation).explaining(case, self.finding);
        if let Some(hand) = hand {
            suspicion = suspicion.explaining(case, hand);
        }
        if let Some(words) = self.speech {
            suspicion = suspicion.and(format!("the page says \"{words}\", as filters do"));
        }
        if self.is_signed_otherwise {
            suspicion = suspicion.and_any(self.signatures(case));
        }
        if is_gateways {
            suspicion = suspicion.and("its status is one that only gateways write");
        }
        let sign = signs::on(case, Side::Server);
        let product = self.filter.map(str::to_owned);
        let product = product.or_else(|| sign.as_ref().and_then(|sign| sign.product.clone()));
        suspicion = suspicion.and_any(sign.map(|sign| sign.words)).by(product);
        match (is_own, party) {
            (true, _) => suspicion,
            (_, Party::ServerSide) => suspicion.but(
                "nothing in the page says who wrote it: it may be the server itself, or a proxy",
            ),
            _ => suspicion.but("a proxy in the server's own process would look the same"),
        }
    }

    fn signatures(&self, case: &Case<'_>) -> Option<String> {
        let server = Untrusted(self.head.as_ref()?.fields.first("Server")?);
        let answer = case.handshake?.response()?;
        Some(match answer.head.fields.first("Server").map(Untrusted) {
            Some(other) => {
                format!("it is signed Server: {server}, and the 101 was signed Server: {other}")
            }
            None => format!("it is signed Server: {server}, and the 101 was not signed"),
        })
    }
}
