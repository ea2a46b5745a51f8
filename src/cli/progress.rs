//! How far the reading is. It knows when a bar is worth showing, and draws it.

use indicatif::{ProgressBar, ProgressStyle};

/// Bytes of all captures together from which a bar is shown: less is read before anybody
/// wonders.
const WORTH_A_BAR: u64 = 50_000_000;

/// A bar on standard error, or none.
#[derive(Debug)]
pub(super) struct Progress {
    wanted: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A bar where it is wanted and there is enough to read.
    pub(super) const fn new(wanted: bool) -> Self {
        Self { wanted, bar: None }
    }

    /// So many of so many bytes have been read.
    pub(super) fn update(&mut self, read: u64, total: u64) {
        if !self.wanted || total < WORTH_A_BAR {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let template = "reading {wide_bar} {bytes} of {total_bytes}, {eta} left";
            let style = ProgressStyle::with_template(template);
            ProgressBar::new(total)
                .with_style(style.unwrap_or_else(|_fault| ProgressStyle::default_bar()))
        });
        bar.set_position(read.min(total));
    }

    /// The reading is over: the bar leaves no trace.
    pub(super) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    #[cfg(test)]
    const fn is_shown(&self) -> bool {
        self.bar.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_shown_for_much_to_read_and_if_wanted() {
        let shown = |wanted, total| {
            let mut progress = Progress::new(wanted);
            progress.update(1, total);
            progress.is_shown()
        };
        assert!(shown(true, WORTH_A_BAR));
        assert!(!shown(true, WORTH_A_BAR - 1));
        assert!(!shown(false, u64::MAX));
    }

    #[test]
    fn the_template_is_a_template() {
        let template = "reading {wide_bar} {bytes} of {total_bytes}, {eta} left";
        assert!(ProgressStyle::with_template(template).is_ok());
    }
}
