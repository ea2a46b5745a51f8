//! What is known: error texts by library, and the causes behind them. It knows the shape of the
//! data files beside it and reads them once; a test holds them to the rules and causes that are
//! declared.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::side::Side;

/// The data files, in the order in which their rows count.
const FILES: [&str; 6] = [
    include_str!("data/causes-frames.toml"),
    include_str!("data/causes-handshake.toml"),
    include_str!("data/causes-closing.toml"),
    include_str!("data/symptoms-frames.toml"),
    include_str!("data/symptoms-handshake.toml"),
    include_str!("data/symptoms-closing.toml"),
];

/// Libraries that are clients only, so that what they complain of came from the server's side.
const CLIENTS: [&str; 9] = [
    "Chrome",
    "Firefox",
    "Safari",
    "Safari (old WebKit)",
    "Starscream",
    "OkHttp",
    "undici",
    "Python websocket-client",
    "reqwest-websocket",
];

/// All that is known.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knowledge {
    /// What libraries say.
    #[serde(default, rename = "symptom")]
    pub symptoms: Vec<Symptom>,
    /// Why they do.
    #[serde(default, rename = "cause")]
    pub causes: Vec<Cause>,
}

/// One meaning, and every text that libraries have for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Symptom {
    /// Its name, kebab-case.
    pub id: String,
    /// What it means, in a few sentences.
    pub means: String,
    /// The side whose bytes the text complains of, where the text alone tells.
    pub sender: Option<Side>,
    /// Names of causes, the likeliest first.
    pub causes: Vec<String>,
    /// Library and text; a word that is `N` or `M` alone stands for any number, `...` for any
    /// words.
    pub texts: Vec<(String, String)>,
}

/// One thing that is known to lead to a symptom.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Its name, kebab-case.
    pub id: String,
    /// What happened, in one line.
    pub title: String,
    /// Who would be at fault; `sender` and `receiver` are those of the bytes complained of.
    pub at_fault: String,
    /// What it looks like on the wire.
    pub signature: String,
    /// What to change.
    pub fix: String,
    /// What to capture to be sure.
    pub capture: String,
    /// The cause of a verdict that says the same.
    pub cause: Option<String>,
    /// What shows it in a report: any one of these is enough.
    #[serde(default)]
    pub shown: Vec<Clue>,
    /// What speaks against it in a report: any one of these is enough.
    #[serde(default)]
    pub against: Vec<Clue>,
    /// Why a capture without such signs rules nothing out; absent where it does.
    pub unseen: Option<String>,
    /// Public issues, `owner/repository#number`.
    pub sources: Vec<String>,
}

/// Something that a report may show of one connection. All that is asked for must hold.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clue {
    /// A finding of this rule, not a mere info of a rule that is more than that.
    pub rule: Option<String>,
    /// The finding's sender; without it, of rules about bytes, the side complained of.
    pub sender: Option<Side>,
    /// The finding's message has one of these in it, in lower case.
    pub says: Vec<String>,
    /// It has none of these in it.
    pub lacks: Vec<String>,
    /// No other finding explains it.
    pub unexplained: bool,
    /// An end or a Close that a violation by the other side explains.
    pub complaint: bool,
    /// The request offers this extension.
    pub offered: Option<String>,
    /// The request does not.
    pub not_offered: Option<String>,
    /// The 101 names this extension.
    pub agreed: Option<String>,
    /// The 101 does not.
    pub not_agreed: Option<String>,
    /// The status of the answer is one of these.
    pub status: Vec<u16>,
    /// It is none of these.
    pub unless_status: Vec<u16>,
    /// A side closed with one of these codes.
    pub closed: Vec<u16>,
    /// A side closed with a code from the first to the second of these.
    pub closed_between: Option<(u16, u16)>,
    /// Its reason has one of these in it, in lower case.
    pub reason: Vec<String>,
    /// At least so many connections with one address end within the same second.
    pub together: u64,
}

impl Knowledge {
    /// What this program knows.
    #[must_use]
    pub fn get() -> &'static Self {
        static KNOWN: LazyLock<Knowledge> = LazyLock::new(|| {
            // A test reads the same files: what is in the program can be parsed.
            FILES
                .iter()
                .filter_map(|file| toml::from_str(file).ok())
                .fold(Knowledge::default(), Knowledge::and)
        });
        &KNOWN
    }

    /// The symptom with this name.
    #[must_use]
    pub fn symptom(&self, id: &str) -> Option<&Symptom> {
        self.symptoms.iter().find(|symptom| symptom.id == id)
    }

    /// The causes of a symptom, the likeliest first.
    pub fn causes_of(&self, symptom: &Symptom) -> impl Iterator<Item = &Cause> {
        symptom
            .causes
            .iter()
            .filter_map(|id| self.causes.iter().find(|cause| cause.id == *id))
    }

    fn and(mut self, more: Self) -> Self {
        self.symptoms.extend(more.symptoms);
        self.causes.extend(more.causes);
        self
    }
}

impl Symptom {
    /// The side whose bytes it complains of when this library says it, where that is known.
    #[must_use]
    pub fn complains_of(&self, library: &str) -> Option<Side> {
        let by_client = CLIENTS.contains(&library);
        self.sender.or(by_client.then_some(Side::Server))
    }
}

impl Cause {
    /// Who would be at fault. `sender` and `receiver` are named by their sides where it is known
    /// whose bytes are complained of; the side that closes or ends TCP where it is known who did.
    #[must_use]
    pub fn at_fault_of(&self, complained_of: Option<Side>, shown: Option<Side>) -> String {
        const ENDS: [&str; 2] = ["the side that closes", "the side that ends TCP"];
        if let Some(side) = shown
            && let Some(ends) = ENDS.iter().find(|ends| self.at_fault.contains(*ends))
        {
            return self.at_fault.replace(ends, &format!("the {side}'s side"));
        }
        let Some(sender) = complained_of.or(shown) else {
            return self.at_fault.clone();
        };
        let named = |word: &str| match word {
            "sender" => format!("{sender}-side"),
            "receiver" => format!("{}-side", sender.peer()),
            word => word.to_owned(),
        };
        self.at_fault
            .split(' ')
            .map(named)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::diagnosis::causes;
    use crate::rules;

    #[test]
    fn every_file_can_be_read() {
        for file in FILES {
            let read: Result<Knowledge, _> = toml::from_str(file);
            assert!(read.is_ok(), "{}", read.unwrap_err());
        }
        let known = Knowledge::get();
        assert!(known.symptoms.len() > 60 && known.causes.len() > 70);
    }

    #[test]
    fn names_are_unique_and_lead_somewhere() {
        let known = Knowledge::get();
        let causes: BTreeSet<_> = known.causes.iter().map(|it| it.id.as_str()).collect();
        let symptoms: BTreeSet<_> = known.symptoms.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(causes.len(), known.causes.len());
        assert_eq!(symptoms.len(), known.symptoms.len());
        let mut used = BTreeSet::new();
        for symptom in &known.symptoms {
            assert!(!symptom.causes.is_empty(), "{}", symptom.id);
            for cause in &symptom.causes {
                assert!(causes.contains(cause.as_str()), "{}: {cause}", symptom.id);
                used.insert(cause.as_str());
            }
        }
        assert_eq!(used, causes);
    }

    #[test]
    fn rules_and_verdicts_are_those_that_are_declared() {
        for cause in &Knowledge::get().causes {
            let clues = cause.shown.iter().chain(&cause.against);
            for rule in clues.filter_map(|clue| clue.rule.as_ref()) {
                assert!(rules::find(rule).is_some(), "{}: {rule}", cause.id);
            }
            if let Some(verdict) = &cause.cause {
                assert!(causes::find(verdict).is_some(), "{}: {verdict}", cause.id);
            }
        }
    }

    #[test]
    fn every_cause_can_be_shown_or_says_why_not() {
        for cause in &Knowledge::get().causes {
            assert!(
                !cause.shown.is_empty() || cause.unseen.is_some(),
                "{}",
                cause.id
            );
            for words in cause
                .shown
                .iter()
                .flat_map(|it| it.says.iter().chain(&it.lacks))
            {
                assert_eq!(*words, words.to_lowercase(), "{}", cause.id);
            }
        }
    }

    #[test]
    fn the_same_text_has_one_meaning() {
        let mut meanings = std::collections::BTreeMap::new();
        for symptom in &Knowledge::get().symptoms {
            for (_, text) in &symptom.texts {
                let before = meanings.insert(text.to_lowercase(), &symptom.id);
                assert!(
                    before.is_none_or(|before| *before == symptom.id),
                    "{text}: {before:?} and {}",
                    symptom.id
                );
            }
        }
    }

    #[test]
    fn the_sender_is_named_where_the_library_is_a_client() {
        let known = Knowledge::get();
        let symptom = known.symptom("reserved-bits").unwrap();
        assert_eq!(symptom.complains_of("netty"), None);
        let chrome = known.symptom("chrome-reserved-100").unwrap();
        assert_eq!(chrome.complains_of("Chrome"), Some(Side::Server));
        assert_eq!(chrome.complains_of("faye"), None);
        let cause = known
            .causes
            .iter()
            .find(|it| it.id == "orphan-continuation");
        let at_fault = |side| cause.unwrap().at_fault_of(side, None);
        assert_eq!(at_fault(None), "sender or intermediary");
        assert_eq!(at_fault(Some(Side::Server)), "server-side or intermediary");
        let cause = known.causes.iter().find(|it| it.id == "message-too-big");
        let at_fault = |shown| cause.unwrap().at_fault_of(None, shown);
        assert_eq!(at_fault(None), "the limit of the side that closes");
        assert_eq!(
            at_fault(Some(Side::Server)),
            "the limit of the server's side"
        );
    }
}
