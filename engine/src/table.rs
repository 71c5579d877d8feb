//! Tables that fit a terminal.

/// How many columns the terminal has, if it is one.
pub(crate) fn width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// Rows below a heading, each column as wide as its widest cell, the last one cut where the terminal ends.
pub(crate) fn table(heading: Option<&[&str]>, rows: &[Vec<String>], width: Option<usize>) -> String {
    let heading: Option<Vec<String>> =
        heading.map(|heading| heading.iter().map(|name| (*name).to_owned()).collect());
    let all: Vec<&Vec<String>> = heading.iter().chain(rows).collect();
    let columns = all.iter().map(|row| row.len()).max().unwrap_or(0);
    let widest: Vec<usize> = (0..columns)
        .map(|column| all.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max())
        .map(Option::unwrap_or_default)
        .collect();
    let line = |row: &&Vec<String>| {
        let mut line = String::new();
        for (cell, widest) in row.iter().zip(&widest) {
            line.push_str(&format!("{cell:widest$}   "));
        }
        let line = line.trim_end();
        match width {
            Some(width) if line.chars().count() > width => {
                let kept: String = line.chars().take(width.saturating_sub(1)).collect();
                format!("{kept}…\n")
            }
            _ => format!("{line}\n"),
        }
    };
    all.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = vec![
            vec!["dev".to_owned(), "Healthy".to_owned(), String::new()],
            vec!["staging".to_owned(), "-".to_owned(), "a long story".to_owned()],
        ];
        assert_eq!(
            table(Some(&["NAME", "HEALTH", "WHY"]), &rows, None),
            "NAME      HEALTH    WHY\ndev       Healthy\nstaging   -         a long story\n"
        );
        assert_eq!(table(None, &rows, Some(24)), "dev       Healthy\nstaging   -         a l…\n");
    }
}
