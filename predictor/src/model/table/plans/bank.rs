//! Whether a client subscribes to a term deposit (Moro, Cortez and Rita 2014): the pipeline on public data.
//!
//! The column `duration` is left out: how long the call will be is known only when its outcome is.

use crate::model::table::learn::Estimator;
use crate::model::table::plan::{Plan, Wanted, category, integer};
use predictor_wire::{Form, Target};
use serde_json::{Map, Value, json};

const NUMBERS: [&str; 6] = ["age", "balance", "day", "campaign", "pdays", "previous"];
const WORDS: [&str; 9] = ["job", "marital", "education", "default", "housing", "loan", "contact", "month", "poutcome"];

/// What is wanted of the bank model.
#[must_use]
pub fn plan() -> Plan {
    let yes_or_no = ["no", "yes"];
    let inputs = vec![
        integer("age", "Age in years", 16.0, 120.0, 39),
        category("job", "Kind of job, such as services", &[], "services"),
        category("marital", "single, married or divorced", &[], "married"),
        category("education", "primary, secondary, tertiary or unknown", &[], "secondary"),
        category("default", "Whether a credit is in default", &yes_or_no, "no"),
        integer("balance", "Mean yearly balance in euros", -1e7, 1e7, 1250),
        category("housing", "Whether there is a housing loan", &yes_or_no, "yes"),
        category("loan", "Whether there is a personal loan", &yes_or_no, "no"),
        category("contact", "cellular, telephone or unknown", &[], "cellular"),
        integer("day", "Day of the month of the last call", 1.0, 31.0, 12),
        category("month", "Month of the last call, such as may", &[], "may"),
        integer("campaign", "Calls in this campaign", 0.0, 1e4, 2),
        integer("pdays", "Days since the call of an earlier campaign; -1 for none", -1.0, 1e5, -1),
        integer("previous", "Calls before this campaign", 0.0, 1e4, 0),
        category("poutcome", "Outcome of the earlier campaign: success, failure, other or unknown", &[], "unknown"),
    ];
    Plan {
        name: "bank",
        title: "Subscription to a term deposit",
        description: "Tells whether a client of a bank who is called will subscribe to a term deposit",
        form: Form { name: "client".to_owned(), description: "One client".to_owned(), inputs },
        alternatives: Vec::new(),
        target: Target { name: "y".to_owned(), unit: None, labels: yes_or_no.map(str::to_owned).to_vec() },
        features: NUMBERS.map(Wanted::Number).into_iter().chain(WORDS.map(Wanted::OneHot)).collect(),
        hidden: Vec::new(),
        candidates: vec![
            Estimator::Forest { trees: 120, depth: 14, leaf: 4, features: 0 },
            Estimator::Forest { trees: 120, depth: 10, leaf: 8, features: 0 },
        ],
        examples: examples(),
    }
}

fn examples() -> Vec<Map<String, Value>> {
    let case = |age: i64, job: &str, month: &str, earlier: &str| {
        let case = json!({"age": age, "job": job, "marital": "single", "education": "tertiary", "default": "no",
            "balance": 2750, "housing": "no", "loan": "no", "contact": "cellular", "day": 17, "month": month,
            "campaign": 1, "pdays": if earlier == "unknown" { -1 } else { 92 },
            "previous": i64::from(earlier != "unknown"), "poutcome": earlier});
        case.as_object().cloned().unwrap_or_default()
    };
    vec![
        case(31, "student", "oct", "success"),
        case(58, "retired", "jul", "unknown"),
        case(44, "astronaut", "mar", "failure"),
    ]
}
