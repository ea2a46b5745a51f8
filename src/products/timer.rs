//! Timers: what they count, what they are set to, and how a connection ends by them.

use serde::Deserialize;

/// A timer of a product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// The setting, as the product names it.
    pub setting: String,
    /// What it is set to.
    #[serde(deserialize_with = "seconds")]
    pub seconds: u64,
    /// What it counts.
    pub counts: Counts,
    /// How a connection ends by it, where that is known.
    pub ends: Option<Ends>,
    /// It is no default: many samples and guides have it.
    #[serde(default)]
    pub sample: bool,
    /// It is met more often than others that are set alike.
    #[serde(default)]
    pub common: bool,
}

/// What a timer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// The silence of both sides.
    ConnectionSilence,
    /// The silence of the server, whatever the client sends.
    UpstreamSilence,
    /// The silence of the client, whatever the server sends.
    ClientSilence,
    /// The time since the upgrade, however busy the connection is.
    Age,
}

impl Counts {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionSilence => "the silence of both sides",
            Self::UpstreamSilence => "the silence of the server",
            Self::ClientSilence => "the silence of the client",
            Self::Age => "the age",
        }
    }
}

/// How a connection ends by a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// With a FIN to both sides.
    Fin,
    /// With a RST to both sides.
    Rst,
    /// Without a word; what is sent later is not answered, or with a RST.
    Drop,
    /// With a Close frame.
    CloseFrame,
}

impl Ends {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fin => "FIN",
            Self::Rst => "RST",
            Self::Drop => "without a word",
            Self::CloseFrame => "Close frame",
        }
    }
}

/// Seconds of a timer: at least one, at most a week.
pub(super) fn seconds<'de, D: serde::Deserializer<'de>>(source: D) -> Result<u64, D::Error> {
    const WEEK: u64 = 7 * 24 * 60 * 60;
    let seconds = u64::deserialize(source)?;
    if !(1..=WEEK).contains(&seconds) {
        let refusal = format!("a timer is set to 1 to {WEEK} seconds");
        return Err(serde::de::Error::custom(refusal));
    }
    Ok(seconds)
}
