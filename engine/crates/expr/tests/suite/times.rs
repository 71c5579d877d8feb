//! Dates, durations and time zones.

use serde_json::json;
use windlass_expr::ErrorClass::{Runtime, Type};

use crate::support::{check, refuse};

#[test]
fn dates_are_read() {
    check(&[
        ("date(\"2024-02-29\")", json!("2024-02-29T00:00:00Z")),
        ("date(\"2024-02-29 12:34:56\")", json!("2024-02-29T12:34:56Z")),
        ("date(\"2024-02-29T12:34:56.5+02:00\")", json!("2024-02-29T12:34:56.5+02:00")),
        ("date(\"15:04:05\")", json!("0000-01-01T15:04:05Z")),
        ("date(\"Mon, 02 Jan 2006 15:04:05 GMT\")", json!("2006-01-02T15:04:05Z")),
        ("date(\"29.02.24\", \"02.01.06\")", json!("2024-02-29T00:00:00Z")),
        ("date(\"2024-07-01\", \"2006-01-02\", \"America/New_York\")", json!("2024-07-01T00:00:00-04:00")),
        ("date(timezone(\"Europe/Zurich\"), \"2024-02-29\")", json!("2024-02-29T00:00:00+01:00")),
        ("date(\"9999-12-31\")", json!("9999-12-31T00:00:00Z")),
        ("date(\"3:04PM\", \"3:04PM\").Hour()", json!(15)),
        ("date(\"060 2024\", \"002 2006\").Format(\"Jan 2\")", json!("Feb 29")),
    ]);
    refuse(Runtime, &["date(\"nope\")", "date(\"2023-02-29\")", "date(\"1\", \"2006\")", "date(vars.n)"]);
    refuse(Runtime, &["timezone(\"europe/zurich\")", "timezone(\"../x\")"]);
    refuse(Type, &["date()", "date(\"a\", \"b\", \"c\", \"d\")"]);
}

#[test]
fn dates_are_written() {
    let date = "date(\"2024-02-29T12:34:56.789Z\")";
    for (layout, want) in [
        ("2006-01-02", "2024-02-29"),
        ("Mon Jan _2 15:04:05 MST 2006", "Thu Feb 29 12:34:56 UTC 2024"),
        ("Monday, January 2 06 3:04PM", "Thursday, February 29 24 12:34PM"),
        ("20060102150405.000", "20240229123456.789"),
        ("05.999999,00", "56.789,78"),
        ("002 __2 1/2 03 4 5 pm", "060  60 2/29 12 34 56 pm"),
        ("Z07:00 -0700 -07:00:00", "Z +0000 +00:00:00"),
        ("_2006 Janu Mond", "_2024 Janu Mond"),
    ] {
        let text = format!("{date}.Format(\"{layout}\")");
        assert_eq!(crate::support::eval(&text), json!(want), "{layout}");
    }
    check(&[
        ("string(date(\"2024-02-29T12:34:56.5+02:00\"))", json!("2024-02-29 12:34:56.5 +0200 +0200")),
        ("toJSON(date(\"2024-02-29\"))", json!("\"2024-02-29T00:00:00Z\"")),
    ]);
}

#[test]
fn parts_of_dates() {
    check(&[
        ("date(\"2024-02-29\").Month()", json!(2)),
        ("string(date(\"2024-02-29\").Month())", json!("February")),
        ("date(\"2024-02-29\").Weekday().String()", json!("Thursday")),
        ("int(date(\"2024-02-29\").Weekday())", json!(4)),
        ("date(\"2024-12-30\").ISOWeek()", json!(2025)),
        ("date(\"2024-12-31\").YearDay()", json!(366)),
        ("date(\"1969-12-31T23:59:59.5Z\").Unix()", json!(-1)),
        ("date(\"1969-12-31T23:59:59.5Z\").UnixMilli()", json!(-500)),
        (
            "date(\"2024-07-01T12:00:00Z\").In(timezone(\"Europe/London\")).Format(\"15:04 MST\")",
            json!("13:00 BST"),
        ),
        ("date(\"0001-01-01\").IsZero()", json!(true)),
    ]);
    refuse(
        Type,
        &["date(\"2024-02-29\").Month() == 2", "date(\"2024-02-29\").Nope()", "date(\"2024-02-29\").Year(1)"],
    );
}

#[test]
fn arithmetic_of_time() {
    check(&[
        ("date(\"2024-03-01\") - date(\"2024-02-01\") == duration(\"696h\")", json!(true)),
        ("date(\"2024-02-28\").AddDate(0, 0, 2).Day()", json!(1)),
        ("date(\"2024-01-31\").AddDate(0, 1, 0).Format(\"01-02\")", json!("03-02")),
        ("(date(\"2024-02-29\") + duration(\"36h\")).Day()", json!(1)),
        ("date(\"2024-02-29T12:34:56Z\").Truncate(duration(\"1h\")).Minute()", json!(0)),
        ("date(\"2024-02-29T12:30:00Z\").Round(duration(\"1h\")).Hour()", json!(13)),
        ("date(\"2024-03-01\") > date(\"2024-02-29\")", json!(true)),
        ("date(\"2024-02-29T12:00:00+02:00\") == date(\"2024-02-29T10:00:00Z\")", json!(true)),
        ("now()", json!("2024-02-29T12:34:56Z")),
        ("now(timezone(\"Asia/Tokyo\")).Hour()", json!(21)),
        ("now() - date(\"2024-02-29\") > duration(\"12h\")", json!(true)),
    ]);
    refuse(Runtime, &["date(\"9999-12-31\").AddDate(1, 0, 0)", "date(\"9999-12-31\") + duration(\"24h\")"]);
}

#[test]
fn durations() {
    check(&[
        ("duration(\"1.5h\").Minutes()", json!(90)),
        ("string(duration(\"90m\"))", json!("1h30m0s")),
        ("duration(\"1h\") * 2", json!(7_200_000_000_000_i64)),
        ("duration(\"1h\") - duration(\"2h\")", json!(-3_600_000_000_000_i64)),
        ("duration(\"1h15m30.9s\").Truncate(duration(\"1s\")).String()", json!("1h15m30s")),
        ("duration(\"1h\") == duration(\"60m\")", json!(true)),
        ("duration(\"-2h\").Abs().Hours()", json!(2)),
        ("int(duration(\"1us\"))", json!(1000)),
    ]);
    refuse(Runtime, &["duration(\"\")", "duration(\"5\")", "duration(\"1d\")", "duration(vars.n)"]);
    refuse(Type, &["duration(\"1h\") / 2", "duration(\"1h\") + 1", "duration(\"1h\") == 5"]);
}
