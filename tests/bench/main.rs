//! What the engine costs, beside the raw work or a named rival in the same run. `cargo xtask bench` runs it.
//!
//! Every line reads `bench NAME VALUE UNIT target TARGET ok|short`; figures without a target have `-` there.

mod expr;
mod git;
mod kustomize;
mod line;
mod lint;
mod memory;
mod promotion;
mod start;
mod steps;

use line::Line;

#[tokio::main]
async fn main() {
    let mut lines: Vec<Line> = Vec::new();
    lines.extend(promotion::measure().await);
    lines.extend(start::measure().await);
    lines.extend(git::measure().await);
    lines.extend(kustomize::measure().await);
    lines.extend(lint::measure().await);
    lines.extend(expr::measure());
    lines.extend(steps::measure().await);
    lines.extend(memory::measure().await);
    for line in lines {
        line.print();
    }
}
