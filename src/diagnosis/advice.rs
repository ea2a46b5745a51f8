//! What the table of products has to say of the product that a verdict names.

use crate::products::{self, Kind, Product};
use crate::report::model::Snippet;

use super::cause::Cause;

/// Causes that are mended in whichever intermediary did it; of the others only what filters and
/// forward proxies do is mended there.
const MENDED_THERE: [&str; 2] = ["idle-timeout", "upgrade-headers-stripped"];

/// The product of this name, where a remedy for the cause stands with it.
fn adviser(cause: &Cause, name: &str) -> Option<&'static Product> {
    let product = products::table().find(name)?;
    let is_before_clients = matches!(product.kind, Kind::Filter | Kind::ForwardProxy);
    (is_before_clients || MENDED_THERE.contains(&cause.name)).then_some(product)
}

/// What to change in the product.
pub(super) fn change(cause: &Cause, name: &str) -> Option<String> {
    let product = adviser(cause, name)?;
    (!product.change.is_empty()).then(|| format!("{}: {}", product.name, product.change))
}

/// What to paste into it.
pub(super) fn snippets(cause: &Cause, name: &str) -> impl Iterator<Item = Snippet> {
    let product = adviser(cause, name);
    product.into_iter().flat_map(|product| {
        product.advice.iter().map(|advice| Snippet {
            product: &product.name,
            place: &advice.place,
            language: &advice.language,
            text: &advice.text,
        })
    })
}
