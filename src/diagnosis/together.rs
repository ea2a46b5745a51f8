//! What only several connections together show: the two legs of one through a proxy, the same one
//! captured twice, many that ended at once.

mod legs;
mod storm;

use crate::report::model::Connection;

/// Links connections that belong together, and concludes anew where that shows more.
pub fn consider(connections: &mut [Connection]) {
    legs::link(connections);
    storm::name(connections);
}
