//! Holds heads, pages and Closes against the table.

use memchr::memmem::find;

use crate::http::{Field as Line, RequestHead, ResponseHead};
use crate::untrusted::Untrusted;

use super::entry::{Field, Head, Kind, Product};
use super::pattern::Pattern;
use super::table::Products;

/// Bytes of a page that are looked at.
const PAGE: usize = 64 << 10;

/// Fields whose values name their author, or lead to a page of its.
const AUTHORS: [&str; 6] = [
    "Server",
    "Via",
    "Location",
    "Proxy-Agent",
    "Proxy-Authenticate",
    "WWW-Authenticate",
];

/// By what a product shows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Header fields.
    Head,
    /// The text of a page: it wrote the whole answer.
    Page,
    /// The shape of an answer: it wrote the whole of it.
    Shape,
    /// A Close frame.
    Close,
}

/// That a product shows itself.
#[derive(Clone, Debug)]
pub struct Match<'p> {
    /// The product.
    pub product: &'p Product,
    /// By what.
    pub sign: Sign,
    /// Where and how, in words: `Server: squid/5.7`, `the page says "fortiguard"`.
    pub mark: String,
    /// It stood between: it cannot be the end of this connection itself.
    pub is_between: bool,
    /// It wrote all of this itself, and passed nothing on.
    pub wrote: bool,
}

/// An answer, prepared for looking at it many times.
struct Answer<'a> {
    head: &'a ResponseHead,
    /// The names of its fields and the values of [`AUTHORS`], in lower case; and whether it is
    /// more than a Via, which stands in what was passed on.
    texts: Vec<(Vec<u8>, bool)>,
    page: Vec<u8>,
}

impl<'a> Answer<'a> {
    fn new(head: &'a ResponseHead, body: &[u8]) -> Self {
        let is_author = |line: &Line<'_>| {
            let mut authors = AUTHORS.iter();
            authors.any(|author| line.name.eq_ignore_ascii_case(author))
        };
        let is_more = |line: &Line<'_>| !line.name.eq_ignore_ascii_case("Via");
        let names = head.fields.iter().map(|line| (line.name.as_bytes(), true));
        let authors = head.fields.iter().filter(is_author);
        let values = authors.map(|line| (line.value, is_more(&line)));
        let is_json = head.fields.first("Content-Type").is_some_and(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind.windows(4).any(|window| window == b"json")
        });
        Self {
            head,
            texts: names
                .chain(values)
                .map(|(text, is_more)| (text.to_ascii_lowercase(), is_more))
                .collect(),
            page: if is_json { Vec::new() } else { page(body) },
        }
    }

    /// Where and how a product shows itself in it.
    fn shows<'p>(&self, product: &'p Product) -> Option<Match<'p>> {
        let is_own = product.is_intermediary();
        // Who passes the fault of another on is between that and the client.
        let is_gateway = matches!(self.head.status, 502 | 504) && product.kind != Kind::Server;
        let is_passed_on = self.head.status == 101 && !product.speaks_websocket;
        let found = |sign, mark, is_between, wrote| Match {
            product,
            sign,
            mark,
            is_between: is_between || is_own || is_gateway,
            wrote,
        };
        let fields = lines(&self.head.fields, product, Head::Response).map(|(line, field)| {
            let is_between = field.proxied || is_passed_on;
            found(Sign::Head, told(line), is_between, field.own)
        });
        let marks = product.signs.marks.iter();
        let in_head = marks.flat_map(|mark| {
            let texts = self.texts.iter().filter(|(text, _)| mark.stands_in(text));
            texts.map(move |(_, is_more)| {
                let mark = format!("the head says \"{}\"", mark.as_str());
                found(Sign::Head, mark, is_passed_on, *is_more)
            })
        });
        let in_page = of_page(product, &self.page).map(|mark| found(Sign::Page, mark, false, true));
        let shapes = product.signs.answers.iter();
        let shape = shapes.filter(|shape| self.has_shape(shape)).map(|shape| {
            let fields: Vec<_> = shape.fields.iter().map(Pattern::as_str).collect();
            let mark = format!("no other fields than \"{}\"", fields.join("\", \""));
            found(Sign::Shape, mark, false, true)
        });
        let all = fields.chain(in_head).chain(in_page).chain(shape);
        // What proves most, the first of those that prove as much.
        all.reduce(|best, other| {
            let proves = |one: &Match<'_>| (one.is_between, one.wrote);
            if proves(&other) > proves(&best) {
                other
            } else {
                best
            }
        })
    }

    fn has_shape(&self, shape: &super::Answer) -> bool {
        let lines = || self.head.fields.iter();
        shape.statuses.contains(&self.head.status)
            && lines().count() == shape.fields.len()
            && lines().zip(&shape.fields).all(|(line, pattern)| {
                pattern.fits(&[line.name.as_bytes(), b": ", line.value].concat())
            })
    }
}

impl Products {
    /// The products that show themselves in an answer and the beginning of its body, the most
    /// telling first; each once, by the mark that proves most.
    #[must_use]
    pub fn of_response(&self, head: &ResponseHead, body: &[u8]) -> Vec<Match<'_>> {
        let answer = Answer::new(head, body);
        let products = self.all().iter();
        products
            .filter_map(|product| answer.shows(product))
            .collect()
    }

    /// The products that wrote into a request: each stood between.
    #[must_use]
    pub fn of_request(&self, head: &RequestHead) -> Vec<Match<'_>> {
        let matches = self.all().iter().filter_map(|product| {
            let (line, _) = lines(&head.fields, product, Head::Request).next()?;
            Some(Match {
                product,
                sign: Sign::Head,
                mark: told(line),
                is_between: true,
                wrote: false,
            })
        });
        matches.collect()
    }

    /// The product that writes such a field into heads.
    #[must_use]
    pub fn of_field(&self, line: Line<'_>) -> Option<&Product> {
        let mut products = self.all().iter();
        products.find(|product| product.signs.fields.iter().any(|field| field.is_on(line)))
    }

    /// The product whose name, or whose mark, stands in a text.
    #[must_use]
    pub fn named_in(&self, text: &[u8]) -> Option<&Product> {
        let text = text.to_ascii_lowercase();
        self.all().iter().find(|product| {
            let name = product.name.to_ascii_lowercase();
            let mut marks = product.signs.marks.iter();
            find(&text, name.as_bytes()).is_some() || marks.any(|mark| mark.stands_in(&text))
        })
    }

    /// The products that a page, or any text, bears the marks of.
    #[must_use]
    pub fn of_page(&self, bytes: &[u8]) -> Vec<Match<'_>> {
        let page = page(bytes);
        let matches = self.all().iter().filter_map(|product| {
            Some(Match {
                product,
                sign: Sign::Page,
                mark: of_page(product, &page)?,
                is_between: product.is_intermediary(),
                wrote: true,
            })
        });
        matches.collect()
    }

    /// The products that write such a Close by themselves.
    #[must_use]
    pub fn of_close(&self, code: u16, reason: &[u8]) -> Vec<Match<'_>> {
        let matches = self.all().iter().filter_map(|product| {
            let mut closes = product.signs.closes.iter();
            closes.find(|close| close.code == code && close.reason.fits(reason))?;
            Some(Match {
                product,
                sign: Sign::Close,
                mark: format!("Close {code} \"{}\"", Untrusted(reason)),
                is_between: product.is_intermediary(),
                wrote: true,
            })
        });
        matches.collect()
    }
}

impl Field {
    fn is_on(&self, line: Line<'_>) -> bool {
        let value = self.value.as_ref();
        self.name.fits(line.name.as_bytes()) && value.is_none_or(|value| value.fits(line.value))
    }
}

/// The lines of a head that a product writes into such heads.
fn lines<'f>(
    fields: &'f crate::http::Fields,
    product: &'f Product,
    head: Head,
) -> impl Iterator<Item = (Line<'f>, &'f Field)> {
    fields.iter().flat_map(move |line| {
        let fields = product.signs.fields.iter();
        fields
            .filter(move |field| matches!(field.head, Head::Any) || field.head == head)
            .filter(move |field| field.is_on(line))
            .map(move |field| (line, field))
    })
}

/// A line as it is told: of a cookie its name only.
fn told(line: Line<'_>) -> String {
    let is_cookie = line.name.eq_ignore_ascii_case("Set-Cookie");
    let mut parts = line.value.split(|byte| *byte == b'=' && is_cookie);
    let value = parts.next().unwrap_or_default();
    let name = Untrusted(line.name.as_bytes());
    format!("{name}: {}", Untrusted(value))
}

/// As much of a page as is looked at, in lower case; nothing of what is data.
fn page(bytes: &[u8]) -> Vec<u8> {
    let begins = bytes.trim_ascii_start().first();
    if matches!(begins, Some(b'{' | b'[')) {
        return Vec::new();
    }
    bytes.get(..PAGE).unwrap_or(bytes).to_ascii_lowercase()
}

fn of_page(product: &Product, page: &[u8]) -> Option<String> {
    let mut marks = product.signs.pages.iter().chain(&product.signs.marks);
    let mark = marks.find(|mark| mark.stands_in(page))?;
    let mark = mark.as_str().replace('"', "'");
    Some(format!("the page says \"{}\"", mark.replace('\n', " ")))
}

#[cfg(test)]
mod tests;
