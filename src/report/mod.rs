//! Reports: the model that every renderer shares, and the renderers.

pub mod model;
