//! Points in time that the host makes of what clocks show.

use jiff::civil::DateTime;
use windlass_expr::{Expression, Map, NoFunctions, Scope, Value};

fn shown(clock: &str, zone: &Value, text: &str) -> String {
    let clock: DateTime = clock.parse().expect("what a clock shows");
    let time = Value::time_of_clock(clock, zone).expect("a time within the calendar");
    let variables = Map::from_iter([("t", time)]);
    let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
    let found = Expression::parse(text).and_then(|expression| expression.evaluate(&scope));
    found.expect("an expression over the time").print()
}

#[test]
fn clocks_show_a_time_in_their_zone() {
    assert_eq!(shown("1979-05-27T07:32:00", &Value::utc(), "t"), "1979-05-27 07:32:00 +0000 UTC");
    assert_eq!(shown("1979-05-27T07:32:00", &Value::zone_at(-25_200), "t.Hour()"), "7");
    assert_eq!(shown("1979-05-27T07:32:00", &Value::zone_at(-25_200), "t.UTC().Hour()"), "14");
    assert_eq!(shown("1979-05-27T07:32:00.5", &Value::zone_at(0), "toJSON(t)"), "\"1979-05-27T07:32:00.5Z\"");
}

#[test]
fn the_ends_of_the_calendar_are_times_too() {
    assert_eq!(shown("0000-01-01T00:00:00", &Value::zone_at(3_600), "t.Year()"), "0");
    assert_eq!(shown("9999-12-31T23:59:59", &Value::zone_at(3_600), "t.Unix()"), "253402297199");
    let clock: DateTime = "9999-12-31T23:59:59".parse().unwrap();
    assert!(Value::time_of_clock(clock, &Value::zone_at(-3_600)).is_none());
}

#[test]
fn what_is_no_zone_has_no_clocks() {
    assert!(Value::time_of_clock(DateTime::default(), &Value::from("UTC")).is_none());
}
