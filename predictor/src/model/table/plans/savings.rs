//! What a household wants to put aside, from a made-up world (`docs/generated-data.md`).

use crate::model::table::learn::Estimator;
use crate::model::table::plan::{Plan, Wanted, integer, number};
use predictor_wire::{Field, Form, Target};
use serde_json::{Map, Value, json};

const SPENDING: [(&str, &str, f64); 8] = [
    ("Rent", "Rent or loan for the home", 820.0),
    ("Groceries", "Food and household goods", 410.0),
    ("Transport", "Car, fuel, tickets", 230.0),
    ("Utilities", "Water, power, telephone", 150.0),
    ("Healthcare", "Doctors, medicine, insurance", 95.0),
    ("Education", "School, courses, books", 120.0),
    ("Entertainment", "Leisure and eating out", 160.0),
    ("Miscellaneous", "Everything else", 90.0),
];

/// What is wanted of the savings model.
#[must_use]
pub fn plan() -> Plan {
    Plan {
        name: "savings",
        title: "Desired savings of a household",
        description: "Estimates from income and spending how much a household wants to put aside each month",
        form: Form {
            name: "household".to_owned(),
            description: "Amounts a month in one currency".to_owned(),
            inputs: fields(),
        },
        alternatives: Vec::new(),
        target: Target { name: "Desired_Savings".to_owned(), unit: Some("a month".to_owned()), labels: Vec::new() },
        features: features(),
        hidden: Vec::new(),
        candidates: vec![
            Estimator::Forest { trees: 60, depth: 16, leaf: 8, features: 0 },
            Estimator::Forest { trees: 60, depth: 16, leaf: 8, features: 14 },
        ],
        examples: examples(),
    }
}

fn fields() -> Vec<Field> {
    let a_month = |field: Field| Field { unit: Some("a month".to_owned()), ..field };
    let income = Field { exclusive_minimum: true, ..number("Income", "Income after tax", 0.0, 1e7, 3600.0) };
    let mut fields = vec![
        a_month(income),
        Field { unit: Some("years".to_owned()), ..integer("Age", "Age of the earner", 16.0, 110.0, 41) },
        integer("Dependents", "People who live on this income besides the earner", 0.0, 20.0, 1),
    ];
    fields.extend(SPENDING.map(|(name, words, example)| a_month(number(name, words, 0.0, 1e7, example))));
    fields
}

fn features() -> Vec<Wanted> {
    let mut features: Vec<Wanted> = ["Income", "Age", "Dependents"].map(Wanted::Number).to_vec();
    features.extend(SPENDING.map(|(name, _, _)| Wanted::Number(name)));
    // What is left after each kind of spending in turn; the last is what is left of all.
    let left = [
        "after_rent",
        "after_groceries",
        "after_transport",
        "after_utilities",
        "after_healthcare",
        "after_education",
        "after_entertainment",
        "left_over",
    ];
    let mut before = "Income";
    for (name, (spending, _, _)) in left.into_iter().zip(SPENDING) {
        features.push(Wanted::difference(name, before, spending));
        before = name;
    }
    features.push(Wanted::ratio("left_over_share", "left_over", "Income"));
    features
}

fn examples() -> Vec<Map<String, Value>> {
    let case = |amounts: [f64; 9], age: u32, dependents: u32| {
        let mut case = json!({"Income": amounts[0], "Age": age, "Dependents": dependents});
        for ((name, _, _), amount) in SPENDING.iter().zip(&amounts[1..]) {
            case[*name] = json!(amount);
        }
        case.as_object().cloned().unwrap_or_default()
    };
    vec![
        case([2100.0, 690.0, 300.0, 120.0, 130.0, 60.0, 0.0, 90.0, 50.0], 24, 0),
        case([7800.0, 1500.0, 620.0, 500.0, 240.0, 130.0, 410.0, 350.0, 200.0], 46, 2),
        case([1500.0, 900.0, 350.0, 200.0, 120.0, 150.0, 80.0, 100.0, 60.0], 63, 3),
    ]
}
