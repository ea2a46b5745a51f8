//! From findings to a culprit: who broke a connection, how sure that is, on which evidence, and
//! what to change.
//!
//! The rules have said what is wrong with the bytes. Here each declared cause is asked whether
//! the case speaks for it; those that do are ranked, and the first one is the verdict. A verdict
//! is an inference: it names what it stands on and what speaks against it. Nothing here looks at
//! bytes that the capture does not hold, and the side that complains is never the culprit for
//! complaining.

mod advice;
mod case;
mod cause;
pub mod causes;
mod closing;
mod confirm;
mod filters;
mod injection;
mod intrusion;
mod reasons;
mod signs;
pub mod snippets;
mod suspicion;
mod together;
mod vantage;
mod verdict;
mod violation;
mod words;

pub use case::Case;
pub use cause::{Cause, Remedy};
pub use intrusion::Intrusion;
pub(crate) use signs::in_handshake as sign_in_handshake;
pub use suspicion::Suspicion;
pub use together::consider;
pub use vantage::{Sign, Vantage};
pub use verdict::{conclude, diagnose};
