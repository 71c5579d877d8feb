//! Evaluating templates for somebody who asks: `context` is what they see, `input` what is asked, `answer` what comes out,
//! `problem` what goes wrong, `repl` asks line by line.

mod answer;
mod environment;
mod input;
mod lines;
mod need;
mod plain;
mod problem;
mod repl;
mod stage;

use std::io::IsTerminal as _;
use std::io::Write as _;

use windlass_expr::Scope;
use windlass_promotion::evaluate::EvaluateError;

use crate::failure::{EXIT_FAILED, Failure};

use input::Input;
use problem::Problem;

pub(crate) use answer::Format;
pub(crate) use environment::Environment;
pub(crate) use plain::PlainContext;
pub(crate) use repl::repl;
pub(crate) use stage::{StageContext, StageQuestion};

/// What an expression sees.
pub(crate) enum Context {
    /// Variables that were given.
    Plain(PlainContext),
    /// What a promotion to a stage sees.
    Stage(Box<StageContext>),
}

impl Context {
    /// Gets what an input needs and has not been got yet.
    async fn prepare(&mut self, input: &Input) -> Result<(), Failure> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Stage(stage) => stage.prepare(input).await,
        }
    }

    /// Does something in the scope of the context.
    fn scoped<T>(&self, work: impl FnOnce(&Scope<'_>) -> T) -> Result<T, EvaluateError> {
        match self {
            Self::Plain(plain) => Ok(plain.scoped(work)),
            Self::Stage(stage) => stage.scoped(work),
        }
    }

    /// Evaluates an input and writes the answer.
    async fn answer(&mut self, text: &str, input: &Input, format: Format) -> Result<(), Problem> {
        self.prepare(input).await?;
        let answer = self.scoped(|scope| input.evaluate(scope))?;
        let answer = answer.map_err(|error| Problem::expression(text, error))?;
        Ok(tell(&format!("{}\n", answer.print(format)?))?)
    }
}

/// Evaluates one template and prints what it comes to; the exit code.
///
/// # Errors
/// If the context cannot be had.
pub(crate) async fn evaluate(text: &str, context: &mut Context, format: Format) -> Result<u8, Failure> {
    let done = match Input::template(text) {
        Ok(input) => context.answer(text, &input, format).await,
        Err(error) => Err(Problem::expression(text, error)),
    };
    match done {
        Ok(()) => {
            if !windlass_expr::has_expressions(text) {
                anstream::eprintln!("note: there is no expression in it; write ${{{{ … }}}} around one");
            }
            Ok(0)
        }
        Err(Problem::Failure(failure)) => Err(failure),
        Err(problem) => {
            complain(&problem, format);
            Ok(EXIT_FAILED)
        }
    }
}

/// Says what is wrong: to people with a mark, to scripts as JSON.
fn complain(problem: &Problem, format: Format) {
    match format {
        Format::Text => anstream::eprintln!("{}", problem.text(std::io::stderr().is_terminal())),
        Format::Json => anstream::eprintln!("{}", problem.json()),
    }
}

/// Prints. Whoever reads it may have seen enough.
fn tell(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::environment(format!("the answer cannot be printed: {error}")))
        }
        _ => Ok(()),
    }
}
