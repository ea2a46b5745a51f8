//! Where in an expression its fault is. libpcap gives no place with its message: it is asked
//! again, about parts of the expression.

use std::fmt;
use std::ops::Range;

/// Why an expression is none, and where that shows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    expression: String,
    reason: String,
    /// In bytes; empty at the end where more is expected. `None` where no place is known.
    place: Option<Range<usize>>,
}

/// A token that libpcap refuses in words of their own ("bogus ethernet address ..."), as soon as
/// it has read all that comes before.
const REFUSED: &str = "1:2:3:4:5:6:7:8:";

/// Columns of an expression that are shown around a fault.
const SHOWN: usize = 64;

impl Fault {
    /// What is wrong with `expression`, for which `compile` gave `reason`.
    pub(super) fn find(
        expression: &str,
        reason: String,
        compile: &dyn Fn(&str) -> Result<(), String>,
    ) -> Self {
        let place = if reason.contains("syntax error") {
            unexpected(expression, compile)
        } else {
            named(expression, &reason).or_else(|| earliest(expression, &reason, compile))
        };
        Self {
            expression: expression.to_owned(),
            reason,
            place,
        }
    }

    /// Where the fault shows, in bytes of the expression.
    #[must_use]
    pub fn place(&self) -> Option<Range<usize>> {
        self.place.clone()
    }
}

/// What the message has between quotation marks, if the expression has it once.
fn named(expression: &str, reason: &str) -> Option<Range<usize>> {
    let quote = reason.find(['\'', '"'])?;
    let (_, behind) = reason.split_at(quote);
    let mark = behind.chars().next()?;
    let (name, _) = behind.get(1..)?.split_once(mark)?;
    let mut places = tokens(expression)
        .into_iter()
        .map(|token| token.start)
        .filter(|start| {
            let rest = expression.get(*start..).unwrap_or_default();
            !name.is_empty() && rest.starts_with(name)
        });
    let start = places.next()?;
    places.next().is_none().then(|| start..start + name.len())
}

/// The token that cannot stand where it does; the end where each of them can.
///
/// A parser stops at the first token that does not fit and reads no further. So it gets to
/// [`REFUSED`] behind a part of the expression only if all of that part fits.
fn unexpected(
    expression: &str,
    compile: &dyn Fn(&str) -> Result<(), String>,
) -> Option<Range<usize>> {
    let fits = |part: &str| {
        let refused = compile(&format!("{part} {REFUSED}9"));
        refused.is_err_and(|reason| reason.contains(REFUSED))
    };
    // Not every libpcap refuses it.
    if !fits("") {
        return None;
    }
    let tokens = tokens(expression);
    let fitting = tokens.partition_point(|token| fits(up_to(expression, token)));
    let end = expression.len();
    Some(tokens.get(fitting).cloned().unwrap_or(end..end))
}

/// The token behind which the compiler says what it says of the whole.
fn earliest(
    expression: &str,
    reason: &str,
    compile: &dyn Fn(&str) -> Result<(), String>,
) -> Option<Range<usize>> {
    let says_so = |part: &str| compile(part).err().as_deref() == Some(reason);
    // What is said of no expression at all is not about this one.
    if says_so("") {
        return None;
    }
    let tokens = tokens(expression);
    let place = tokens.partition_point(|token| !says_so(up_to(expression, token)));
    tokens.get(place).cloned()
}

fn up_to<'e>(expression: &'e str, token: &Range<usize>) -> &'e str {
    expression.get(..token.end).unwrap_or(expression)
}

/// Words, parentheses and brackets, and runs of other signs.
fn tokens(expression: &str) -> Vec<Range<usize>> {
    #[derive(PartialEq)]
    enum Kind {
        Space,
        Word,
        Alone,
        Sign,
    }
    let kind = |character: char| match character {
        _ if character.is_whitespace() => Kind::Space,
        '(' | ')' | '[' | ']' => Kind::Alone,
        '.' | ':' | '_' | '-' | '\\' | '/' => Kind::Word,
        _ if character.is_alphanumeric() => Kind::Word,
        _ => Kind::Sign,
    };
    let mut tokens: Vec<Range<usize>> = Vec::new();
    let mut before = Kind::Space;
    for (at, character) in expression.char_indices() {
        let kind = kind(character);
        let end = at + character.len_utf8();
        match tokens.last_mut() {
            Some(token) if kind == before && matches!(kind, Kind::Word | Kind::Sign) => {
                token.end = end;
            }
            _ if kind != Kind::Space => tokens.push(at..end),
            _ => {}
        }
        before = kind;
    }
    tokens
}

/// The message, and below it the expression with marks below the fault.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        let Some(place) = &self.place else {
            return Ok(());
        };
        let columns = |range: Range<usize>| {
            let part = self.expression.get(range).unwrap_or_default();
            part.chars().count()
        };
        let (before, marked) = (columns(0..place.start), columns(place.clone()).max(1));
        // Of a long expression what stands around the fault.
        let left_out = (before + marked).saturating_sub(SHOWN * 3 / 4).min(before);
        let shown = self.expression.chars().skip(left_out).take(SHOWN);
        // One line, whatever it was written as.
        let shown: String = shown
            .map(|character| {
                if character.is_control() {
                    ' '
                } else {
                    character
                }
            })
            .collect();
        let (dots, marked) = (if left_out > 0 { "…" } else { "" }, marked.min(SHOWN));
        let indent = before - left_out + dots.chars().count();
        write!(
            f,
            "\n  {dots}{shown}\n  {:indent$}{}",
            "",
            "^".repeat(marked)
        )?;
        if place.is_empty() {
            f.write_str(" more is expected here")?;
        }
        Ok(())
    }
}
