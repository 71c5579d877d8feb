//! Nothing that an expression says makes it run long, take much memory or overflow the stack.

use std::sync::Arc;

use serde_json::json;
use windlass_expr::{
    Budget, ConfigTemplate, ErrorClass, Expression, Map, NoFunctions, Scope, Template, Value,
};

use crate::support::{error, eval, refuse, scope};

#[test]
fn nesting_is_limited_before_the_stack_is() {
    let deep = 20_000;
    for text in [
        format!("{}1{}", "(".repeat(deep), ")".repeat(deep)),
        format!("{}1{}", "[".repeat(deep), "]".repeat(deep)),
        format!("{}1{}", "{a: ".repeat(deep), "} ".repeat(deep)),
        format!("{}true", "not ".repeat(deep)),
        format!("{}1", "-".repeat(deep)),
        format!("{}1", "2 ** ".repeat(deep)),
        format!("{}1{}", "map([1], ".repeat(deep), ")".repeat(deep)),
        format!("{}1{}", "string(".repeat(deep), ")".repeat(deep)),
        format!("1{}", " | string()".repeat(deep)),
        format!("{}1", "true ? 1 : ".repeat(deep)),
        format!("{}{{ 1 }}", "if true { 1 } else ".repeat(deep)),
        format!("{}1", "let x = 1; ".repeat(deep)),
        format!("[1]{}0{}", "[[1]".repeat(deep), "]".repeat(deep)),
    ] {
        assert_eq!(error(&text).class(), ErrorClass::Budget, "{}…", &text[..30]);
    }
}

#[test]
fn long_expressions_that_do_not_nest_are_fine() {
    let terms = 3_000;
    assert_eq!(eval(&format!("0{}", " + 1".repeat(terms))), json!(terms));
    assert_eq!(eval(&format!("true{}", " && true".repeat(terms))), json!(true));
    assert_eq!(eval(&format!("[{}].0", "0,".repeat(terms)).replace(".0", "[2999]")), json!(0));
    assert_eq!(eval(&format!("missing{}", "?.x".repeat(terms))), json!(null));
    assert_eq!(eval(&format!("1{}", "; 1".repeat(terms))), json!(1));
}

#[test]
fn allowed_nesting_runs_on_a_small_stack() {
    let depth = 110;
    let texts = [
        format!("{}1{}", "(".repeat(depth), ")".repeat(depth)),
        format!("{}1{}", "[".repeat(depth), "]".repeat(depth)),
        format!("{}true", "not ".repeat(depth)),
        format!("{}#{}", "map([1], ".repeat(depth), ")".repeat(depth)),
        format!("{}1{}", "string(".repeat(depth), ")".repeat(depth)),
        format!("{}1", "false ? 1 : ".repeat(depth)),
        format!("toJSON({}1{})", "[".repeat(depth), "]".repeat(depth)),
        format!("fromJSON('{}1{}')", "[".repeat(128), "]".repeat(128)),
        format!("1{}", " | string()".repeat(depth)),
    ];
    let run = move || texts.iter().for_each(|text| drop(eval(text)));
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn too_many_parts_are_refused() {
    refuse(ErrorClass::Budget, &[&format!("[{}]", "1,".repeat(10_001)), &" ".repeat((1 << 20) + 1)]);
}

#[test]
fn large_results_are_refused_before_they_are_made() {
    refuse(
        ErrorClass::Budget,
        &[
            "repeat(\"x\", 1000000000)",
            "repeat(repeat(\"x\", 900000), 900000)",
            "1..1000000000",
            "0..9223372036854775807",
            "-9223372036854775807..9223372036854775807",
            "map(1..999999, #) == map(1..999999, #)",
            "reduce(1..100, #acc + #acc, \"xxxxxxxxxx\")",
            "reduce(1..100, concat(#acc, #acc), [1])",
            "reduce(1..100000, [#acc])",
            "reduce(1..100000, {{\"a\": #acc}})",
            "len(replace(repeat(\"x\", 100000), \"x\", repeat(\"y\", 100000)))",
            "split(repeat(\"x\", 900000), \"\") | map(split(repeat(\"x\", 100000), \"\"))",
            "date(\"2024-01-01\").Format(repeat(\"January\", 900000)) | repeat(1000)",
        ],
    );
}

#[test]
fn values_that_hold_the_same_part_many_times_are_refused() {
    // Ten lists of ten, each made of the same list ten times over: ten elements in memory, ten billion to
    // walk.
    let nested = |levels: usize| {
        let level =
            |level: usize| format!("let a{level} = [{}]; ", vec![format!("a{}", level - 1); 10].join(", "));
        (1..=levels)
            .map(level)
            .fold("let a0 = [1,1,1,1,1,1,1,1,1,vars.n]; ".to_owned(), |text, next| text + &next)
    };
    for end in ["a9", "string(a9)", "a9 == a9", "toJSON(a9)", "flatten(a9)", "mean(a9)"] {
        assert_eq!(error(&format!("{}{end}", nested(9))).class(), ErrorClass::Budget, "{end}");
    }
    assert_eq!(eval(&format!("{}len(flatten(a3))", nested(3))), json!(10_000));
}

#[test]
fn long_loops_are_refused() {
    refuse(
        ErrorClass::Budget,
        &[
            "count(1..900000, count(1..90000, true) > 0)",
            "any(1..10000, any(1..10000, # < 0))",
            "uniq(1..100000)",
            "sort(map(1..200000, string(#)))",
            "filter(1..1000, \"x\" matches (\"[a-z]{\" + string(#) + \"}\"))",
        ],
    );
}

/// Each of these takes seconds or minutes if text that is only compared or looked up is free.
#[test]
fn long_texts_are_read_again_and_again_at_a_price() {
    let long = "let k = repeat('x', 1000000); let j = k + ''; let m = {(k): 1};";
    for end in [
        "map(1..300000, m[k])",
        "map(1..300000, $env[k])",
        "map(1..300000, k in m)",
        "map(1..300000, get(m, k))",
        "map(1..300000, k in ['a', 'b'])",
        "map(1..300000, k == j)",
        "map(1..300000, {{(k): #, (j): #}})",
        "groupBy(1..100000, k)",
        "fromPairs(map(1..100000, [k, #]))",
        "let t = fromPairs([[k, 1]]); map(1..100000, t[j])",
        "map(1..100000, m == {(j): 1})",
        "let d = repeat('0h', 400000); map(1..100000, duration(d))",
        "let d = repeat('0', 1000000); map(1..100000, int(d))",
        "let d = repeat('0', 1000000); map(1..100000, float(d))",
        "map(1..100000, type(k))",
    ] {
        assert_eq!(error(&format!("{long} {end}")).class(), ErrorClass::Budget, "{end}");
    }
    let name = "n".repeat(100_000);
    assert_eq!(
        error(&format!("let m = {{{name}: 1}}; map(1..300000, m.{name})")).class(),
        ErrorClass::Budget
    );
    assert_eq!(error(&format!("map(1..300000, {name})")).class(), ErrorClass::Budget);
}

#[test]
fn calls_of_the_host_have_a_price_for_what_they_read_and_make() {
    let large = Value::from("x".repeat(1_000_000));
    let make = move |_: &[Value]| Ok(Value::list(vec![large.clone()]));
    let read = |_: &[Value]| Ok(Value::NIL);
    let variables: Map =
        [("make", Value::function(make)), ("read", Value::function(read))].into_iter().collect();
    let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
    for text in [
        "map(1..1000, make())",
        "let k = repeat('x', 1000000); map(1..1000, read(k))",
        "map(1..200000, read())",
    ] {
        let error = Expression::parse(text).unwrap().evaluate(&scope).unwrap_err();
        assert_eq!(error.class(), ErrorClass::Budget, "{text}");
    }
}

#[test]
fn templates_of_many_expressions_are_read_once() {
    let text = "${{ 1 }}".repeat(50_000);
    let scope = scope().with_budget(Budget { output: 100_000, ..Budget::default() });
    let evaluated = Template::parse(&text).unwrap().evaluate(&scope).unwrap();
    assert_eq!(evaluated.value.as_str().map(str::len), Some(50_000));
}

#[test]
fn patterns_are_linear_and_small() {
    assert_eq!(eval("repeat(\"a\", 20000) matches \"^(a+)+$\""), json!(true));
    assert_eq!(
        eval("(repeat(\"a line of a log\\n\", 60000) + \"error: x\") matches \"(?m)^error: .*$\""),
        json!(true)
    );
    assert_eq!(eval("(repeat(\"a\", 20000) + \"!\") matches \"^(a|a)*$\""), json!(false));
    refuse(ErrorClass::Type, &["\"x\" matches \"(x{1000}){1000}\"", r#""x" matches "((\\pL{100}){3}){3}""#]);
    refuse(ErrorClass::Runtime, &["\"x\" matches string(\"(x{1000}){1000}\")"]);
    refuse(
        ErrorClass::Budget,
        &[
            "repeat(\"ab\", 40000) matches \"(a|b)*a(a|b){200}c\"",
            "repeat(\"ab\", 40000) matches \"a[^c]{900}c\"",
            "map(1..1000, \"x\" matches (\"\\\\pL{\" + string(# % 50) + \"}\"))",
        ],
    );
    for pattern in ["{", "[[:", "(?i)", "[:", r"\Q", "(", "a|"] {
        let text = format!("\"x\" matches repeat(`{pattern}`, 100000)");
        assert_ne!(error(&text).class(), ErrorClass::Parse, "{pattern}");
    }
    let many = [r#""x" matches "\\pL{50}""#; 6].join(" or ");
    refuse(ErrorClass::Budget, &[&many]);
}

#[test]
fn each_limit_is_counted_and_named() {
    let parse = |text: &str| Expression::parse(text).unwrap();
    let with = |budget: Budget, text: &str| parse(text).evaluate(&scope().with_budget(budget)).unwrap_err();
    let budget = Budget::default();
    let steps = with(Budget { steps: 100, ..budget }, "map(1..50, # * 2)");
    assert_eq!(steps.message(), "the evaluation takes more than 100 steps");
    let elements = with(Budget { elements: 10, ..budget }, "1..10");
    assert_eq!(elements.message(), "the evaluation takes more than 10 elements");
    let memory = with(Budget { memory: 1000, ..budget }, "repeat(\"x\", 1001)");
    assert_eq!(memory.message(), "the evaluation takes more than 1000 bytes of memory");
    let template = Template::parse("${{ vars.s }}${{ vars.s }}").unwrap();
    let output = template.evaluate(&scope().with_budget(Budget { output: 9, ..budget })).unwrap_err();
    assert_eq!(output.message(), "the evaluation takes more than 9 bytes of output");
    assert!(template.evaluate(&scope().with_budget(Budget { output: 10, ..budget })).is_ok());
}

#[test]
fn a_config_has_one_budget_for_all_its_strings() {
    let expression = "${{ len(map(1..100, # * 2)) }}";
    let config = json!({"a": expression, "b": [expression, expression]});
    let config = ConfigTemplate::parse(&config).unwrap();
    let budget = Budget { steps: 600, ..Budget::default() };
    let error = config.evaluate(&scope().with_budget(budget)).unwrap_err();
    assert_eq!((error.class(), error.pointer()), (ErrorClass::Budget, Some("/b/0")));
}

#[test]
fn deep_json_is_refused_where_it_is_read() {
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let variables: Map = [("deep", Value::from(deep))].into_iter().collect();
    let scope = Scope::new(Arc::new(variables), &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
    let error = Expression::parse("fromJSON(deep)").unwrap().evaluate(&scope).unwrap_err();
    assert_eq!(error.class(), ErrorClass::Budget);
    let error = Template::parse("${{ deep }}").unwrap().evaluate(&scope).unwrap_err();
    assert_eq!(error.class(), ErrorClass::Budget);
}

#[test]
fn programs_are_shared_between_threads() {
    fn shared<T: Send + Sync>(value: T) -> T {
        value
    }
    let template = Arc::new(shared(Template::parse("${{ vars.n + 1 }}").unwrap()));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let template = Arc::clone(&template);
            std::thread::spawn(move || template.evaluate(&scope()).unwrap().value.as_f64())
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), Some(8.0));
    }
}
