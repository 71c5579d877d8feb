//! Whole promotions, asserted where they end up: branches, trees, commits, Applications.

mod pipeline;
