//! Median price of houses in a Californian district of the 1990 census (Pace and Barry 1997).

use crate::model::table::Fill;
use crate::model::table::learn::Estimator;
use crate::model::table::plan::{Alternative, Plan, Wanted, category, number};
use predictor_wire::{Field, Form, Target};
use serde_json::{Map, Value, json};

const OCEAN: [&str; 5] = ["<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN"];

/// What is wanted of the housing model.
#[must_use]
pub fn plan() -> Plan {
    Plan {
        name: "housing",
        title: "California house prices, 1990",
        description: "Estimates the median price of the houses of a census district in California in 1990",
        form: Form {
            name: "raw".to_owned(),
            description:
                "The columns of the census table; the number of bedrooms and the place by the sea may be unknown"
                    .to_owned(),
            inputs: raw_fields(),
        },
        alternatives: vec![derived()],
        target: Target { name: "median_house_value".to_owned(), unit: Some("USD".to_owned()), labels: Vec::new() },
        features: features(),
        hidden: vec![("ocean_proximity", 0.3)],
        candidates: vec![
            Estimator::Boosted { trees: 300, depth: 6, rate: 0.1, leaf: 3, share: 0.5 },
            Estimator::Boosted { trees: 300, depth: 7, rate: 0.08, leaf: 5, share: 0.5 },
        ],
        examples: examples(),
    }
}

fn raw_fields() -> Vec<Field> {
    let count = |name: &str, description: &str, example: f64| number(name, description, 1.0, 1e6, example);
    vec![
        Field {
            unit: Some("°".to_owned()),
            ..number("longitude", "Degrees east, so negative", -125.0, -114.0, -122.27)
        },
        Field { unit: Some("°".to_owned()), ..number("latitude", "Degrees north", 32.0, 42.5, 37.81) },
        Field {
            unit: Some("years".to_owned()),
            ..number("housing_median_age", "Median age of the houses", 0.0, 100.0, 38.0)
        },
        count("total_rooms", "Rooms of all houses", 2150.0),
        Field {
            required: false,
            nullable: true,
            ..count("total_bedrooms", "Bedrooms of all houses; estimated from the rooms if unknown", 415.0)
        },
        count("population", "People of the district", 1010.0),
        count("households", "Households of the district", 402.0),
        Field {
            unit: Some("10,000 USD".to_owned()),
            ..number("median_income", "Median yearly income of a household", 0.0, 100.0, 4.6)
        },
        Field {
            required: false,
            nullable: true,
            ..category(
                "ocean_proximity",
                "Where the district lies; told from the coordinates if unknown",
                &OCEAN,
                "NEAR BAY",
            )
        },
    ]
}

fn features() -> Vec<Wanted> {
    let fields = [
        "longitude",
        "latitude",
        "housing_median_age",
        "total_rooms",
        "total_bedrooms",
        "population",
        "households",
        "median_income",
    ];
    let derived = [
        Wanted::ratio("rooms_per_household", "total_rooms", "households"),
        Wanted::ratio("bedrooms_per_room", "total_bedrooms", "total_rooms"),
        Wanted::ratio("people_per_household", "population", "households"),
        // The coast runs from north-west to south-east: turned coordinates let one split follow it.
        Wanted::sum("north_east", "longitude", "latitude"),
        Wanted::difference("north_west", "latitude", "longitude"),
        Wanted::OneHot("ocean_proximity"),
    ];
    fields.into_iter().map(Wanted::Number).chain(derived).collect()
}

/// The eight features of scikit-learn's form of the same data, in its order.
fn derived() -> Alternative {
    let above_zero = |name: &str, description: &str, most: f64, example: f64| Field {
        exclusive_minimum: true,
        ..number(name, description, 0.0, most, example)
    };
    let inputs = vec![
        number("med_inc", "Median yearly income of a household, in 10,000 USD", 0.0, 100.0, 4.6),
        number("house_age", "Median age of the houses, in years", 0.0, 100.0, 38.0),
        above_zero("avg_rooms", "Rooms per household", 1e4, 5.35),
        above_zero("avg_bedrooms", "Bedrooms per household", 1e4, 1.03),
        number("population", "People of the district", 1.0, 1e6, 1010.0),
        above_zero("avg_occupancy", "People per household", 1e4, 2.51),
        number("lat", "Degrees north", 32.0, 42.5, 37.81),
        number("lon", "Degrees east, so negative", -125.0, -114.0, -122.27),
    ];
    let of = |over: &[u16], under: &[u16]| Fill { over: over.to_vec(), under: under.to_vec() };
    Alternative {
        form: Form {
            name: "derived".to_owned(),
            description: "Averages per household instead of sums".to_owned(),
            inputs,
        },
        fills: vec![
            Fill::cell(7),
            Fill::cell(6),
            Fill::cell(1),
            of(&[2, 4], &[5]),
            of(&[3, 4], &[5]),
            Fill::cell(4),
            of(&[4], &[5]),
            Fill::cell(0),
            Fill::default(),
        ],
        back: vec![
            Fill::cell(7),
            Fill::cell(2),
            of(&[3], &[6]),
            of(&[4], &[6]),
            Fill::cell(5),
            of(&[5], &[6]),
            Fill::cell(1),
            Fill::cell(0),
        ],
    }
}

fn examples() -> Vec<Map<String, Value>> {
    let cases = [
        json!({"longitude": -118.4, "latitude": 34.05, "housing_median_age": 30, "total_rooms": 3000,
            "total_bedrooms": 520, "population": 1200, "households": 500, "median_income": 8.25,
            "ocean_proximity": "<1H OCEAN"}),
        json!({"longitude": -119.8, "latitude": 36.75, "housing_median_age": 22, "total_rooms": 1800,
            "total_bedrooms": null, "population": 1400, "households": 420, "median_income": 2.1,
            "ocean_proximity": "INLAND"}),
        json!({"longitude": -117.1, "latitude": 32.75, "housing_median_age": 15, "total_rooms": 4100,
            "population": 2500, "households": 900, "median_income": 3.4}),
    ];
    cases.into_iter().filter_map(|case| case.as_object().cloned()).collect()
}
