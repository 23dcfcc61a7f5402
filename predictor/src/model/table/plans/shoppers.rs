//! Whether a visit to an online shop ends with a purchase (Sakar et al. 2018): the pipeline on public data.

use crate::model::table::learn::Estimator;
use crate::model::table::plan::{Plan, Wanted, category, integer, number};
use predictor_wire::{Form, Target};
use serde_json::{Map, Value, json};

/// What is wanted of the shoppers model.
#[must_use]
pub fn plan() -> Plan {
    let count = |name: &str, words: &str, example: i64| integer(name, words, 0.0, 1e6, example);
    let inputs = vec![
        count("Administrative", "Pages of the account that were seen", 3),
        number("Administrative_Duration", "Seconds on them", 0.0, 1e6, 80.5),
        count("Informational", "Pages about the shop that were seen", 1),
        number("Informational_Duration", "Seconds on them", 0.0, 1e6, 34.0),
        count("ProductRelated", "Pages of products that were seen", 32),
        number("ProductRelated_Duration", "Seconds on them", 0.0, 1e6, 1200.0),
        number("BounceRates", "Mean share of visits that end on the pages seen at once", 0.0, 1.0, 0.01),
        number("ExitRates", "Mean share of visits that end on the pages seen", 0.0, 1.0, 0.02),
        number("PageValues", "Mean value of the pages seen before a purchase", 0.0, 1e6, 12.5),
        number("SpecialDay", "Closeness to a day of gifts", 0.0, 1.0, 0.0),
        category("Month", "Month of the visit, such as Nov", &[], "Nov"),
        count("OperatingSystems", "Number of the operating system", 2),
        count("Browser", "Number of the browser", 2),
        count("Region", "Number of the region", 1),
        count("TrafficType", "Number of the way that led here", 2),
        category("VisitorType", "New_Visitor, Returning_Visitor or Other", &[], "Returning_Visitor"),
        category("Weekend", "Whether it was a weekend", &["FALSE", "TRUE"], "FALSE"),
    ];
    let numbers: Vec<Wanted> = NUMBERS.map(Wanted::Number).to_vec();
    let words = ["Month", "VisitorType", "Weekend"].map(Wanted::OneHot);
    Plan {
        name: "shoppers",
        title: "Purchase at the end of a visit",
        description: "Tells whether a visit to an online shop ends with a purchase",
        form: Form { name: "visit".to_owned(), description: "One visit".to_owned(), inputs },
        alternatives: Vec::new(),
        target: Target {
            name: "Revenue".to_owned(),
            unit: None,
            labels: ["FALSE", "TRUE"].map(str::to_owned).to_vec(),
        },
        features: numbers.into_iter().chain(words).collect(),
        hidden: Vec::new(),
        candidates: vec![
            Estimator::Forest { trees: 100, depth: 14, leaf: 5, features: 0 },
            Estimator::Forest { trees: 100, depth: 10, leaf: 10, features: 0 },
        ],
        examples: examples(),
    }
}

const NUMBERS: [&str; 14] = [
    "Administrative",
    "Administrative_Duration",
    "Informational",
    "Informational_Duration",
    "ProductRelated",
    "ProductRelated_Duration",
    "BounceRates",
    "ExitRates",
    "PageValues",
    "SpecialDay",
    "OperatingSystems",
    "Browser",
    "Region",
    "TrafficType",
];

fn examples() -> Vec<Map<String, Value>> {
    let case = |pages: i64, exits: f64, value: f64, month: &str| {
        let mut case = json!({"Administrative": 0, "Informational": 0, "ProductRelated": pages,
            "ProductRelated_Duration": pages as f64 * 31.5, "ExitRates": exits, "BounceRates": exits / 2.0,
            "PageValues": value, "Month": month, "VisitorType": "New_Visitor", "Weekend": "TRUE"});
        for number in NUMBERS {
            if case.get(number).is_none() {
                case[number] = json!(1);
            }
        }
        case.as_object().cloned().unwrap_or_default()
    };
    vec![case(3, 0.1, 0.0, "Feb"), case(41, 0.013, 55.5, "Nov"), case(12, 0.05, 7.25, "Smarch")]
}
