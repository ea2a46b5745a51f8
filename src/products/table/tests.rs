use super::*;
use crate::products::{Counts, Kind};

fn refused(text: &str) -> String {
    let refused = Products::builtin().with(text).unwrap_err();
    refused.to_string()
}

#[test]
fn the_programs_own_table_is_right() {
    let table = Products::default().with(BUILTIN);
    assert!(table.is_ok(), "{}", table.unwrap_err());
    let products = Products::builtin();
    assert!(products.all().len() > 50);
    for product in products.all() {
        let alike = products.all().iter().filter(|it| it.name == product.name);
        assert_eq!(alike.count(), 1, "{}", product.name);
        for text in [&product.websocket, &product.change, &product.reload] {
            assert!(text.is_empty() || text.ends_with('.'), "{}", product.name);
        }
    }
}

#[test]
fn entries_of_the_same_name_say_more_or_something_else() {
    let text = "
        [[product]]
        name = 'nginx'
        timers = [
            { setting = 'proxy_read_timeout', seconds = 7, counts = 'connection-silence' },
            { setting = 'send_timeout', seconds = 8, counts = 'client-silence' },
        ]
        change = 'Ask the team of the edge.'
        fields = [{ name = 'X-Our-Edge' }]
    ";
    let products = Products::builtin().with(text).unwrap();
    let nginx = products.find("nginx").unwrap();
    let seconds: Vec<_> = nginx.timers.iter().map(|timer| timer.seconds).collect();
    assert_eq!(seconds, [7, 8]);
    assert_eq!(nginx.change, "Ask the team of the edge.");
    assert_eq!(nginx.kind, Kind::ReverseProxy);
    assert!(!nginx.websocket.is_empty());
    assert_eq!(products.all().len(), Products::builtin().all().len());
    assert_eq!(
        products.timers(7).first().map(|(_, timer)| timer.counts),
        Some(Counts::ConnectionSilence)
    );
}

#[test]
fn the_commonest_timers_are_told_first() {
    let products = Products::builtin();
    let names = |seconds| -> Vec<_> {
        let timers = products.timers(seconds).into_iter().take(3);
        timers.map(|(product, _)| product.name.as_str()).collect()
    };
    assert_eq!(names(60), ["AWS ALB", "nginx", "Apache httpd"]);
    assert_eq!(names(61), [""; 0]);
}

#[test]
fn new_products_go_first() {
    let text = "
        usual_timers = [77]
        [[product]]
        name = 'our gate'
        kind = 'filter'
        marks = ['gate.example.com']
    ";
    let products = Products::builtin().with(text).unwrap();
    assert_eq!(products.all()[0].name, "our gate");
    assert!(products.all()[0].is_intermediary());
    let of = |seconds| {
        let no = Duration::ZERO;
        products.timer_of(Duration::from_secs(seconds), no, no)
    };
    assert_eq!([of(77), of(78)], [Some(77), None]);
}

#[test]
fn what_is_wrong_is_told_by_line_and_key() {
    for (text, expected) in [
        ("colour = 3", "line 1, `colour`: unknown field `colour`"),
        (
            "\n[[product]]\nname = 'x'\nkind = 'proxy'",
            "line 4, `kind`: unknown variant `proxy`",
        ),
        (
            "[[product]]\nname = 'our gate'",
            "line 2, `name`: no such product is known, and a new one needs a `kind`",
        ),
        (
            "[[product]]\nname = 'nginx'\nmarks = ['x']",
            "line 3, `marks`: a text to look for has 4 to 200 bytes",
        ),
        (
            "[[product]]\nname = 'nginx'\nwebsocket = 5",
            "line 3, `websocket`: invalid type: integer `5`, expected a string",
        ),
        (
            "[[product]]\nname = 'nginx'\n[[product.timers]]\nsetting = 's'\nseconds = 0\n\
             counts = 'age'",
            "line 5, `seconds`: a timer is set to 1 to 604800 seconds",
        ),
        ("[[product]]\nname = ''", "line 2, `name`: a name has 1 to"),
        ("[[product]]\nname = 'nginx", "line 2, `name`: "),
        ("[[product]]\nkind = 'cdn'", "missing field `name`"),
    ] {
        let told = refused(text);
        assert!(told.contains(expected), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn nothing_grows_without_bound() {
    let many: String = (0..MOST)
        .map(|number| format!("[[product]]\nname = 'gate {number}'\nkind = 'cdn'\n"))
        .collect();
    assert!(refused(&many).contains("more than 1000 products"));
    let deep = format!("usual_timers = {}", "[".repeat(100_000));
    assert!(refused(&deep).starts_with("line 1"));
}

#[test]
fn a_file_is_read_or_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ours.toml");
    let with = |path: &Path| Products::builtin().with_file(path).map(|_| ());
    assert!(matches!(with(&path), Err(Refused::Io(_))));
    std::fs::write(&path, "usual_timers = [7]").unwrap();
    assert!(with(&path).is_ok());
    std::fs::write(&path, " ".repeat(1 + (1 << 20))).unwrap();
    assert!(matches!(with(&path), Err(Refused::TooLarge)));
    std::fs::write(&path, b"name = '\xff'").unwrap();
    assert!(matches!(with(&path), Err(Refused::Io(_))));
}
