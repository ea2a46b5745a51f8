//! What is said of a pasted error text, as values that every form of it is made from: JSON here,
//! text in `text::explanation`. It puts together what is known and, where captures were given,
//! what they show.

use std::io;

use serde::Serialize;

use super::model::{Connection, Report, Tool};
use crate::side::Side;
use crate::symptoms::fit::{self, Place, fit};
use crate::symptoms::text::{self, LOOKED_AT};
use crate::symptoms::{Decoded, Fit, Knowledge, Match, data, note, number};

/// The name and number of the JSON form.
pub const SCHEMA: &str = "wsblame.explain/1";

/// Bytes of the pasted text that are repeated.
const REPEATED: usize = 2000;

/// Everything that is said of a text.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The program that wrote it.
    pub tool: Tool,
    /// The text, at most its first 2000 bytes.
    pub text: String,
    /// The text is longer than what was looked at.
    pub truncated: bool,
    /// Known texts that it is, or that stand in it, the best first.
    pub matches: Vec<Said>,
    /// The nearest known texts, where none is near enough.
    pub nearest: Vec<Said>,
    /// What it means; null where no text is near enough.
    pub means: Option<&'static str>,
    /// Its numbers, decoded.
    pub decoded: Vec<Decoded>,
    /// Whose words it is.
    pub notes: Vec<String>,
    /// Known causes, those that the captures support first, then the likeliest.
    pub causes: Vec<Cause>,
    /// What the captures show; null without any.
    pub capture: Option<Capture>,
}

/// A known text.
#[derive(Debug, Serialize)]
pub struct Said {
    /// Name of what it means.
    pub symptom: &'static str,
    /// The libraries that write it.
    pub library: String,
    /// The text, `N` standing for a number.
    pub text: &'static str,
    /// How alike it is, from 0 to 1.
    pub similarity: f64,
}

/// A known cause.
#[derive(Debug, Serialize)]
pub struct Cause {
    /// Its name.
    pub cause: &'static str,
    /// What happened.
    pub title: &'static str,
    /// Who would be at fault.
    pub at_fault: String,
    /// What it looks like on the wire.
    pub signature: &'static str,
    /// What to change.
    pub fix: &'static str,
    /// What to capture to be sure.
    pub capture: &'static str,
    /// Rules that show it, for `wsblame rules`.
    pub rules: Vec<&'static str>,
    /// The cause of a verdict that says the same.
    pub verdict: Option<&'static str>,
    /// Public issues about it.
    pub sources: &'static [String],
    /// `supported`, `ruled-out` or `cannot-tell`; null without a capture.
    pub supported: Option<&'static str>,
    /// How that is known, or what is missing.
    pub why: Option<String>,
    /// The packets that support it.
    pub places: Vec<Place>,
}

/// What captures show, whatever the text says.
#[derive(Debug, Serialize)]
pub struct Capture {
    /// Their names, in command-line order.
    pub inputs: Vec<String>,
    /// WebSocket connections.
    pub connections: u64,
    /// Broken ones.
    pub broken: u64,
    /// What broke the first of them.
    pub shows: Vec<Shown>,
    /// What follows where no cause is supported.
    pub hint: Option<String>,
}

/// A finding that broke a connection.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Name of the rule.
    pub rule: &'static str,
    /// What was seen.
    pub message: String,
    /// Who broke the connection, as its verdict says; null where it has none.
    pub verdict: Option<String>,
}

/// Explains a text; with a report, by what that shows.
#[must_use]
pub fn explain(pasted: &str, report: Option<&Report>) -> Explanation {
    let found = text::find(pasted);
    let first = found.matches.first();
    let known = Knowledge::get();
    let causes: Vec<&data::Cause> = first
        .map(|it| known.causes_of(it.symptom).collect())
        .unwrap_or_default();
    let complained_of = first.and_then(Match::complains_of);
    let fits = report.map(|report| fit(&causes, report, complained_of));
    // Of a frame that the other side may have sent otherwise.
    let complains_of_bytes = causes.iter().any(|it| it.id == "changed-behind-here");
    let mut fits = fits.into_iter().flatten();
    let mut causes: Vec<Cause> = causes
        .into_iter()
        .map(|cause| {
            let fit = fits.next();
            let shown = match &fit {
                Some(Fit::Supported { places, .. }) => places.first().and_then(|it| it.sender),
                _ => None,
            };
            cause_of(cause, cause.at_fault_of(complained_of, shown), fit)
        })
        .collect();
    // The verdicts weighed all evidence of their connections.
    let is_verdict = |cause: &Cause| {
        let mut connections = report.iter().flat_map(|report| &report.connections);
        let verdict = |it: &Connection| it.verdict.as_ref().map(|verdict| verdict.cause);
        cause.verdict.is_some() && connections.any(|it| verdict(it) == cause.verdict)
    };
    causes.sort_by_key(|cause| match cause.supported {
        Some(SUPPORTED) if is_verdict(cause) => 0,
        Some(SUPPORTED) => 1,
        Some(RULED_OUT) => 3,
        _ => 2,
    });
    let is_supported = causes.iter().any(|it| it.supported == Some(SUPPORTED));
    Explanation {
        schema: SCHEMA,
        tool: Tool::THIS,
        text: text::beginning(pasted, REPEATED).to_owned(),
        truncated: pasted.len() > LOOKED_AT,
        means: first.map(|it| it.symptom.means.as_str()),
        matches: found.matches.iter().map(Said::from).collect(),
        nearest: found.nearest.iter().map(Said::from).collect(),
        decoded: number::decode(pasted),
        notes: note::notes(pasted, complains_of_bytes),
        causes,
        capture: report.map(|report| capture(report, first.is_some(), is_supported)),
    }
}

/// The value of [`Cause::supported`] where a capture shows it.
pub(super) const SUPPORTED: &str = "supported";

/// The value of [`Cause::supported`] where a capture speaks against it.
pub(super) const RULED_OUT: &str = "ruled-out";

const CANNOT_TELL: &str = "cannot-tell";

impl From<&Match> for Said {
    fn from(found: &Match) -> Self {
        Self {
            symptom: &found.symptom.id,
            library: found.library(),
            text: found.text,
            similarity: (found.similarity * 100.0).round() / 100.0,
        }
    }
}

fn cause_of(cause: &'static data::Cause, at_fault: String, fit: Option<Fit>) -> Cause {
    let mut rules: Vec<&'static str> = Vec::new();
    for rule in cause.shown.iter().filter_map(|clue| clue.rule.as_deref()) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let (supported, why, places) = match fit {
        None => (None, None, Vec::new()),
        Some(Fit::Supported { places, why }) => (Some(SUPPORTED), Some(why), places),
        Some(Fit::RuledOut { why }) => (Some(RULED_OUT), Some(why), Vec::new()),
        Some(Fit::CannotTell { why }) => (Some(CANNOT_TELL), Some(why), Vec::new()),
    };
    Cause {
        cause: &cause.id,
        title: &cause.title,
        at_fault,
        signature: &cause.signature,
        fix: &cause.fix,
        capture: &cause.capture,
        rules,
        verdict: cause.cause.as_deref(),
        sources: &cause.sources,
        supported,
        why,
        places,
    }
}

fn capture(report: &Report, is_known: bool, is_supported: bool) -> Capture {
    /// Broken connections that are told of: `wsblame check` has them all.
    const TOLD: usize = 5;
    let shows = report
        .connections
        .iter()
        .filter(|connection| connection.broken)
        .filter_map(|connection| Some((connection, fit::roots(connection).next()?)))
        .take(TOLD)
        .map(|(connection, finding)| Shown {
            place: Place::of(connection, finding),
            rule: finding.rule,
            message: finding.message.clone(),
            verdict: connection.verdict.as_ref().map(|verdict| {
                format!(
                    "{}: {}, {}",
                    verdict.cause,
                    verdict.party.as_str(),
                    verdict.confidence.as_str()
                )
            }),
        })
        .collect();
    let summary = &report.summary;
    let hint = if is_supported {
        None
    } else if report.inputs.iter().all(|it| it.format.is_none()) {
        Some("the captures could not be read".to_owned())
    } else if summary.connections == 0 {
        Some(match summary.other.tls {
            0 => "these captures hold no WebSocket connection".to_owned(),
            tls => format!(
                "these captures hold no WebSocket connection that can be read; {tls} connections \
                 are encrypted (TLS)"
            ),
        })
    } else if summary.broken == 0 {
        let is_whole = |it: &Connection| Side::BOTH.iter().all(|side| is_whole(it, *side));
        let parts = report.connections.iter().filter(|it| !is_whole(it)).count();
        Some(match parts {
            0 => "no connection in these captures is broken: the text is of another connection, \
                  another time or another leg; what is changed between here and the side that \
                  wrote it does not show here"
                .to_owned(),
            parts => format!(
                "no connection in these captures shows to be broken, but of {parts} of them not \
                 all is here"
            ),
        })
    } else if is_known {
        Some(
            "none of the known causes of this text shows here; what did break connections here is \
             told below"
                .to_owned(),
        )
    } else {
        None
    };
    Capture {
        inputs: report.inputs.iter().map(|it| it.name.clone()).collect(),
        connections: summary.connections,
        broken: summary.broken,
        shows,
        hint,
    }
}

/// Whether everything that a side sent was captured and read.
fn is_whole(connection: &Connection, side: Side) -> bool {
    let captured = connection.captured.of(side);
    captured.from_start && captured.missing_bytes == 0 && captured.unread_bytes == 0
}

/// Writes an explanation as JSON, with a line end behind it.
///
/// # Errors
///
/// Those of `out`.
pub fn write_json(
    explanation: &Explanation,
    out: &mut (impl io::Write + ?Sized),
) -> io::Result<()> {
    super::json::write_value(explanation, out)
}
