//! Reports: the model that every renderer shares, and the renderers.

pub mod catalogue;
pub mod causes;
pub mod chosen;
pub mod explanation;
mod folded;
mod groups;
pub mod html;
pub mod json;
pub mod lines;
pub mod markdown;
pub mod model;
pub mod names;
pub mod pages;
pub mod product_pages;
pub mod redact;
pub mod saved;
pub mod selection;
pub mod text;
mod words;

#[cfg(test)]
pub(crate) mod sample;
