//! The products as a document. It knows Markdown, and takes every word from the table.

use std::fmt::Write as _;

use super::model::Snippet;
use crate::products::{Product, Products, Timer};

const HEAD: &str = "\
# Products that wsblame knows

Proxies, load balancers, CDNs and filters that stand between clients and servers of WebSockets,
and some servers that are taken for them: how each shows itself, which timers it has, how it
treats WebSockets, and what to change in it. Reports name them where they show themselves.

A product that shows itself need not be the one to blame. One that serves pages of its own (nginx,
Apache httpd, IIS) may also be the server itself; but where it cannot speak WebSocket and signs a
101, somebody else speaks behind it.

## To add your own

`wsblame check --products FILE` reads a file in TOML. Its products go before those below; one of
the same name changes them: lists go before the lists that are known, a timer takes the place of
those of the same setting, every other value takes the place of the one that is known.

```toml
usual_timers = [45]              # seconds that timers are set to here, whosesoever

[[product]]
name = \"our gateway\"
kind = \"reverse-proxy\"           # filter, cdn, load-balancer, forward-proxy, mesh, server
fields = [{ name = \"X-Edge-*\" }, { name = \"Server\", value = \"edge/*\", in = \"response\" }]
pages = [\"<title>edge error\"]    # texts in its pages, of 4 bytes at least, in any case
marks = [\"edge.example.com\"]     # the same, also in Server, Via, Location and names of fields
timers = [{ setting = \"idle\", seconds = 45, counts = \"connection-silence\", ends = \"fin\" }]
change = \"Ask the team of the gateway for a longer idle timeout.\"

[[product]]
name = \"nginx\"
timers = [{ setting = \"proxy_read_timeout\", seconds = 20, counts = \"connection-silence\" }]
```

- `name` and `value` of a field are held against the whole of it, in any case; `*` stands for
  anything. `in` is `request` or `response`, either where it is left out; `proxied = true` says
  that the product writes it only into what it passes on, `own = true` that only into answers of
  its own.
- `may_be_origin = true`: it also serves pages of its own. `speaks_websocket = true`: it can be
  the end of a WebSocket.
- `counts` is `connection-silence`, `upstream-silence`, `client-silence` or `age`; `ends` is `fin`,
  `rst`, `drop` or `close-frame`.
- `answers = [{ statuses = [408], fields = [\"Connection: close\"] }]`: answers with exactly these
  fields. `closes = [{ code = 1001, reason = \"restarting*\" }]`: Closes that it writes by itself.
- `websocket`, `change`, `reload`: sentences. `advice = [{ place = .., language = .., text = .. }]`:
  what to paste.
- `forwarding = [\"X-Our-Client-IP\"]`, before the products: fields that only an intermediary
  writes.
";

/// The document: the products in their order, with what there is to paste for each.
#[must_use]
pub fn markdown(products: &Products, snippets: &[Snippet]) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(
        "\n## How they show themselves\n\n| product | kind | shows itself by |\n|---|---|---|\n",
    );
    for product in products.all() {
        let name = if is_told(product, snippets) {
            format!("[{}](#{})", product.name, anchor(&product.name))
        } else {
            product.name.clone()
        };
        let ways = product.shows_by();
        let ways = if ways.is_empty() {
            "nothing".to_owned()
        } else {
            ways.join("; ").replace('|', "\\|").replace('<', "\\<")
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {name} | {} | {ways} |", product.kind.as_str());
    }
    let fields: Vec<_> = products.forwarding().iter().map(|it| it.as_str()).collect();
    let _ = write!(
        text,
        "\nFields that only an intermediary writes, whichever: `{}`.\n",
        fields.join("`, `")
    );
    for product in products.all().iter().filter(|it| is_told(it, snippets)) {
        section(&mut text, product, snippets);
    }
    text
}

/// Whether there is more to say of it than how it shows itself.
fn is_told(product: &Product, snippets: &[Snippet]) -> bool {
    let Product {
        timers,
        websocket,
        change,
        reload,
        advice,
        ..
    } = product;
    let says_nothing = [websocket, change, reload].iter().all(|it| it.is_empty());
    !(says_nothing && timers.is_empty() && advice.is_empty() && of(product, snippets).is_empty())
}

fn of<'s>(product: &Product, snippets: &'s [Snippet]) -> Vec<&'s Snippet> {
    let of = |snippet: &&Snippet| snippet.product == product.name;
    snippets.iter().filter(of).collect()
}

fn section(text: &mut String, product: &Product, snippets: &[Snippet]) {
    let _ = write!(text, "\n## {}\n", product.name);
    for (heading, said) in [
        ("WebSockets", &product.websocket),
        ("Reloads", &product.reload),
        ("What to change", &product.change),
    ] {
        if !said.is_empty() {
            let said = said.replace('_', "\\_").replace('*', "\\*");
            let _ = write!(text, "\n**{heading}.** {said}\n");
        }
    }
    if !product.timers.is_empty() {
        text.push_str("\n| timer | seconds | counts | ends with |\n|---|---|---|---|\n");
        for timer in &product.timers {
            row(text, timer);
        }
    }
    let known = of(product, snippets).into_iter();
    let known = known.map(|snippet| (snippet.place, snippet.language, snippet.text));
    let own = product.advice.iter();
    let own = own.map(|it| (&*it.place, &*it.language, &*it.text));
    for (place, language, paste) in own.chain(known) {
        let place = place.replace('<', "\\<").replace('_', "\\_");
        let _ = write!(text, "\nIn {place}:\n\n```{language}\n{paste}\n```\n");
    }
}

fn row(text: &mut String, timer: &Timer) {
    let Timer {
        setting,
        seconds,
        counts,
        ends,
        sample,
        ..
    } = timer;
    let setting = setting.replace('_', "\\_");
    let sample = if *sample { ", in many samples" } else { "" };
    let ends = ends.map_or("", |ends| ends.as_str());
    let counts = counts.as_str();
    let _ = writeln!(
        text,
        "| {setting}{sample} | {seconds} | {counts} | {ends} |"
    );
}

/// What a heading is linked by.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        letter if letter.is_alphanumeric() || letter == '-' => Some(letter.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}
