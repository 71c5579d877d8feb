//! Whether an input asks for the freight of a promotion, which may have to be looked for in the network.

use windlass_expr::{ArgumentValue, Base, Reference};

use super::input::Input;

/// The functions that read the freight.
const OF_FREIGHT: [&str; 4] = ["artifactFrom", "chartFrom", "commitFrom", "imageFrom"];

/// The members of `ctx` that are the same for any freight.
const OF_ANY_FREIGHT: [&str; 4] = ["meta", "project", "stage", "uiBaseUrl"];

/// Whether it does.
pub(super) fn needs_freight(input: &Input) -> bool {
    // What reads everything at once may read the freight.
    input.text().contains("$env") || input.references().any(reads_freight)
}

fn reads_freight(reference: &Reference) -> bool {
    match &reference.base {
        Base::Variable(name) => {
            let member = reference.members.first();
            **name == *"ctx" && !member.is_some_and(|member| OF_ANY_FREIGHT.contains(&&*member.name))
        }
        Base::Call(name, args) => {
            let in_argument = |arg: &windlass_expr::Argument| match &arg.value {
                ArgumentValue::Reference(inner) => reads_freight(inner),
                _ => false,
            };
            OF_FREIGHT.contains(&&**name) || args.iter().any(in_argument)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(text: &str) -> bool {
        needs_freight(&Input::line(text).unwrap())
    }

    #[test]
    fn what_reads_the_freight_needs_it() {
        for text in [
            "imageFrom(vars.image).Tag",
            "x ? 1 : commitFrom('r', warehouse('w'))",
            "map([1], chartFrom('u'))",
            "artifactFrom('a')",
            "ctx.targetFreight.alias",
            "freightMetadata(ctx.targetFreight.name)",
            "ctx.promotion",
            "ctx",
            "ctx[vars.member]",
            "$env",
            "a ${{ ctx.stage }} ${{ ctx.targetFreight.name }}",
        ] {
            assert!(needs(text), "{text}");
        }
    }

    #[test]
    fn what_does_not_read_it_needs_none() {
        for text in [
            "1",
            "vars.x",
            "ctx.stage",
            "ctx['project']",
            "ctx.meta.step",
            "secret('x').y",
            "a ${{ ctx.stage }}",
        ] {
            assert!(!needs(text), "{text}");
        }
    }
}
