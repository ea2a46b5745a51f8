//! A text in words: what stands around them is dropped, numbers are known as such.

/// A word, in lower case, or a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::symptoms) struct Word {
    /// The word; a number as it is written.
    pub(in crate::symptoms) text: String,
    /// Its value, if it is a number.
    pub(in crate::symptoms) number: Option<u64>,
    /// What stands directly before it.
    pub(in crate::symptoms) before: Option<char>,
    /// What stands directly behind it.
    pub(in crate::symptoms) after: Option<char>,
}

impl Word {
    /// Whether it stands for any number, in a known text.
    pub(super) fn is_placeholder(&self) -> bool {
        matches!(self.text.as_str(), "n" | "m")
    }
}

/// The words of a text.
pub(in crate::symptoms) fn words(text: &str) -> Vec<Word> {
    let text = without_styles(text);
    let mut words = Vec::new();
    let mut run = String::new();
    let mut before = None;
    let mut last = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let inside = |it: Option<&char>| it.is_some_and(|next| next.is_alphanumeric());
        if is_apostrophe(character) && !run.is_empty() && inside(characters.peek()) {
            continue;
        }
        if character.is_alphanumeric() || character == '_' {
            if run.is_empty() {
                before = last;
            }
            run.extend(character.to_lowercase());
        } else if !run.is_empty() {
            push(&mut words, &run, before, Some(character));
            run.clear();
        }
        last = Some(character);
    }
    if !run.is_empty() {
        push(&mut words, &run, before, None);
    }
    words
}

const fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}')
}

/// A run of letters and digits: one word, or a number with its unit behind it.
fn push(words: &mut Vec<Word>, run: &str, before: Option<char>, after: Option<char>) {
    let mut add = |text: &str, number, before, after| {
        words.push(Word {
            text: text.to_owned(),
            number,
            before,
            after,
        });
    };
    if let Some(digits) = run.strip_prefix("0x")
        && let Ok(number) = u64::from_str_radix(digits, 16)
    {
        return add(run, Some(number), before, after);
    }
    let digits = run.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = run.split_at(digits);
    // Beyond 64 bits it is no number that anybody counts with.
    match number.parse() {
        Ok(value) => {
            add(number, Some(value), before, unit.chars().next().or(after));
            if !unit.is_empty() {
                add(unit, None, number.chars().last(), after);
            }
        }
        Err(_) => add(run, None, before, after),
    }
}

/// The text without terminal styles, also those that a log has written out, and without the
/// escapes of JSON.
fn without_styles(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        plain.push(' ');
        let style = ["\\u001b[", "\\x1b[", "\\033[", "\\e["]
            .into_iter()
            .find_map(|begin| escape.strip_prefix(begin));
        let code = |it: char| it.is_ascii_digit() || it == ';';
        rest = match style {
            Some(style) => style.trim_start_matches(code).trim_start_matches('m'),
            None => {
                let mut characters = escape.chars();
                characters.next();
                let escaped = ['n', 'r', 't', '"', '\\', '\''];
                let rest = characters.as_str();
                rest.strip_prefix(escaped).unwrap_or(rest)
            }
        };
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn case_and_punctuation_are_dropped() {
        assert_eq!(
            texts("Invalid WebSocket frame: RSV1 must be clear!"),
            [
                "invalid",
                "websocket",
                "frame",
                "rsv1",
                "must",
                "be",
                "clear"
            ]
        );
        assert_eq!(texts("couldn't can\u{2019}t 'x'"), ["couldnt", "cant", "x"]);
        assert_eq!(texts("WS_ERR_EXPECTED_FIN"), ["ws_err_expected_fin"]);
    }

    #[test]
    fn numbers_are_told_from_words_and_units() {
        let words = words("60s, 0x40, RSV1, 1006.");
        let numbers: Vec<_> = words.iter().map(|word| word.number).collect();
        assert_eq!(numbers, [Some(60), None, Some(64), None, Some(1006)]);
        assert_eq!(words[4].after, Some('.'));
        assert_eq!(
            texts("99999999999999999999999"),
            ["99999999999999999999999"]
        );
    }

    #[test]
    fn styles_and_escapes_are_dropped() {
        for styled in [
            "\u{1b}[31mRSV1\u{1b}[0m must",
            "\\u001b[1;31mRSV1\\u001b[0m must",
            "\\x1b[31mRSV1\\n\\tmust",
            "\\\"RSV1\\\" must\\",
        ] {
            assert_eq!(texts(styled), ["rsv1", "must"], "{styled}");
        }
    }
}
