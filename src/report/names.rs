//! What captures are called where there are several: as short as tells them apart.

use std::collections::HashMap;
use std::path::is_separator;

/// The names of the captures of one analysis, in their order.
#[derive(Clone, Debug, Default)]
pub struct Names(Vec<Name>);

#[derive(Clone, Debug)]
struct Name {
    whole: String,
    /// Where in `whole` the short name begins.
    short: usize,
}

impl Names {
    /// Names captures; a short name is the file alone, and as many of the directories above it
    /// as no other capture has in the same places.
    #[must_use]
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        let mut short: Vec<Option<usize>> = vec![None; names.len()];
        for parts in 1.. {
            let ends: Vec<_> = names.iter().map(|name| end(name, parts)).collect();
            let mut times: HashMap<&str, usize> = HashMap::new();
            for (_, end) in &ends {
                *times.entry(end).or_default() += 1;
            }
            for (short, (begin, end)) in short.iter_mut().zip(&ends) {
                if short.is_none() && (*begin == 0 || times.get(end) == Some(&1)) {
                    *short = Some(*begin);
                }
            }
            if short.iter().all(Option::is_some) {
                break;
            }
        }
        let named = names.iter().zip(short).map(|(name, short)| Name {
            whole: (*name).to_owned(),
            short: short.unwrap_or(0),
        });
        Self(named.collect())
    }

    /// The short name of the capture with this index; `None` where there is only one.
    #[must_use]
    pub fn short(&self, input: u32) -> Option<&str> {
        let name = self.among_several(input)?;
        name.whole.get(name.short..)
    }

    /// Its name as given; `None` where there is only one.
    #[must_use]
    pub fn whole(&self, input: u32) -> Option<&str> {
        self.among_several(input).map(|name| name.whole.as_str())
    }

    fn among_several(&self, input: u32) -> Option<&Name> {
        let name = self.0.get(usize::try_from(input).ok()?)?;
        (self.0.len() > 1).then_some(name)
    }
}

/// The last `parts` parts of a path, and where they begin.
fn end(name: &str, parts: usize) -> (usize, &str) {
    let separators = name.rmatch_indices(is_separator);
    // A separator at the end ends no part.
    let mut separators = separators.filter(|(at, it)| at + it.len() < name.len());
    let begin = separators
        .nth(parts - 1)
        .map_or(0, |(at, it)| at + it.len());
    (begin, name.get(begin..).unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortened(names: &[&str]) -> Vec<String> {
        let named = Names::new(names.iter().copied());
        let short = (0..).zip(names).map(|(index, _)| named.short(index));
        short.map(|name| name.unwrap().to_owned()).collect()
    }

    #[test]
    fn names_are_as_short_as_tells_them_apart() {
        let files = ["/var/caps/ws.pcap0", "/var/caps/ws.pcap1", "-"];
        assert_eq!(shortened(&files), ["ws.pcap0", "ws.pcap1", "-"]);
        assert_eq!(
            shortened(&["a/x/ws.pcap", "b/x/ws.pcap", "b/y/ws.pcap", "b/db.pcap"]),
            ["a/x/ws.pcap", "b/x/ws.pcap", "y/ws.pcap", "db.pcap"]
        );
        assert_eq!(
            shortened(&["ws.pcap", "a/ws.pcap"]),
            ["ws.pcap", "a/ws.pcap"]
        );
        assert_eq!(
            shortened(&["caps/", "/ws.pcap", "caps/x"]),
            ["caps/", "ws.pcap", "x"]
        );
        assert_eq!(shortened(&["x", "x", ""]), ["x", "x", ""]);
    }

    #[test]
    fn one_capture_needs_no_name() {
        assert_eq!(Names::new(["a/b"]).short(0), None);
        let names = Names::new(["a/b", "a/c"]);
        assert_eq!(names.short(1), Some("c"));
        assert_eq!(names.whole(1), Some("a/c"));
        assert_eq!(names.short(2), None);
    }
}
