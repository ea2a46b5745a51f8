//! Whose words a pasted text is: a side's own, or those of the other side that it quotes.

use super::text::{looked_at, words};

/// What is to be kept in mind about who says what.
#[must_use]
pub fn notes(text: &str, complains_of_bytes: bool) -> Vec<String> {
    let words = words(looked_at(text));
    let mut notes = Vec::new();
    let code_behind = |verb: &str| {
        words.windows(2).find_map(|pair| match pair {
            [word, code] if word.text == verb => {
                code.number.filter(|code| (1000..=4999).contains(code))
            }
            _ => None,
        })
    };
    let (received, sent) = (code_behind("received"), code_behind("sent"));
    if let Some(code) = received {
        notes.push(format!(
            "\"received {code}\" quotes the other side: that Close, and the text behind it, are the \
             peer's, and so is the limit or the complaint that it speaks of"
        ));
        if sent == Some(code) {
            notes.push(format!(
                "\"then sent {code}\" only echoes it: the side that logs this did not close first"
            ));
        }
    } else if let Some(code) = sent {
        notes.push(format!(
            "\"sent {code}\": the side that logs this closed by itself"
        ));
    }
    if complains_of_bytes {
        notes.push(
            "the side that says this (and closes with 1002, 1007 or 1009) is the one that noticed; \
             the first wrong byte came from the other side, or was put there on the way"
                .to_owned(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_close_is_the_peers() {
        let text = "received 1009 (message too big) Max frame length of 65536 has been exceeded.; \
                    then sent 1009 (message too big)";
        let notes = notes(text, false);
        assert!(notes[0].contains("quotes the other side"), "{notes:?}");
        assert!(notes[1].contains("only echoes"), "{notes:?}");
    }

    #[test]
    fn an_own_close_is_ones_own() {
        let text = "sent 1011 (internal error) keepalive ping timeout; no close frame received";
        assert!(notes(text, false)[0].contains("closed by itself"));
        assert_eq!(notes("RSV1 must be clear", false), Vec::<String>::new());
        assert_eq!(notes("RSV1 must be clear", true).len(), 1);
    }
}
