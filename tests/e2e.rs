//! Whole promotions, asserted where they end up: branches, trees, commits, Applications.

mod demo;
mod freight;
mod http;
mod language;
mod metadata;
mod pipeline;
mod signing;
mod ssh;
mod unfinished;
