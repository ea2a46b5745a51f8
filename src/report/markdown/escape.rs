//! The one way in which text gets into Markdown. It knows what renderers, and what those add that
//! read their output (mentions, references, links), act on, and leaves them nothing to act on.
//!
//! A backslash would not do: mentions, references and bare links are looked for in what is
//! rendered, where the backslash is gone. They are not looked for in code, and so everything that
//! is not a plain word stands in a code span. Nothing is added to the text and nothing is left out:
//! what is rendered reads as the text did.

use std::fmt::Write as _;

use super::plain::is_plain;
use crate::report::words::NO_BREAK;
use crate::untrusted::Shown;

/// A text within one line of Markdown that opens nothing: no link, image, mention, reference,
/// heading, list, table cell, emphasis or HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inline(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Plain words and spaces.
    Plain(String),
    /// Anything, harmless to look at.
    Code(String),
    /// A label of this program's own.
    Strong(&'static str),
}

impl Inline {
    /// A text, also one with words from the wire in it: its quotations and what is not a plain
    /// word are code.
    pub(super) fn text(text: &str) -> Self {
        Self::default().and_text(text.trim_start_matches([' ', NO_BREAK]))
    }

    /// A text that is code as a whole: a name, an address, a command.
    pub(super) fn code(text: &str) -> Self {
        let mut inline = Self::default();
        inline.push_code(&harmless(text));
        inline
    }

    /// A label of this program's own, in strong type.
    pub(super) fn strong(label: &'static str) -> Self {
        Self(vec![Piece::Strong(label)])
    }

    /// This and a text behind it.
    #[must_use]
    pub(super) fn and(mut self, other: Self) -> Self {
        for piece in other.0 {
            match piece {
                Piece::Plain(text) => self.push_plain(&text),
                Piece::Code(text) => self.push_code(&text),
                strong @ Piece::Strong(_) => self.0.push(strong),
            }
        }
        self
    }

    /// This and a text behind it, in the same sentence.
    #[must_use]
    pub(super) fn and_text(mut self, text: &str) -> Self {
        let shown = harmless(text);
        let mut rest = shown.as_str();
        while let Some(first) = rest.chars().next() {
            let taken = match first {
                '"' => quotation(rest),
                other => rest
                    .find(|it: char| it == '"' || is_space(it) != is_space(other))
                    .unwrap_or(rest.len()),
            };
            let (token, after) = rest.split_at(taken);
            match first {
                '"' => self.push_code(token),
                space if is_space(space) => self.push_plain(token),
                _ => self.push_word(token),
            }
            rest = after;
        }
        self
    }

    /// This and a text of this program's own, which has its commands between backticks.
    #[must_use]
    pub(super) fn and_prose(self, text: &str) -> Self {
        let mut inline = self;
        for (number, part) in text.split('`').enumerate() {
            inline = if number % 2 == 0 {
                inline.and_text(part)
            } else {
                inline.and(Self::code(part))
            };
        }
        inline
    }

    fn push_word(&mut self, word: &str) {
        let is_first = self.0.is_empty();
        let inner = word.trim_start_matches(['(', '\'']);
        let (lead, _) = word.split_at(word.len() - inner.len());
        let core = inner.trim_end_matches([')', ',', '.', ';', ':', '?', '\'', '…']);
        let (core, trail) = inner.split_at(core.len());
        let begins_a_list = is_first && lead.is_empty() && trail.starts_with(['.', ')']);
        match core {
            "" if is_first && !word.starts_with('(') => self.push_code(word),
            "" => self.push_plain(word),
            _ if is_plain(core) && !begins_a_list => self.push_plain(word),
            _ => {
                self.push_plain(lead);
                self.push_code(core);
                self.push_plain(trail);
            }
        }
    }

    fn push_plain(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Plain(last)) => last.push_str(text),
            _ => self.0.push(Piece::Plain(text.to_owned())),
        }
    }

    /// Two spans of code side by side would end each other: they become one.
    fn push_code(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Code(last)) => last.push_str(text),
            _ => self.0.push(Piece::Code(text.to_owned())),
        }
    }

    /// For a heading, a paragraph or an item of a list.
    pub(super) fn in_line(&self) -> String {
        self.render(str::to_owned).trim_end().to_owned()
    }

    /// For a cell of a table: it is cut at pipes before anything else is read, code or not.
    pub(super) fn in_cell(&self) -> String {
        self.render(|code| {
            let mut escaped = String::new();
            for character in code.chars() {
                match character {
                    // Renderers do not agree on a backslash before that of the pipe.
                    '|' if escaped.ends_with('\\') => escaped.push_str("\\u{7c}"),
                    '|' => escaped.push_str("\\|"),
                    other => escaped.push(other),
                }
            }
            escaped
        })
    }

    fn render(&self, code: impl Fn(&str) -> String) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            // Writing to a string cannot fail.
            let _ = match piece {
                Piece::Plain(plain) => write!(text, "{plain}"),
                Piece::Code(content) => write!(text, "{}", span(&code(content))),
                Piece::Strong(label) => write!(text, "**{label}**"),
            };
        }
        text
    }

    /// What a reader of the rendered text reads.
    #[cfg(test)]
    pub(super) fn read(&self) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Plain(text) | Piece::Code(text) => text.as_str(),
            Piece::Strong(label) => label,
        });
        pieces.collect()
    }
}

/// A block of lines, made harmless, between fences that none of them can be.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(harmless_line).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// A span of code: between as many backticks as are nowhere in it.
fn span(content: &str) -> String {
    let ticks = "`".repeat(longest_run(content) + 1);
    // One space at both ends is taken away again.
    let has_spaces = content.starts_with(' ') && content.ends_with(' ');
    let padding = if content.starts_with('`') || content.ends_with('`') || has_spaces {
        " "
    } else {
        ""
    };
    format!("{ticks}{padding}{content}{padding}{ticks}")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|it| it != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// Characters that act on nothing, in one line; a space that breaks no line is one of this program's
/// own and an ordinary one here.
fn harmless(text: &str) -> String {
    harmless_line(&text.replace(NO_BREAK, " "))
}

fn harmless_line(text: &str) -> String {
    text.chars().map(|it| Shown(it).to_string()).collect()
}

/// A space between words. Others than the usual one are no separators: they stand in code.
const fn is_space(character: char) -> bool {
    character == ' '
}

/// How long the quotation at the beginning is. What is escaped does not end it, and one that nothing
/// ends was cut: the rest is all of it.
fn quotation(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        Inline::text(text).in_line()
    }

    #[test]
    fn plain_words_stay_as_they_are() {
        for text in [
            "The client offered permessage-deflate, and (as usual) the server's 101 agrees.",
            "RFC 6455 section 5.2: FIN=0 over HTTP/1.1 at 10:00:00.004 – +0.005 s → 5 times…",
            "naïve 日本",
        ] {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn what_is_no_plain_word_is_code() {
        for (text, expected) in [
            ("Via: 1.1 a.example (x)", "Via: 1.1 `a.example` (x)"),
            ("from 10.0.0.5:51234.", "from `10.0.0.5:51234`."),
            ("see (http://x/y), @bob", "see (`http://x/y`), `@bob`"),
            ("1. no list", "`1`. no list"),
            ("- no list", "`-` no list"),
            ("GH-1 and deadbeef", "`GH-1` and `deadbeef`"),
            ("a <b>", "a `<b>`"),
            (
                "closed (\"RSV1 must be | clear\")",
                "closed (`\"RSV1 must be | clear\"`)",
            ),
            ("a `b`", "a `` `b` ``"),
            ("x @a\"@b\" y", "x `@a\"@b\"` y"),
            ("cut \"off\\\"", "cut `\"off\\\"`"),
            (":100: 12:34", "`:100`: 12:34"),
            ("a\u{202e}\nb", "`a\\u{202e}\\nb`"),
        ] {
            assert_eq!(line(text), expected);
            assert_eq!(Inline::text(text).read(), harmless(text));
        }
    }

    #[test]
    fn a_cell_has_no_pipe_of_its_own() {
        assert_eq!(Inline::text("a|b").in_cell(), "`a\\|b`");
        assert_eq!(Inline::text("a\\|b").in_cell(), "`a\\\\u{7c}b`");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("sh", "a\nb"), "```sh\na\nb\n```\n");
        assert_eq!(fenced("", "````\n\u{1b}"), "`````\n````\n\\u{1b}\n`````\n");
    }
}
