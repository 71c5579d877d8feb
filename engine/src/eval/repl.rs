//! Evaluates line by line. What is wrong with a line is said, and the next one is read.

use windlass_promotion::evaluate::functions::SIGNATURES;

use super::answer::{Answer, Format};
use super::input::Input;
use super::lines::Lines;
use super::problem::Problem;
use super::{Context, complain, tell};
use crate::failure::Failure;

const HELP: &str = "\
Each line is an expression, or a template with ${{ }} or ${% %}.
  :vars        the variables and what they hold
  :functions   the functions
  :help        this
  :quit        the end
";

/// How wide lists are printed.
const WIDTH: usize = 80;

/// Reads lines to the end of standard input; the exit code.
///
/// # Errors
/// If lines cannot be read or answers not be printed.
pub(crate) async fn repl(context: &mut Context, format: Format) -> Result<u8, Failure> {
    let mut lines = Lines::of_stdin()?;
    if lines.are_typed() {
        tell(":help tells what can be done, :quit ends.\n")?;
    }
    while let Some(line) = lines.next()? {
        let line = line.trim();
        let done = match line {
            "" => Ok(()),
            ":quit" | ":q" => break,
            ":help" => tell(HELP).map_err(Problem::from),
            ":functions" => tell(&functions()).map_err(Problem::from),
            ":vars" => variables(context, format).await,
            command if command.starts_with(':') => {
                Err(Failure::input(format!("there is no command {command}")).hint(":help lists them").into())
            }
            text => evaluate(text, context, format).await,
        };
        if let Err(problem) = done {
            complain(&problem, format);
        }
    }
    Ok(0)
}

async fn evaluate(text: &str, context: &mut Context, format: Format) -> Result<(), Problem> {
    let input = Input::line(text).map_err(|error| Problem::expression(text, error))?;
    context.answer(text, &input, format).await
}

/// All variables, one a line.
async fn variables(context: &mut Context, format: Format) -> Result<(), Problem> {
    let everything = Input::line("$env").map_err(|error| Problem::expression("$env", error))?;
    context.prepare(&everything).await?;
    if format == Format::Json {
        return context.answer("$env", &everything, format).await;
    }
    let shown = context.scoped(|scope| {
        let variables = scope.environment.as_map();
        let line = |(name, value): (&std::sync::Arc<str>, &windlass_expr::Value)| {
            let value = Answer::of_expression(value);
            Ok(format!("{name} = {}\n", value.print(Format::Json).or_else(|_| value.print(Format::Text))?))
        };
        variables
            .into_iter()
            .flat_map(windlass_expr::Map::iter)
            .map(line)
            .collect::<Result<String, Problem>>()
    })?;
    Ok(tell(&shown?)?)
}

/// The names of all functions.
fn functions() -> String {
    let of_promotions = SIGNATURES.iter().map(|signature| signature.name);
    format!(
        "of the language:\n{}of promotions:\n{}",
        wrapped(windlass_expr::function_names().collect()),
        wrapped(of_promotions.collect())
    )
}

fn wrapped(mut names: Vec<&str>) -> String {
    names.sort_unstable();
    let mut text = String::new();
    let mut width = 0;
    for name in names {
        if width > 0 && width + 2 + name.len() > WIDTH {
            text.push('\n');
            width = 0;
        }
        let space = if width == 0 { "  " } else { ", " };
        text.push_str(space);
        text.push_str(name);
        width += space.len() + name.len();
    }
    text.push('\n');
    text
}
