//! Which secrets results are known to come from, and in which pieces.

use serde_json::{Value as Json, json};
use windlass_expr::{
    ConfigTemplate, Evaluated, Expression, FunctionError, Functions, Map, Scope, Segment, Taint,
    TaintedScalar, Template, Value,
};

use crate::support::variables;

/// `secret(name)` gives a map whose values are tainted with `name.key`; `echo(x)` gives `x` back.
struct Secrets;

impl Functions for Secrets {
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FunctionError>> {
        match name {
            "secret" => {
                let Some(name) = args.first().and_then(Value::as_str) else {
                    return Some(Err(FunctionError::new("secret() takes a name")));
                };
                let secrets = [
                    ("token", "s3cret"),
                    ("user", "ana"),
                    ("number", "42"),
                    ("flag", "true"),
                    ("json", "{\"a\": [1, \"x\"], \"b\": null}"),
                    ("quoted", "\"q\""),
                ];
                let mut map = Map::of_strings();
                for (key, text) in secrets {
                    map.insert(key, Value::from(text).with_taint(&Taint::of(format!("{name}.{key}"))));
                }
                Some(Ok(map.into()))
            }
            "echo" => Some(Ok(Value::from("echoed"))),
            _ => None,
        }
    }

    fn names(&self) -> &[&'static str] {
        &["secret", "echo"]
    }
}

fn scope() -> Scope<'static> {
    let mut variables = variables();
    let token = Value::from("s3cret").with_taint(&Taint::of("t"));
    let user = Value::from("ana").with_taint(&Taint::of("u"));
    variables.insert("token", token.clone());
    variables.insert("user", user.clone());
    variables.insert("number", Value::from(42.0).with_taint(&Taint::of("n")));
    variables.insert(
        "creds",
        [("token", token), ("user", user), ("open", "o".into())].into_iter().collect::<Map>(),
    );
    Scope::new(variables, &Secrets, jiff::Timestamp::UNIX_EPOCH)
}

fn labels(taint: &Taint) -> Vec<String> {
    taint.labels().map(str::to_owned).collect()
}

/// The labels of the value of an expression and all inside it.
fn labels_of(text: &str) -> Vec<String> {
    let value = Expression::parse(text).and_then(|expression| expression.evaluate(&scope()));
    labels(&value.unwrap_or_else(|error| panic!("{text}: {error}")).taint())
}

fn template(text: &str) -> Evaluated {
    let evaluated = Template::parse(text).and_then(|template| template.evaluate(&scope()));
    evaluated.unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn segment(text: &str, labels: &[&str]) -> Segment {
    let mut taint = Taint::NONE;
    for label in labels {
        taint.join(&Taint::of(*label));
    }
    Segment { text: text.to_owned(), taint }
}

fn scalar(pointer: &str, segments: Vec<Segment>) -> TaintedScalar {
    TaintedScalar { pointer: pointer.to_owned(), segments }
}

/// The tainted scalars of a result, in the order of their pointers.
fn sorted(evaluated: &Evaluated) -> Vec<TaintedScalar> {
    let mut tainted = evaluated.tainted.clone();
    tainted.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    tainted
}

#[test]
fn what_is_computed_from_a_secret_is_tainted() {
    for (text, want) in [
        ("token", &["t"][..]),
        ("token + user", &["t", "u"]),
        ("\"Bearer \" + token", &["t"]),
        ("creds.token", &["t"]),
        ("creds[\"user\"]", &["u"]),
        ("creds", &["t", "u"]),
        ("$env.token", &["t"]),
        ("token[1:3]", &["t"]),
        ("\"abcdef\"[:int(number)]", &["n"]),
        ("[1,2,3][int(number) - 42]", &["n"]),
        ("{\"a\": 1}[token]", &["t"]),
        ("{(token): 1}", &["t"]),
        ("keys({(token): 1})", &["t"]),
        ("number * 2", &["n"]),
        ("-number", &["n"]),
        ("1..int(number) - 40", &["n"]),
        ("upper(token)", &["t"]),
        ("replace(\"a b\", \" \", token)", &["t"]),
        ("split(token, \"c\")", &["t"]),
        ("split(token, \"c\")[0]", &["t"]),
        ("join([token, user], \":\")", &["t", "u"]),
        ("join(split(token, \"c\"), \"-\")", &["t"]),
        ("toBase64(user + \":\" + token)", &["t", "u"]),
        ("fromBase64(toBase64(token))", &["t"]),
        ("toJSON({\"a\": [token]})", &["t"]),
        ("fromJSON(toJSON({\"a\": [token]})).a[0]", &["t"]),
        ("string(number)", &["n"]),
        ("string([token])", &["t"]),
        ("int(string(number))", &["n"]),
        ("max(1, number)", &["n"]),
        ("sum([number, 1])", &["n"]),
        ("sum(map([1,2], # * number))", &["n"]),
        ("map([1], token)", &["t"]),
        ("map([token], upper(#))", &["t"]),
        ("filter([token, \"x\"], true)", &["t"]),
        ("first([token, \"x\"])", &["t"]),
        ("find([token], true)", &["t"]),
        ("reduce([token, user], #acc + #)", &["t", "u"]),
        ("sort([user, token])", &["t", "u"]),
        ("concat([token], [\"x\"])", &["t"]),
        ("flatten([[token], \"x\"])", &["t"]),
        ("toPairs(creds)", &["t", "u"]),
        ("fromPairs([[\"k\", token]])", &["t"]),
        ("groupBy([1], token)", &["t"]),
        ("keys(groupBy([1], token))", &["t"]),
        ("duration(string(number) + \"s\")", &["n"]),
        ("duration(string(number) + \"s\").String()", &["n"]),
        ("date(\"2024-01-01\").Add(duration(string(number) + \"s\")).Format(\"05\")", &["n"]),
        ("creds.nope ?? token", &["t"]),
        ("let x = token; x + \"!\"", &["t"]),
        ("echo(token)", &["t"]),
        ("secret(\"a\").token", &["a.token"]),
        ("secret(\"a\").token + secret(\"b\").user", &["a.token", "b.user"]),
    ] {
        assert_eq!(labels_of(text), want, "{text}");
    }
}

#[test]
fn comparisons_and_lengths_are_not_tainted() {
    for text in [
        "token == \"x\"",
        "token != user",
        "number > 1",
        "1 < number < 100",
        "token in [\"x\"]",
        "token in creds",
        "token contains \"s\"",
        "token startsWith \"s\"",
        "token not endsWith \"s\"",
        "token matches \"^s\"",
        "hasPrefix(token, \"s\")",
        "hasSuffix(token, \"s\")",
        "len(token)",
        "len(split(token, \"c\"))",
        "count([token], # == \"x\")",
        "any([token], # == \"x\")",
        "all([token], len(#) > 1)",
        "findIndex([token], true)",
        "type(token)",
        "creds.open",
        "secret(\"a\").nope",
        "[token, \"x\"][1]",
        "last([token, \"x\"])",
        "map([token], len(#))",
        "filter([token, \"x\"], # == \"x\")",
    ] {
        assert_eq!(labels_of(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_choice_has_the_taint_of_what_was_chosen() {
    for (text, want) in [
        ("true ? token : user", &["t"][..]),
        ("false ? token : user", &["u"]),
        ("token == \"s3cret\" ? \"yes\" : token", &[]),
        ("if len(token) > 3 { \"long\" } else { token }", &[]),
        ("vars.nothing ?? user", &["u"]),
        ("\"x\" ?? user", &[]),
    ] {
        assert_eq!(labels_of(text), want, "{text}");
    }
}

#[test]
fn a_string_is_given_in_segments() {
    let evaluated = template("Authorization: ${{ user }}:${{ token }} (${{ ctx.stage }})");
    assert_eq!(evaluated.value.as_str(), Some("Authorization: ana:s3cret (prod)"));
    assert_eq!(labels(&evaluated.value.taint()), ["t", "u"]);
    let segments = vec![
        segment("Authorization: ", &[]),
        segment("ana", &["u"]),
        segment(":", &[]),
        segment("s3cret", &["t"]),
        segment(" (prod)", &[]),
    ];
    assert_eq!(evaluated.tainted, [scalar("", segments)]);
}

#[test]
fn neighbouring_results_stay_two_segments() {
    let evaluated = template("${{ token }}${{ token }}");
    assert_eq!(evaluated.tainted, [scalar("", vec![segment("s3cret", &["t"]), segment("s3cret", &["t"])])]);
}

#[test]
fn what_is_not_secret_has_no_segments() {
    assert_eq!(template("${{ ctx.stage }}-x").tainted, []);
    assert_eq!(template("${{ token == 'x' }}").tainted, []);
    assert_eq!(template("plain").tainted, []);
}

#[test]
fn quotes_that_coercion_removes_are_in_no_segment() {
    let evaluated = template("${{ quote(secret('a').token) }}\n");
    assert_eq!(evaluated.value.as_str(), Some("s3cret\n"));
    assert_eq!(evaluated.tainted, [scalar("", vec![segment("s3cret", &["a.token"]), segment("\n", &[])])]);
    let evaluated = template("\"${{ token }}!\"");
    assert_eq!(evaluated.tainted, [scalar("", vec![segment("s3cret", &["t"]), segment("!", &[])])]);
    assert_eq!(
        template("${{ secret('a').quoted }}").tainted,
        [scalar("", vec![segment("q", &["a.quoted"])])]
    );
}

#[test]
fn coerced_scalars_keep_their_taint() {
    let evaluated = template("${{ secret('a').number }}");
    assert_eq!(evaluated.value.as_f64(), Some(42.0));
    assert_eq!(evaluated.tainted, [scalar("", vec![segment("42", &["a.number"])])]);
    let evaluated = template("1${{ secret('a').number }}");
    assert_eq!(evaluated.value.as_f64(), Some(142.0));
    assert_eq!(evaluated.tainted, [scalar("", vec![segment("142", &["a.number"])])]);
    let evaluated = template("${{ secret('a').flag }}");
    assert_eq!(evaluated.value.as_bool(), Some(true));
    assert_eq!(evaluated.tainted, [scalar("", vec![segment("true", &["a.flag"])])]);
}

#[test]
fn a_map_keeps_taints_leaf_by_leaf() {
    let evaluated = template("${{ creds }}");
    assert_eq!(evaluated.to_json().unwrap(), json!({"open": "o", "token": "s3cret", "user": "ana"}));
    let want =
        [scalar("/token", vec![segment("s3cret", &["t"])]), scalar("/user", vec![segment("ana", &["u"])])];
    assert_eq!(sorted(&evaluated), want);
    let value = evaluated.to_value();
    let map = value.as_map().unwrap();
    assert_eq!(labels(&map.get("token").unwrap().taint()), ["t"]);
    assert_eq!(labels(&map.get("open").unwrap().taint()), Vec::<String>::new());
}

#[test]
fn special_characters_move_with_their_segment() {
    let evaluated = template("${{ [\"a<\" + token + \"\\n\", number, {'k/~': token}] }}");
    assert_eq!(evaluated.to_json().unwrap(), json!(["a<s3cret\n", 42, {"k/~": "s3cret"}]));
    let want = [
        scalar("/0", vec![segment("a<s3cret\n", &["t"])]),
        scalar("/1", vec![segment("42", &["n"])]),
        scalar("/2/k~1~0", vec![segment("s3cret", &["t"])]),
    ];
    assert_eq!(sorted(&evaluated), want);
}

#[test]
fn json_written_around_a_secret_is_tainted_only_there() {
    let evaluated =
        template("{\"url\": \"https://x\", \"auth\": \"Bearer ${{ token }}!\", \"n\": ${{ number }}0}");
    assert_eq!(evaluated.to_json().unwrap(), json!({"url": "https://x", "auth": "Bearer s3cret!", "n": 420}));
    let want = [
        scalar("/auth", vec![segment("Bearer ", &[]), segment("s3cret", &["t"]), segment("!", &[])]),
        scalar("/n", vec![segment("420", &["n"])]),
    ];
    assert_eq!(sorted(&evaluated), want);
}

#[test]
fn json_that_is_a_secret_is_tainted_in_every_leaf() {
    let evaluated = template("${{ secret('a').json }}");
    assert_eq!(evaluated.to_json().unwrap(), json!({"a": [1, "x"], "b": null}));
    let want = [
        scalar("/a/0", vec![segment("1", &["a.json"])]),
        scalar("/a/1", vec![segment("x", &["a.json"])]),
        scalar("/b", vec![segment("null", &["a.json"])]),
    ];
    assert_eq!(sorted(&evaluated), want);
    let evaluated = template("${{ fromJSON(secret('a').json) }}");
    assert_eq!(sorted(&evaluated), want);
    assert_eq!(labels_of("fromJSON(secret('a').json).a[1]"), ["a.json"]);
}

#[test]
fn of_a_repeated_key_only_the_last_value_is_told() {
    let evaluated = template("{\"a\": \"${{ token }}\", \"a\": \"open\"}");
    assert_eq!(evaluated.to_json().unwrap(), json!({"a": "open"}));
    assert_eq!(evaluated.tainted, []);
}

#[test]
fn configs_name_the_place_of_each_secret() {
    let config = json!({
        "headers": [{"name": "Authorization", "value": "Bearer ${{ token }}"}],
        "body": "${{ creds }}",
        "plain": "${{ ctx.stage }}"
    });
    let evaluated = ConfigTemplate::parse(&config).unwrap().evaluate(&scope()).unwrap();
    let want: Json = json!({
        "headers": [{"name": "Authorization", "value": "Bearer s3cret"}],
        "body": {"open": "o", "token": "s3cret", "user": "ana"},
        "plain": "prod"
    });
    assert_eq!(evaluated.to_json().unwrap(), want);
    let want = [
        scalar("/body/token", vec![segment("s3cret", &["t"])]),
        scalar("/body/user", vec![segment("ana", &["u"])]),
        scalar("/headers/0/value", vec![segment("Bearer ", &[]), segment("s3cret", &["t"])]),
    ];
    assert_eq!(sorted(&evaluated), want);
}

#[test]
fn every_told_scalar_is_what_its_segments_join_to() {
    let config = json!({
        "a": "x${{ token }}",
        "b": ["${{ [number, user, {'k': token}] }}"],
        "c": "${{ secret('s') }}"
    });
    let evaluated = ConfigTemplate::parse(&config).unwrap().evaluate(&scope()).unwrap();
    let json = evaluated.to_json().unwrap();
    assert_eq!(evaluated.tainted.len(), 10);
    for scalar in &evaluated.tainted {
        let joined: String = scalar.segments.iter().map(|segment| segment.text.as_str()).collect();
        let found = json.pointer(&scalar.pointer).unwrap_or_else(|| panic!("nothing at {}", scalar.pointer));
        let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
        assert_eq!(joined, found, "{}", scalar.pointer);
    }
}

#[test]
fn errors_and_debug_output_do_not_show_secrets() {
    for text in [
        "int(token)",
        "float(token)",
        "duration(token)",
        "date(token)",
        "date('2024', token)",
        "timezone(token)",
        "fromJSON(token)",
        "fromBase64(token + '!')",
        "'x' matches (token + '(')",
        "[1][int(number)]",
        "take([1], -int(number))",
        "repeat('x', -int(number))",
        "bitshl(1, -int(number))",
        "secret(number)",
    ] {
        let error = Expression::parse(text).and_then(|expression| expression.evaluate(&scope())).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("a value is secret, so the reason is not shown"), "{shown}");
        assert!(!shown.contains("s3cret") && !shown.contains("42"), "{shown}");
    }
    let evaluated = template("${{ [creds, token, number] }} and ${{ secret('a').json }}");
    let shown = format!("{evaluated:?} {:?} {:?}", evaluated.to_value(), evaluated.tainted);
    assert!(!shown.contains("s3cret") && !shown.contains("ana"), "{shown}");
    assert!(shown.contains("secret of"), "{shown}");
}

#[test]
fn results_carry_their_taint_into_later_scopes() {
    let mut variables = variables();
    variables.insert("header", template("Bearer ${{ token }}").to_value());
    let later = Scope::new(variables, &Secrets, jiff::Timestamp::UNIX_EPOCH);
    let evaluated = Template::parse("X: ${{ header }}").unwrap().evaluate(&later).unwrap();
    let want = vec![segment("X: ", &[]), segment("Bearer s3cret", &["t"])];
    assert_eq!(evaluated.tainted, [scalar("", want)]);
}

#[test]
fn a_secret_that_decides_taints_what_is_chosen() {
    for (text, want) in [
        ("flag ? \"a\" : \"b\"", &["f"][..]),
        ("not flag ? \"a\" : user", &["f", "u"]),
        ("flag && true", &["f"]),
        ("not flag || len('a') == 1", &["f"]),
        ("flag ?: true", &["f"]),
        ("if flag { 1 } else { 2 }", &["f"]),
        ("flag == true ? \"a\" : \"b\"", &[]),
        ("any([1], flag)", &["f"]),
        ("all([1], flag)", &["f"]),
        ("none([1], not flag)", &["f"]),
        ("one([1], flag)", &["f"]),
        ("count([1], flag)", &["f"]),
        ("filter([1], flag)", &["f"]),
        ("find([1], flag)", &["f"]),
        ("findLastIndex([1], flag)", &["f"]),
        ("filter([1], flag == true)", &[]),
        ("sortBy([1, 2], user)", &["u"]),
        ("sortBy([1, 2], #)", &[]),
        ("groupBy([1, 2], user)", &["u"]),
        ("sum(filter([1, 2], flag))", &["f"]),
    ] {
        let mut variables = variables();
        variables.insert("flag", Value::from(true).with_taint(&Taint::of("f")));
        variables.insert("user", Value::from("ana").with_taint(&Taint::of("u")));
        let scope = Scope::new(variables, &Secrets, jiff::Timestamp::UNIX_EPOCH);
        let value = Expression::parse(text).and_then(|expression| expression.evaluate(&scope));
        let value = value.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(labels(&value.taint()), want, "{text}");
    }
}

#[test]
fn what_is_made_of_a_secret_in_many_steps_is_tainted() {
    for text in [
        "toBase64(toJSON({'a': token + '!'}))",
        "fromJSON(fromBase64(toBase64(toJSON([token]))))[0]",
        "date('20' + string(int(number) - 18) + '-01-01').Year()",
        "date('2024-01-01').AddDate(0, 0, int(number)).Format('02')",
        "(date('2024-01-01') + duration(string(number) + 'h')).Sub(date('2024-01-01')).Hours()",
        "duration(string(number) + 's').String()",
        "date('2024-01-01') - duration(string(number) + 'h')",
        "duration(string(number) + 'h') + date('2024-01-01')",
        "string({'a': [token]})",
        "split(join([token, 'x'], ','), ',')[1]",
        "reverse(split(token, ''))[0]",
        "keys(groupBy([token, token], #))[0]",
        "toPairs(groupBy(['x'], token))",
        "let x = [token]; map(x, upper(#))[0]",
        "reduce([token], #acc + #, '')",
        "lower(trim(' ' + token + ' '))",
        "repeat('x', int(number))",
        "[1, 2, 3][int(number) - 41:]",
        "int(string(number)[:1])",
        "min(number, 1)",
        "median([number, 2])",
    ] {
        assert!(!labels_of(text).is_empty(), "{text}");
    }
    for text in
        ["${{ quote(token) }}", "${{ asJSON([token]) }}", "${{ asYAML({'a': token}) }}", "x${{ number }}"]
    {
        assert!(!template(text).value.taint().is_empty(), "{text}");
    }
}

#[test]
fn a_secret_in_a_key_is_told_and_taints_its_map() {
    let evaluated = template("{\"x-${{ token }}\": {\"a\": 1}, \"b\": [{\"${{ user }}\": 2}]}");
    let mut keys = evaluated.tainted_keys.clone();
    keys.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    let want = [
        scalar("/b/0/ana", vec![segment("ana", &["u"])]),
        scalar("/x-s3cret", vec![segment("x-", &[]), segment("s3cret", &["t"])]),
    ];
    assert_eq!(keys, want);
    assert_eq!(labels(&evaluated.value.taint()), ["t", "u"]);
    let config = json!({ "a": "${{ {(token): user} }}" });
    let evaluated = ConfigTemplate::parse(&config).unwrap().evaluate(&scope()).unwrap();
    assert_eq!(evaluated.tainted_keys.len(), 1);
    assert_eq!(evaluated.tainted_keys[0].pointer, "/a/s3cret");
    let overwritten = template("{\"s3cret\": {\"${{ user }}\": 1}, \"${{ token }}\": 2, \"s3cret\": 3}");
    assert_eq!(overwritten.tainted_keys, []);
}
