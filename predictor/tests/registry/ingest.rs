//! New rows: checked one by one, kept as parts, and turned into a registered version by one command.

use crate::program::Place;
use serde_json::Value;

const HEADER: &str = "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income,\
                      median_house_value,ocean_proximity";

fn row(income: &str, place: &str) -> String {
    format!("-122.2,37.9,41,880,129,322,126,{income},452600,{place}")
}

fn write(place: &Place, name: &str, text: &str) -> String {
    let path = place.path(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

fn ingest(place: &Place, file: &str, more: &[&str]) -> crate::program::End {
    let into = place.path("data").display().to_string();
    place.run(&[&["ingest", "housing", "--data", file, "--into", &into, "--json"], more].concat())
}

fn taken(end: crate::program::End) -> Value {
    serde_json::from_str(&end.done()).expect("JSON")
}

#[test]
fn rows_become_parts_once() {
    let place = Place::directory();
    let text = format!("{HEADER}\r\n{}\r\n\r\n{}\r\n", row("8.3", "NEAR BAY"), row("2.1", "INLAND"));
    let file = write(&place, "first.csv", &text);
    let first = taken(ingest(&place, &file, &[]));
    assert_eq!(
        (&first[0]["rows"], &first[0]["skipped"], &first[0]["duplicate"]),
        (&2.into(), &0.into(), &false.into())
    );
    let part = first[0]["part"].as_str().expect("a name");
    let kept = std::fs::read_to_string(place.path("data/housing").join(part)).expect("a part");
    assert_eq!(kept, format!("{HEADER}\n{}\n{}\n", row("8.3", "NEAR BAY"), row("2.1", "INLAND")));
    assert_eq!(taken(ingest(&place, &file, &[]))[0]["duplicate"], true);
    // Other columns, another order, another separator: the same cells under the first file's header.
    let other = "ocean_proximity;extra;median_house_value;median_income;households;population;total_bedrooms;total_rooms;\
                 housing_median_age;latitude;longitude\nNEAR BAY;x;452600;8.3;126;322;129;880;41;37.9;-122.2\n\
                 INLAND;y;452600;2.1;126;322;129;880;41;37.9;-122.2\n";
    let again = taken(ingest(&place, &write(&place, "other.csv", other), &[]));
    assert_eq!((&again[0]["part"], &again[0]["duplicate"]), (&first[0]["part"], &true.into()));
    let names = std::fs::read_dir(place.path("data/housing")).expect("listed").count();
    assert_eq!(names, 3, "columns, one part, its note");
}

#[test]
fn bad_rows_are_named_or_left_out() {
    let place = Place::directory();
    let bad = [
        HEADER.to_owned(),
        row("8.3", "NEAR BAY"),
        row("much", "NEAR BAY"),
        row("8.3", "ON THE MOON"),
        "1,2,3".to_owned(),
        row("2.1", "INLAND"),
    ];
    let file = write(&place, "bad.csv", &bad.join("\n"));
    let end = ingest(&place, &file, &[]);
    for expect in [
        "bad.csv:3: median_income must be a number",
        "bad.csv:4: ocean_proximity must be one of",
        "bad.csv:5: the row has 3 cells, the header has 10",
        "3 bad rows; nothing was taken in",
    ] {
        end.failed(1, expect);
    }
    assert!(!place.path("data/housing").exists(), "nothing was written");
    let left = taken(ingest(&place, &file, &["--skip-bad"]));
    assert_eq!((&left[0]["rows"], &left[0]["skipped"]), (&2.into(), &3.into()));
    ingest(&place, &write(&place, "empty.csv", HEADER), &[]).failed(1, "no row is good");
    ingest(&place, &write(&place, "none.csv", ""), &[]).failed(1, "no header line");
    ingest(&place, &write(&place, "poor.csv", "a,b\n1,2\n"), &[]).failed(1, "there is no column \"longitude\"");
    ingest(&place, "/nowhere/at/all.csv", &[]).failed(1, "cannot read /nowhere/at/all.csv");
    place.run(&["ingest", "weather", "--data", "x", "--into", "y"]).failed(1, "there is no model \"weather\"");
}

/// Invented sentences; `label` decides which verdicts are good.
fn sentences(place: &Place, name: &str, count: usize) -> String {
    let mut text = String::new();
    for index in 0..count {
        text += &format!("{name} thing {index} is splendid\t1\n{name} thing {index} is rotten\t0\n");
    }
    write(place, name, &text)
}

#[test]
fn one_command_leads_from_rows_to_a_registered_version() {
    let place = Place::directory();
    let data = place.path("rows").display().to_string();
    let run = |more: &[&str]| place.run(&[&["pipeline", "sentiment", "--data", &data], more].concat());
    run(&["--ingest", "/nowhere"]).failed(1, "cannot read /nowhere");
    let summary = |end: crate::program::End| -> Value { serde_json::from_str(&end.done()).expect("JSON") };
    let first = sentences(&place, "first", 100);
    let done = summary(run(&["--ingest", &first]));
    assert_eq!((&done["outcome"], &done["version"], &done["event"]), (&"registered".into(), &"3".into(), &1.into()));
    assert_eq!((&done["gate"]["basis"], &done["gate"]["passed"]), (&"data".into(), &true.into()));
    assert_eq!(done["ingested"][0]["rows"], 200);
    let again = summary(run(&["--ingest", &first]));
    assert_eq!((&again["outcome"], &again["version"]), (&"unchanged".into(), &"3".into()));
    place.run(&["approve", "sentiment@3", "--why", "first"]).done();
    let second = sentences(&place, "second", 60);
    let next = summary(run(&["--ingest", &second, "--approve-if-better"]));
    assert_eq!((&next["outcome"], &next["version"]), (&"registered".into(), &"4".into()), "equal is not better");
    assert_eq!(next["gate"]["compared_with"], "3");
    let strict = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/thresholds.toml")).expect("read");
    let strict = write(&place, "strict.toml", &(strict + "\n[models.sentiment]\naccuracy = 1.0\nf1_macro = 1.0\n"));
    let noise: String = (0..40).map(|index| format!("nothing to see, {index}\t{}\n", index % 2)).collect();
    let noise = write(&place, "noise.txt", &noise);
    let end = run(&["--ingest", &noise, "--thresholds", &strict]);
    end.failed(3, "the gate refused sentiment@5: ");
    let refused: Value = serde_json::from_str(&end.out).expect("JSON");
    assert_eq!((&refused["outcome"], &refused["version"]), (&"refused".into(), &"5".into()));
    run(&["--force", "--", "--nonsense"]).failed(2, "--nonsense");
    place.run(&["pipeline", "weather", "--data", &data]).failed(1, "there are no rows of weather in ");
}
