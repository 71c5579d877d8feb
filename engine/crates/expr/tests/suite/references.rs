//! What a template reads, as it is told to those who check it.

use std::fmt::Write as _;

use windlass_expr::{Argument, ArgumentValue, Base, Expression, Reference, Template};

/// The references of a template, one in brackets each, with `!` behind what may be nil.
fn read(text: &str) -> String {
    let template = Template::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    template.references().map(|reference| format!("[{}]", describe(reference))).collect()
}

fn describe(reference: &Reference) -> String {
    let mut text = match &reference.base {
        Base::Variable(name) => name.to_string(),
        Base::Call(name, args) => {
            let args: Vec<String> = args.iter().map(describe_argument).collect();
            format!("{name}({})", args.join(" "))
        }
    };
    let test = |tested| if tested { "!" } else { "" };
    text.push_str(test(reference.tested));
    for member in &reference.members {
        let _ = write!(text, ".{}{}", member.name, test(member.tested));
    }
    text
}

fn describe_argument(argument: &Argument) -> String {
    match &argument.value {
        ArgumentValue::Text(text) => format!("{text:?}"),
        ArgumentValue::Reference(reference) => describe(reference),
        ArgumentValue::Computed => "_".to_owned(),
    }
}

#[test]
fn members_are_named_as_far_as_they_are_written() {
    let cases = [
        ("vars.text", ""),
        ("${{ vars.a + vars['b'] }}-${{ ctx.meta.step.alias }}", "[vars.a][vars.b][ctx.meta.step.alias]"),
        ("${{ outputs[\"step-1\"].pr.id }}", "[outputs.step-1.pr.id]"),
        ("${{ outputs[vars.name].commit }}", "[outputs][vars.name]"),
        ("${{ vars.list[0].name }}", "[vars.list]"),
        ("${{ vars.text.trim() }}", "[vars.text]"),
        ("${{ map(vars.list, #.name + vars.deep.er) }}", "[vars.list][vars.deep.er]"),
        ("${{ let v = vars.a; v.b + w.c }}", "[vars.a][w.c]"),
        ("${{ $env.vars }} ${% vars['x' + 'y'] %}", "[vars]"),
        ("${{ (vars.a).b }}", "[vars.a.b]"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn calls_tell_their_arguments() {
    let cases = [
        ("${{ imageFrom('web').Tag }}", "[imageFrom(\"web\").Tag]"),
        (
            "${{ imageFrom(vars.image, warehouse('w')).Tag }}",
            "[imageFrom(vars.image warehouse(\"w\")).Tag][vars.image][warehouse(\"w\")]",
        ),
        ("${{ imageFrom('ghcr.io/' + vars.image) }}", "[imageFrom(_)][vars.image]"),
        ("${{ imageFrom(('web')) }}", "[imageFrom(\"web\")]"),
        ("${{ f(upper(vars.a), vars.b, 1) }}", "[f(_ vars.b _)][vars.a][vars.b]"),
        ("${{ f(vars[vars.a], vars.b) }}", "[f(_ vars.b)][vars][vars.a][vars.b]"),
        ("${{ 'x' | f(y.z) }}", "[f(\"x\" y.z)][y.z]"),
        ("${{ len(vars.a) }}", "[vars.a]"),
        ("${{ let f = vars.g; f(1) }}", "[vars.g]"),
        ("${{ quote(vars.a) }}", "[vars.a]"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
    let bare = Expression::parse("quote(tag)").unwrap();
    assert_eq!(bare.references().map(describe).collect::<Vec<_>>(), ["quote(tag)", "tag"]);
}

#[test]
fn what_may_be_nil_is_marked() {
    let cases = [
        ("${{ vars.a ?? vars.b ?? vars.c }}", "[vars.a!][vars.b!][vars.c]"),
        ("${{ vars.a.b ?? 'x' }}", "[vars.a.b!]"),
        ("${{ outputs?.pr?.url }}", "[outputs!.pr!.url]"),
        ("${{ vars.a != nil && vars.b == nil ? vars.a : 'x' }}", "[vars.a!][vars.b!][vars.a]"),
        ("${{ nil != vars.a }}", "[vars.a!]"),
        ("${{ vars.a == 'x' }}", "[vars.a]"),
        ("${{ 'a' in vars && 'b' not in vars.map }}", "[vars.a!][vars.map.b!]"),
        ("${{ f(vars.a) ?? vars[vars.b] ?? 'x' }}", "[f(vars.a)!][vars.a][vars][vars.b]"),
        ("${{ imageFrom('web')?.Tag ?? 'x' }}", "[imageFrom(\"web\")!.Tag!]"),
        ("${{ (vars.a + vars.b) ?? 'x' }}", "[vars.a][vars.b]"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn places_are_in_the_whole_template() {
    let text = "é ${{ imageFrom(vars['image'], warehouse( 'w' )).Tag }}";
    let template = Template::parse(text).unwrap();
    let mut places = Vec::new();
    for reference in template.references() {
        places.push(&text[reference.span.range()]);
        places.extend(reference.members.iter().map(|member| &text[member.span.range()]));
        if let Base::Call(_, args) = &reference.base {
            places.extend(args.iter().map(|argument| &text[argument.span.range()]));
        }
    }
    assert_eq!(
        places,
        ["imageFrom", "Tag", "vars['image']", "warehouse( 'w' )", "vars", "'image'", "warehouse", "'w'"]
    );
    let Some(Reference { base: Base::Call(_, args), .. }) = template.references().next() else { panic!() };
    let ArgumentValue::Reference(inner) = &args[0].value else { panic!() };
    assert_eq!(&text[inner.members[0].span.range()], "'image'");
}

#[test]
fn the_type_of_a_result_is_told_where_it_is_certain() {
    let cases = [
        ("${{ 1 }}", Some("int")),
        ("${{ [1] }}", Some("array")),
        ("${{ vars.a == 1 }}", Some("bool")),
        ("${{ vars.a }}", None),
        ("${{ 'true' }}", None),
        ("${{ 1 }}2", None),
        ("true", None),
    ];
    for (text, expected) in cases {
        let template = Template::parse(text).unwrap();
        assert_eq!(template.result_type().as_deref(), expected, "{text}");
    }
    let template = Template::parse("a ${{ 1 }}b${{ 2 }}").unwrap();
    assert_eq!(template.literals().collect::<Vec<_>>(), ["a ", "b"]);
}
