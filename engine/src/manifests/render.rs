//! How diagnostics look on a terminal: as compilers do it, with the line and a mark.

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::diagnostic::{Diagnostic, Place, Severity};

/// Whether the names of rules are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleNames {
    Shown,
    Hidden,
}

/// The text of diagnostics, for a terminal with or without colours.
pub(crate) fn render(diagnostics: &[Diagnostic], colours: bool) -> String {
    render_with(diagnostics, colours, RuleNames::Hidden)
}

/// The same, with or without the names of their rules.
pub(crate) fn render_with(diagnostics: &[Diagnostic], colours: bool, rules: RuleNames) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[group(diagnostic, rules)]));
        text.push('\n');
    }
    text
}

fn group(diagnostic: &Diagnostic, rules: RuleNames) -> Group<'_> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str());
    let mut group = Group::with_title(match rules {
        RuleNames::Shown => title.id(diagnostic.rule.id()),
        RuleNames::Hidden => title,
    });
    for (index, place) in diagnostic.places.iter().enumerate() {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        group = group.element(element(place, kind));
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    group
}

/// The line of a place with its mark. Only that line is handed on, since the library looks at all it is given.
fn element(place: &Place, kind: AnnotationKind) -> Element<'_> {
    let name = place.file.shown_name();
    let (line, start) = place.file.line(place.range.start);
    if place.is_secret {
        let column = place.file.position(place.range.start).column;
        return Origin::path(name).line(line).char_column(column).into();
    }
    let rest = &place.file.text[start..];
    let source = &rest[..rest.find('\n').map_or(rest.len(), |end| end + 1)];
    let range = place.range.start - start..(place.range.end - start).min(source.len());
    let annotation: Annotation<'_> = kind.span(range).label(place.label.as_str());
    Snippet::source(source).path(name).line_start(line).annotation(annotation).into()
}
