//! Tables and properties of charts.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::model::time::{DAY, MINUTE};
use crate::theme::Theme;

const NOON: Timestamp = Timestamp(1_795_176_000_000);

fn series(values: &[Option<f64>]) -> Series {
    let count = i64::try_from(values.len()).unwrap();
    let at = |index: usize| NOON.plus((i64::try_from(index).unwrap() - count) * MINUTE);
    let points = values.iter().enumerate().filter_map(|(i, v)| Some(Point { at: at(i), value: (*v)? }));
    Series { period: MINUTE, points: points.collect(), ..Series::default() }
}

fn picture(chart: &Chart<'_>, size: (u16, u16), ascii: bool) -> Vec<String> {
    let scope = Scope { theme: Theme::named("dark", ascii), ..Scope::default() };
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| draw(&scope, frame, frame.area(), chart)).unwrap();
    let buffer = terminal.backend().buffer().clone();
    let line = |y| (0..size.0).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
    (0..size.1).map(|y| line(y).trim_end().to_owned()).collect()
}

fn chart<'a>(series: &'a Series, thresholds: &'a [Threshold], minutes: u32) -> Chart<'a> {
    let curve = Curve { name: "avg", series, meaning: Meaning::Accent, filled: false };
    Chart {
        title: "CPU",
        unit: Unit::Percent,
        curves: vec![curve],
        window: Window::ending(NOON, minutes),
        thresholds,
        markers: &[],
        cursor: None,
        doubtful: false,
    }
}

#[test]
fn values_are_short_and_carry_their_unit() {
    for (unit, value, words) in [
        (Unit::Percent, 61.4, "61%"),
        (Unit::Percent, 6.25, "6.2%"),
        (Unit::Percent, 100.0, "100%"),
        (Unit::Seconds, 0.0, "0ms"),
        (Unit::Seconds, 0.014, "14ms"),
        (Unit::Seconds, 0.0004, "0.4ms"),
        (Unit::Seconds, 1.5, "1.5s"),
        (Unit::Count, 0.0, "0"),
        (Unit::Count, 999.0, "999"),
        (Unit::Count, 9_400.0, "9400"),
        (Unit::Count, 12_000.0, "12k"),
        (Unit::Count, 1_250_000.0, "1.2M"),
        (Unit::Count, f64::NAN, "?"),
    ] {
        assert_eq!(unit.words(value), words, "{value}");
    }
}

#[test]
fn the_axis_ends_at_a_round_number() {
    for (highest, unit, top) in [
        (0.0, Unit::Count, 1.0),
        (3.2, Unit::Percent, 4.0),
        (61.0, Unit::Percent, 100.0),
        (100.0, Unit::Percent, 100.0),
        (130.0, Unit::Percent, 200.0),
        (999.0, Unit::Count, 1_000.0),
        (1_000.0, Unit::Count, 1_000.0),
        (0.21, Unit::Seconds, 0.4),
    ] {
        let found = scale::top(highest, unit);
        assert!((found - top).abs() < 1e-9 * top.max(1.0), "{highest}: {found}");
    }
}

#[test]
fn times_are_round_in_the_zone_on_screen() {
    let words = |minutes, cells, zone: &jiff::tz::TimeZone| {
        let times = scale::times(Window::ending(NOON, minutes), cells, zone);
        times.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
    };
    let utc = jiff::tz::TimeZone::UTC;
    assert_eq!(words(60, 40, &utc), ["11:00", "11:15", "11:30", "11:45", "12:00"]);
    assert_eq!(words(24 * 60, 40, &utc), ["12:00", "18:00", "00:00", "06:00", "12:00"]);
    assert_eq!(words(7 * 24 * 60, 66, &utc).first().unwrap(), "Nov 14");
    let india = jiff::tz::TimeZone::fixed(jiff::tz::Offset::from_seconds(19_800).unwrap());
    assert_eq!(words(24 * 60, 40, &india), ["18:00", "00:00", "06:00", "12:00"]);
}

#[test]
fn a_gap_is_a_gap_and_a_zero_is_not() {
    let values = [Some(0.0), Some(0.0), None, None, None, None, Some(0.0), Some(0.0)];
    let series = series(&values);
    let lines = picture(&chart(&series, &[], 8), (14, 5), true);
    assert_eq!(lines[3], "   0%+**    **", "{lines:#?}");
}

#[test]
fn an_empty_series_says_so() {
    let series = series(&[]);
    let lines = picture(&chart(&series, &[], 60), (40, 7), false).join("\n");
    assert!(lines.contains("no data in this window") && !lines.contains("NaN"), "{lines}");
}

#[test]
fn a_threshold_is_a_line_and_one_out_of_reach_is_told() {
    let series = series(&[Some(30.0); 60]);
    let near = [Threshold { value: 80.0, ringing: false }];
    let lines = picture(&chart(&series, &near, 60), (40, 9), true).join("\n");
    assert!(lines.contains("80%+----"), "{lines}");
    let far = [Threshold { value: 5_000.0, ringing: false }];
    let lines = picture(&chart(&series, &far, 60), (40, 9), true).join("\n");
    assert!(lines.contains('^') && !lines.contains("---"), "{lines}");
}

#[test]
fn the_crosshair_tells_the_value_of_its_period_or_that_there_is_none() {
    let series = series(&[Some(10.0), None, Some(30.0)]);
    for (minutes_ago, value) in [(3, Some(10.0)), (2, None), (1, Some(30.0)), (0, None)] {
        assert_eq!(value_at(&series, NOON.plus(-minutes_ago * MINUTE)), value, "{minutes_ago}");
    }
    assert_eq!(value_at(&series, NOON.plus(-MINUTE + 59_999)), Some(30.0));
    assert_eq!(newest(&series, NOON.plus(10 * MINUTE)), None, "old news is no news");
}

#[test]
fn any_size_and_any_number_can_be_drawn() {
    let wild = [f64::NAN, f64::INFINITY, -5.0, 0.0, 1e300, f64::MIN_POSITIVE];
    let series = series(&wild.map(Some));
    let thresholds = [Threshold { value: f64::NAN, ringing: true }, Threshold { value: -1.0, ringing: true }];
    for size in [(1, 1), (14, 3), (15, 4), (80, 3), (300, 90)] {
        for minutes in [1, 15, 10_080] {
            let mut chart = chart(&series, &thresholds, minutes);
            chart.cursor = Some(NOON.plus(-DAY));
            picture(&chart, size, minutes == 15);
        }
    }
}
