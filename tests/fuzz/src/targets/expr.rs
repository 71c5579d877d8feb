//! Templates and expressions: they are read and evaluated within their budget, errors point into the text, and no secret
//! is ever shown.

use serde_json::{Value as Json, json};
use windlass_expr::{
    Budget, ConfigTemplate, Evaluated, ExprError, Expression, Map, NoFunctions, Scope, Taint, Template, Value,
};

use super::{Target, feature, gist};
use crate::corpus;

/// A secret, of which no eight characters in a row may come out.
const SECRET: &str = "Tr0ub4dor&3-xyzzy";
const SECRET_NUMBER: f64 = 918_273_645.0;
const WINDOW: usize = 8;

/// The target.
pub(crate) struct Expressions {
    scope: Scope<'static>,
}

impl Expressions {
    pub(crate) fn new() -> Self {
        let document = json!({
            "ctx": {"project": "shop", "stage": "prod", "targetFreight": {"name": "f00d", "alias": "calm-otter"}},
            "vars": {"n": 7, "half": 0.5, "s": "hello", "empty": "", "yes": true, "none": null, "list": [5, 3, 9, 1],
                "names": ["ana", "Bo", "çelik"], "map": {"b": 2, "a": {"deep": "x"}}},
            "outputs": {"step-1": {"commit": "e83c5163316f"}},
        });
        let mut variables: Map = Value::from_json(&document).as_map().expect("it is an object").clone();
        let taint = Taint::of("a secret");
        variables.insert("secret", Value::from(SECRET).with_taint(&taint));
        variables.insert("number", Value::from(SECRET_NUMBER).with_taint(&taint));
        let budget = Budget { steps: 200_000, elements: 100_000, memory: 16 << 20, output: 4 << 20 };
        let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH).with_budget(budget);
        Self { scope }
    }

    fn template(&self, text: &str) -> Result<String, String> {
        let done = Template::parse(text).and_then(|template| {
            let first = template.evaluate(&self.scope)?;
            let second = template.evaluate(&self.scope)?;
            Ok((first, second))
        });
        match done {
            Ok((first, second)) => {
                if shown(&first) != shown(&second) {
                    return Err("evaluated twice, it gives two results".to_owned());
                }
                reveals(text, &shown(&first))?;
                reveals(text, &format!("{first:?}"))?;
                Ok(first.value.type_name().to_owned())
            }
            Err(error) => refused(text, &error),
        }
    }

    fn expression(&self, text: &str) -> Result<String, String> {
        match Expression::parse(text).and_then(|expression| expression.evaluate(&self.scope)) {
            Ok(value) => {
                let json = value.shown("[hidden]").map(|json| json.to_string()).unwrap_or_default();
                reveals(text, &json)?;
                Ok(value.type_name().to_owned())
            }
            Err(error) => refused(text, &error),
        }
    }

    fn config(&self, text: &str) -> Result<(), String> {
        let config = json!({ "a": text, "b": [text] });
        let done = ConfigTemplate::parse(&config).and_then(|config| config.evaluate(&self.scope));
        match done {
            Ok(evaluated) => {
                let json =
                    evaluated.to_json().map_err(|e| format!("a config comes to what is no JSON: {e}"))?;
                for scalar in &evaluated.tainted {
                    is_joined(&json, scalar)?;
                }
                Ok(())
            }
            Err(error) => reveals(text, &error.to_string()),
        }
    }
}

impl Target for Expressions {
    fn corpus(&self) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        for file in ["expressions.jsonl", "status_functions.jsonl", "freight_functions.jsonl"] {
            for case in corpus::cases(file) {
                for member in ["template", "if", "config", "vars", "expression"] {
                    corpus::texts(&case[member], &mut found);
                }
            }
        }
        // Expressions by themselves too.
        let bare = found.iter().filter_map(|text| {
            let text = std::str::from_utf8(text).ok()?;
            Some(text.split_once("${{")?.1.split_once("}}")?.0.as_bytes().to_vec())
        });
        let bare: Vec<Vec<u8>> = bare.collect();
        found.extend(bare);
        found
    }

    fn dictionary(&self) -> &'static [&'static str] {
        &WORDS
    }

    fn check(&mut self, inputs: &[Vec<u8>]) -> Result<Vec<u64>, String> {
        let one = |input: &Vec<u8>| {
            let text = String::from_utf8_lossy(input);
            let template = self.template(&text)?;
            let expression = self.expression(&text)?;
            self.config(&text)?;
            Ok(feature((template, expression)))
        };
        inputs.iter().map(one).collect()
    }
}

fn shown(evaluated: &Evaluated) -> String {
    evaluated
        .shown("[hidden]")
        .map_or_else(|_| evaluated.value.type_name().to_owned(), |json| json.to_string())
}

/// An error is about a part of the text, and does not show what is secret.
fn refused(text: &str, error: &ExprError) -> Result<String, String> {
    if text.get(error.span().range()).is_none() {
        return Err(format!("the error is outside of the text: {error}"));
    }
    reveals(text, &format!("{error} {error:?}"))?;
    Ok(format!("{} {}", error.class(), gist(error.message())))
}

/// Nothing that is shown holds a part of the secret that the text does not have itself.
fn reveals(text: &str, shown: &str) -> Result<(), String> {
    let number = SECRET_NUMBER.to_string();
    let lower = shown.to_lowercase();
    let (secret, asked) = (SECRET.to_lowercase(), text.to_lowercase());
    let parts = secret.as_bytes().windows(WINDOW).map(|part| String::from_utf8_lossy(part).into_owned());
    match parts.chain([number]).find(|part| lower.contains(part.as_str()) && !asked.contains(part.as_str())) {
        Some(part) => Err(format!("the secret is shown: {part:?} in {shown:?}")),
        None => Ok(()),
    }
}

/// The pieces of a scalar that is secret join to what stands at its place.
fn is_joined(json: &Json, scalar: &windlass_expr::TaintedScalar) -> Result<(), String> {
    let joined: String = scalar.segments.iter().map(|segment| segment.text.as_str()).collect();
    let found = json.pointer(&scalar.pointer).ok_or_else(|| format!("nothing is at {:?}", scalar.pointer))?;
    let found = found.as_str().map_or_else(|| found.to_string(), ToOwned::to_owned);
    if joined == found {
        Ok(())
    } else {
        Err(format!("at {:?} is {found:?}, told as {joined:?}", scalar.pointer))
    }
}

/// Operators, functions, and names that are defined.
static WORDS: [&str; 133] = [
    "${{ ",
    " }}",
    "${% ",
    " %}",
    "secret",
    "number",
    "vars",
    "vars.list",
    "vars.names",
    "vars.map",
    "vars.s",
    "vars.n",
    "vars.none",
    "ctx",
    "outputs",
    "$env",
    "#",
    "#acc",
    "#index",
    " + ",
    " - ",
    " * ",
    " / ",
    " % ",
    " ** ",
    " ^ ",
    " == ",
    " != ",
    " < ",
    " >= ",
    " && ",
    " || ",
    " and ",
    " or ",
    "not ",
    "!",
    " in ",
    " not in ",
    " contains ",
    " startsWith ",
    " endsWith ",
    " matches ",
    " ?? ",
    " ?: ",
    "?.",
    "..",
    " ? ",
    " : ",
    " | ",
    "; ",
    "let x = ",
    "if ",
    " else ",
    "()",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "[1:]",
    "[:-1]",
    "nil",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "0.5",
    "1e3",
    "0x1F",
    "'a'",
    "\"b\"",
    "`c`",
    "b'ab'",
    "all(",
    "any(",
    "one(",
    "none(",
    "map(",
    "filter(",
    "find(",
    "findIndex(",
    "findLast(",
    "findLastIndex(",
    "count(",
    "sum(",
    "groupBy(",
    "sortBy(",
    "reduce(",
    "len(",
    "first(",
    "last(",
    "get(",
    "take(",
    "reverse(",
    "uniq(",
    "concat(",
    "flatten(",
    "sort(",
    "keys(",
    "values(",
    "toPairs(",
    "fromPairs(",
    "max(",
    "min(",
    "mean(",
    "median(",
    "abs(",
    "ceil(",
    "round(",
    "int(",
    "float(",
    "string(",
    "type(",
    "toJSON(",
    "fromJSON(",
    "toBase64(",
    "fromBase64(",
    "now()",
    "date(",
    "duration(",
    "timezone(",
    "trim(",
    "upper(",
    "split(",
    "replace(",
    "repeat(",
    "join(",
    "indexOf(",
    "quote(",
    "asYAML(",
    "asJSON(",
];
