//! What the engine costs, beside the raw work or a named rival in the same run. `cargo xtask bench` runs it, or
//! some of its files: `cargo xtask bench serve git`.
//!
//! Every line reads `bench NAME VALUE UNIT target TARGET ok|short`; figures without a target have `-` there.

mod expr;
mod git;
mod history;
mod kustomize;
mod line;
mod lint;
mod memory;
mod process;
mod promotion;
mod refresh;
mod serve;
mod start;
mod steps;

use line::Line;

#[tokio::main]
async fn main() {
    // `cargo bench` adds an option of its own.
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|one| one == name);
    let mut lines: Vec<Line> = Vec::new();
    if wanted("promotion") {
        lines.extend(promotion::measure().await);
    }
    if wanted("start") {
        lines.extend(start::measure().await);
    }
    if wanted("git") {
        lines.extend(git::measure().await);
    }
    if wanted("kustomize") {
        lines.extend(kustomize::measure().await);
    }
    if wanted("lint") {
        lines.extend(lint::measure().await);
    }
    if wanted("expr") {
        lines.extend(expr::measure());
    }
    if wanted("steps") {
        lines.extend(steps::measure().await);
    }
    if wanted("memory") {
        lines.extend(memory::measure().await);
    }
    if wanted("serve") {
        lines.extend(serve::measure().await);
    }
    if wanted("refresh") {
        lines.extend(refresh::measure().await);
    }
    if wanted("history") {
        lines.extend(history::measure().await);
    }
    for line in lines {
        line.print();
    }
}
