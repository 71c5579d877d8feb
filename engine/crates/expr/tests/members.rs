//! Which variables a template reads.

use windlass_expr::Template;

#[test]
fn members_are_named_where_they_are_read() {
    let template = Template::parse(
        "${{ vars.a + vars['b'] }}-${{ map(vars.list, vars.deep.er) }} vars.text ${{ ctx.stage }}",
    )
    .unwrap();
    assert_eq!(template.members_of("vars").collect::<Vec<_>>(), ["a", "list", "deep"]);
    assert_eq!(template.members_of("ctx").collect::<Vec<_>>(), ["stage"]);
}
