//! Paths of request targets.

use std::fmt;
use std::str::FromStr;

use super::host::Pattern;

/// A path; `*` stands for any characters, `/` among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Path(Pattern);

impl Path {
    /// Whether it is this path, as it stands in a request.
    pub(super) fn matches(&self, path: &str) -> bool {
        self.0.matches(path)
    }
}

impl FromStr for Path {
    type Err = String;

    fn from_str(path: &str) -> Result<Self, String> {
        if path.contains('?') {
            return Err("a path has no query: leave out what stands behind the ?".to_owned());
        }
        if !path.starts_with(['/', '*']) {
            return Err("a path begins with /, or with * for any begin".to_owned());
        }
        Ok(Self(Pattern::new(path)))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The path of a request target (RFC 9112 section 3.2), be it in origin-form or in the
/// absolute-form that proxies are sent.
#[must_use]
pub fn path_of(target: &str) -> &str {
    let target = target.split(['?', '#']).next().unwrap_or_default();
    let Some((_, behind)) = target
        .split_once("://")
        .filter(|_| !target.starts_with('/'))
    else {
        return target;
    };
    behind
        .find('/')
        .and_then(|at| behind.get(at..))
        .unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_a_path() {
        for (target, path) in [
            ("/chat", "/chat"),
            ("/chat?token=a/b", "/chat"),
            ("/a/b#c", "/a/b"),
            ("http://example.com/chat?x", "/chat"),
            ("ws://example.com", "/"),
            ("/to?u=http://example.com/x", "/to"),
            ("/to/http://example.com/x", "/to/http://example.com/x"),
            ("example.com:443", "example.com:443"),
            ("*", "*"),
        ] {
            assert_eq!(path_of(target), path);
        }
    }

    #[test]
    fn a_star_is_any_characters() {
        let matches = |pattern: &str, path| pattern.parse::<Path>().unwrap().matches(path);
        assert!(matches("/ws", "/ws"));
        assert!(!matches("/ws", "/ws/"));
        assert!(!matches("/ws", "/WS"));
        assert!(matches("/ws/*", "/ws/a/b"));
        assert!(matches("*/socket.io/", "/a/b/socket.io/"));
        assert!(matches("/a[b]", "/a[b]"));
    }

    #[test]
    fn what_is_no_path_says_why() {
        for (text, expected) in [
            ("/chat?a", "no query"),
            ("chat", "begins with /"),
            ("", "/"),
        ] {
            let refused = text.parse::<Path>().unwrap_err();
            assert!(refused.contains(expected), "{refused}");
        }
    }
}
