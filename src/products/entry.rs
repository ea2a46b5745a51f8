//! One product, as the table has it.

use serde::Deserialize;

use super::pattern::{Pattern, Text};
use super::timer::Timer;

/// What kind of machine a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Stands before servers, and speaks HTTP.
    ReverseProxy,
    /// Stands before clients, and speaks HTTP.
    ForwardProxy,
    /// Stands before servers, and shares connections out.
    LoadBalancer,
    /// Stands before servers, all over the world.
    Cdn,
    /// Stands before clients or servers, and refuses.
    Filter,
    /// Stands beside each server of a cluster.
    Mesh,
    /// The server itself, or a library in it.
    Server,
}

impl Kind {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReverseProxy => "reverse proxy",
            Self::ForwardProxy => "forward proxy",
            Self::LoadBalancer => "load balancer",
            Self::Cdn => "CDN",
            Self::Filter => "filter",
            Self::Mesh => "service mesh",
            Self::Server => "server",
        }
    }
}

/// A product.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its name, as reports have it.
    pub name: String,
    /// What kind of machine it is.
    pub kind: Kind,
    /// It may be the server itself: what it signs proves no intermediary.
    pub may_be_origin: bool,
    /// It can be the end of a WebSocket. Where it cannot, a 101 that it signs is another's.
    pub speaks_websocket: bool,
    /// How it shows itself.
    pub(super) signs: Signs,
    /// Timers that end WebSockets.
    pub timers: Vec<Timer>,
    /// How it treats WebSockets.
    pub websocket: String,
    /// What to change in it.
    pub change: String,
    /// What its reloads and restarts do to connections.
    pub reload: String,
    /// What to paste.
    pub advice: Vec<Advice>,
}

/// How a product shows itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Signs {
    pub(super) marks: Vec<Text>,
    pub(super) fields: Vec<Field>,
    pub(super) pages: Vec<Text>,
    pub(super) answers: Vec<Answer>,
    pub(super) closes: Vec<Close>,
}

/// The heads that a field may stand in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Head {
    /// Either.
    #[default]
    Any,
    /// The client's.
    Request,
    /// The server's.
    Response,
}

/// A header field that a product writes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name; `*` in it stands for anything.
    pub name: Pattern,
    /// Its value; any where it is left out.
    pub value: Option<Pattern>,
    /// In which heads.
    #[serde(default, rename = "in")]
    pub head: Head,
    /// It is written only into what another one answered, or asked.
    #[serde(default)]
    pub proxied: bool,
    /// It is written only into answers of its own.
    #[serde(default)]
    pub own: bool,
}

/// An answer that a product writes in this shape.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// With one of these statuses.
    pub statuses: Vec<u16>,
    /// With exactly these fields, in this order, as `Name: value`.
    pub fields: Vec<Pattern>,
}

/// A Close that a product writes by itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Its code.
    pub code: u16,
    /// Its reason.
    pub reason: Pattern,
}

/// What to paste, and where.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// Where it belongs.
    pub place: String,
    /// What it is written in.
    pub language: String,
    /// The text.
    pub text: String,
}

/// An entry of a file: a product, or what is to be said of one anew.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: toml::Spanned<String>,
    pub(super) kind: Option<Kind>,
    may_be_origin: Option<bool>,
    speaks_websocket: Option<bool>,
    #[serde(default)]
    marks: Vec<Text>,
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    pages: Vec<Text>,
    #[serde(default)]
    answers: Vec<Answer>,
    #[serde(default)]
    closes: Vec<Close>,
    #[serde(default)]
    timers: Vec<Timer>,
    websocket: Option<String>,
    change: Option<String>,
    reload: Option<String>,
    #[serde(default)]
    advice: Vec<Advice>,
}

impl Entry {
    /// The product that it is the first to tell of.
    pub(super) fn into_product(self, kind: Kind) -> Product {
        let mut product = Product {
            name: self.name.get_ref().clone(),
            kind,
            may_be_origin: kind == Kind::Server,
            speaks_websocket: kind == Kind::Server,
            signs: Signs::default(),
            timers: Vec::new(),
            websocket: String::new(),
            change: String::new(),
            reload: String::new(),
            advice: Vec::new(),
        };
        product.take(self);
        product
    }
}

impl Product {
    /// How it shows itself, each way in words.
    #[must_use]
    pub fn shows_by(&self) -> Vec<String> {
        let Signs {
            marks,
            fields,
            pages,
            answers,
            closes,
        } = &self.signs;
        let mut ways = Vec::new();
        for field in fields {
            let value = field.value.as_ref().map_or("*", Pattern::as_str);
            let head = match field.head {
                Head::Any => "",
                Head::Request => " in requests",
                Head::Response => " in answers",
            };
            ways.push(format!("`{}: {value}`{head}", field.name.as_str()));
        }
        let quoted = |text: &Text| format!("\"{}\"", text.as_str().replace('\n', " "));
        ways.extend(marks.iter().map(quoted));
        ways.extend(pages.iter().map(|text| quoted(text) + " in pages"));
        for answer in answers {
            let statuses: Vec<_> = answer.statuses.iter().map(u16::to_string).collect();
            let fields: Vec<_> = answer.fields.iter().map(Pattern::as_str).collect();
            let (statuses, fields) = (statuses.join(", "), fields.join("`, `"));
            ways.push(format!("{statuses} with no other fields than `{fields}`"));
        }
        for close in closes {
            let (code, reason) = (close.code, close.reason.as_str());
            ways.push(format!("a Close {code} \"{reason}\""));
        }
        ways
    }

    /// Takes what an entry says: one value in place of another, and what is said in lists before
    /// what was in them; a timer in place of those of the same setting.
    pub(super) fn take(&mut self, entry: Entry) {
        self.kind = entry.kind.unwrap_or(self.kind);
        self.may_be_origin = entry.may_be_origin.unwrap_or(self.may_be_origin);
        self.speaks_websocket = entry.speaks_websocket.unwrap_or(self.speaks_websocket);
        let is_set = |setting: &str| entry.timers.iter().any(|timer| timer.setting == setting);
        self.timers.retain(|timer| !is_set(&timer.setting));
        before(&mut self.timers, entry.timers);
        before(&mut self.signs.marks, entry.marks);
        before(&mut self.signs.fields, entry.fields);
        before(&mut self.signs.pages, entry.pages);
        before(&mut self.signs.answers, entry.answers);
        before(&mut self.signs.closes, entry.closes);
        before(&mut self.advice, entry.advice);
        let texts = [
            (&mut self.websocket, entry.websocket),
            (&mut self.change, entry.change),
            (&mut self.reload, entry.reload),
        ];
        for (text, said) in texts {
            if let Some(said) = said {
                *text = said;
            }
        }
    }
}

fn before<T>(list: &mut Vec<T>, items: Vec<T>) {
    list.splice(0..0, items);
}
