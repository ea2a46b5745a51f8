//! Plain words: those that no renderer, and nothing that reads what was rendered, takes for more
//! than a word.

/// Whether a word is one that nobody takes for anything else: letters and digits, with a few signs
/// between them.
pub(super) fn is_plain(word: &str) -> bool {
    const SIGNS: [&str; 9] = ["–", "—", "→", "←", "≠", "↳", "±", "…", "%"];
    if SIGNS.contains(&word) {
        return true;
    }
    is_plain_inside(word) && !is_hash(word) && !is_key(word)
}

fn is_plain_inside(word: &str) -> bool {
    let number = word.strip_prefix(['+', '-']);
    let number = number.filter(|it| it.starts_with(|it: char| it.is_ascii_digit()));
    let mut characters = number.unwrap_or(word).chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        let after = characters.peek().copied();
        let between = |is: fn(char) -> bool| before.is_some_and(is) && after.is_some_and(is);
        let fits = match character {
            '.' => between(|it| it.is_ascii_digit()),
            ':' => between(|it| it.is_ascii_digit()) && is_time(word),
            '/' | '=' | '-' => between(char::is_alphanumeric),
            '\'' => between(char::is_alphabetic),
            other => other.is_alphanumeric(),
        };
        if !fits {
            return false;
        }
        before = Some(character);
    }
    true
}

/// Hours, minutes and seconds: other numbers between colons are pictures somewhere.
fn is_time(word: &str) -> bool {
    let is_two_digits = |it: &str| it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit());
    let (before, last) = word.rsplit_once(':').unwrap_or(("", word));
    let seconds = last.split('.').next().unwrap_or(last);
    is_two_digits(seconds) && before.split(':').all(is_two_digits)
}

/// What may be the number of a commit.
fn is_hash(word: &str) -> bool {
    const SHORTEST: usize = 7;
    word.len() >= SHORTEST && word.bytes().all(|it| it.is_ascii_hexdigit())
}

/// What may be the key of an issue, as `ABC-123`.
fn is_key(word: &str) -> bool {
    let ends = word.split('-').skip(1);
    word.starts_with(char::is_alphabetic)
        && ends
            .into_iter()
            .any(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}
