//! Go durations: reading, printing, messages, conversions.

use super::*;

fn nanos(text: &str) -> i64 {
    text.parse::<GoDuration>().unwrap().as_nanos()
}

fn message(text: &str) -> String {
    text.parse::<GoDuration>().unwrap_err().to_string()
}

#[test]
fn reading() {
    assert_eq!(nanos("1h30m"), 5_400_000_000_000);
    assert_eq!(nanos(".5s"), 500_000_000);
    assert_eq!(nanos("-1h"), -3_600_000_000_000);
    assert_eq!(nanos("0"), 0);
    assert_eq!(nanos("1µs"), 1_000);
    assert_eq!(nanos("-9223372036854775808ns"), i64::MIN);
}

#[test]
fn printing() {
    let print = |nanoseconds| GoDuration::from_nanos(nanoseconds).to_string();
    assert_eq!(print(86_400_000_000_000), "24h0m0s");
    assert_eq!(print(2_642_750_912), "2.642750912s");
    assert_eq!(print(1_500_000_000), "1.5s");
    assert_eq!(print(-1_050), "-1.05µs");
    assert_eq!(print(60_000_000_001), "1m0.000000001s");
    assert_eq!(print(0), "0s");
    assert_eq!(print(i64::MIN), "-2562047h47m16.854775808s");
}

#[test]
fn messages_are_those_of_go() {
    assert_eq!(message("1d"), "time: unknown unit \"d\" in duration \"1d\"");
    assert_eq!(message("5"), "time: missing unit in duration \"5\"");
    assert_eq!(message("\"x\u{e9}"), "time: invalid duration \"\\\"x\\xc3\\xa9\"");
    assert_eq!(message("9223372036854775808ns"), "time: invalid duration \"9223372036854775808ns\"");
}

#[test]
fn a_sum_that_would_wrap_round_is_refused() {
    let half = "9223372036854775808ns";
    assert_eq!(message(&half.repeat(2)), format!("time: invalid duration \"{half}{half}\""));
}

#[test]
fn hints_name_the_units() {
    let hint = "1d".parse::<GoDuration>().unwrap_err().hint();
    assert_eq!(hint, "the units are ns, us, ms, s, m and h; write days as hours, such as 24h for one day");
}

#[test]
fn conversions_refuse_what_does_not_fit() {
    assert_eq!(GoDuration::from_nanos(7).to_std(), Some(Duration::from_nanos(7)));
    assert_eq!(GoDuration::from_nanos(-1).to_std(), None);
    assert_eq!(GoDuration::from_std(Duration::from_secs(1)), Some(GoDuration::from_nanos(1_000_000_000)));
    assert_eq!(GoDuration::from_std(Duration::MAX), None);
}

#[test]
fn manifests_allow_hours_minutes_and_seconds_only() {
    for text in ["5m", "1h30m", "1.5h0s", "90m90m"] {
        assert!(is_manifest_duration(text), "{text}");
    }
    for text in ["", "5", "m", "-5m", "+5m", ".5m", "5.m", "100ms", "1d", "5m ", "0"] {
        assert!(!is_manifest_duration(text), "{text}");
    }
}
