//! Who broke a connection: the conclusion that a report draws from its findings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::word::{self, Word};

/// Who broke a connection, how sure that is, and what to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Who.
    pub party: Party,
    /// How sure that is.
    pub confidence: Confidence,
    /// Name of the cause.
    #[serde(deserialize_with = "word::one")]
    pub cause: Word,
    /// The product that shows itself, where one does.
    pub product: Option<String>,
    /// What happened, in a sentence or two.
    pub explanation: String,
    /// What to change, and where.
    pub remedy: String,
    /// The remedy in the products' own words, the likeliest first.
    pub snippets: Vec<Snippet>,
    /// A command that shows whether the remedy helped; null where no command can.
    pub confirm: Option<String>,
    /// What it stands on, the strongest first.
    pub evidence: Vec<String>,
    /// What speaks against it, or is not known.
    pub against: Vec<String>,
    /// Other causes that would fit, the likeliest first.
    pub alternatives: Vec<Alternative>,
    /// Where to capture next to be certain; null where it is.
    pub next_capture: Option<String>,
}

/// Who may have broken a connection.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The client itself.
    Client,
    /// The server itself.
    Server,
    /// A proxy, firewall, load balancer or CDN.
    Intermediary,
    /// The client, or something between it and the capture.
    ClientSide,
    /// The server, or something between it and the capture.
    ServerSide,
    /// Loss, or a dead path.
    Network,
    /// Nobody that the capture shows: it lacks what would tell.
    Capture,
    /// Nobody can be named.
    Undetermined,
}

impl Party {
    /// As reports name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Intermediary => "intermediary",
            Self::ClientSide => "client-side",
            Self::ServerSide => "server-side",
            Self::Network => "network",
            Self::Capture => "capture",
            Self::Undetermined => "undetermined",
        }
    }
}

/// How sure a verdict is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It fits; so may others.
    Possible,
    /// It explains all that was seen better than anything else.
    Likely,
    /// Nothing else fits.
    Certain,
}

impl Confidence {
    /// As reports name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// A remedy in the words of one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snippet {
    /// The product, or library.
    #[serde(deserialize_with = "word::one")]
    pub product: Word,
    /// Where it belongs.
    #[serde(deserialize_with = "word::one")]
    pub place: Word,
    /// What it is written in: `nginx`, `haproxy`, `javascript`, `python`, `sh` and so on.
    #[serde(deserialize_with = "word::one")]
    pub language: Word,
    /// The text to paste.
    #[serde(deserialize_with = "word::one")]
    pub text: Word,
}

/// A cause that would fit, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alternative {
    /// Name of the cause.
    #[serde(deserialize_with = "word::one")]
    pub cause: Word,
    /// Who it would be.
    pub party: Party,
    /// How sure that would be.
    pub confidence: Confidence,
    /// Why it fits.
    pub reason: String,
}
