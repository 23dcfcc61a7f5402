//! Price sensitivity behind one line of a supermarket receipt, from a made-up world (`docs/generated-data.md`).

use crate::data::generate::retail::CLASSES;
use crate::model::table::learn::Estimator;
use crate::model::table::plan::{Plan, Wanted, category, integer, number};
use predictor_wire::{Field, Form, Target};
use serde_json::{Map, Value, json};

/// What is wanted of the retail model.
#[must_use]
pub fn plan() -> Plan {
    Plan {
        name: "retail",
        title: "Price sensitivity of shoppers",
        description: "Tells from one line of a receipt how sensitive to prices the customer is: Low, Medium or High",
        form: Form {
            name: "basket".to_owned(),
            description: "One line of a receipt with its basket and store; unknown words are taken as average"
                .to_owned(),
            inputs: fields(),
        },
        alternatives: Vec::new(),
        target: Target {
            name: "PRICE_SENSITIVITY".to_owned(),
            unit: None,
            labels: CLASSES.map(str::to_owned).to_vec(),
        },
        features: vec![
            Wanted::Number("SPEND"),
            Wanted::Number("QUANTITY"),
            Wanted::ratio("price", "SPEND", "QUANTITY"),
            Wanted::Usual { name: "usual_price", field: "PROD_CODE_20", of: "price" },
            Wanted::ratio("price_to_usual", "price", "usual_price"),
            Wanted::TargetMean("PROD_CODE_20"),
            Wanted::TargetMean("PROD_CODE_30"),
            Wanted::TargetMean("STORE_REGION"),
            Wanted::OneHot("STORE_FORMAT"),
            Wanted::OneHot("BASKET_TYPE"),
            Wanted::OneHot("BASKET_SIZE"),
        ],
        hidden: Vec::new(),
        candidates: vec![
            Estimator::Boosted { trees: 120, depth: 5, rate: 0.15, leaf: 20, share: 0.7 },
            Estimator::Forest { trees: 40, depth: 16, leaf: 15, features: 9 },
        ],
        examples: examples(),
    }
}

fn fields() -> Vec<Field> {
    let above_zero = |field: Field| Field { exclusive_minimum: true, ..field };
    vec![
        category("BASKET_SIZE", "Size of the basket", &["S", "M", "L"], "M"),
        category("BASKET_TYPE", "Kind of shopping trip: Full Shop, Top Up, Small Shop or XX", &[], "Top Up"),
        category("STORE_REGION", "Region of the store, such as N02", &[], "N02"),
        category("STORE_FORMAT", "Format of the store: LS, MS, SS or XLS", &[], "MS"),
        above_zero(number("SPEND", "Amount of this line", 0.0, 1e6, 4.6)),
        above_zero(integer("QUANTITY", "Pieces on this line", 0.0, 1e6, 2)),
        category("PROD_CODE_20", "Department of the product, such as DEP00012", &[], "DEP00012"),
        category("PROD_CODE_30", "Group of departments, such as G00004", &[], "G00004"),
    ]
}

fn examples() -> Vec<Map<String, Value>> {
    let cases = [
        json!({"BASKET_SIZE": "S", "BASKET_TYPE": "Small Shop", "STORE_REGION": "S01", "STORE_FORMAT": "SS",
            "SPEND": 0.35, "QUANTITY": 1, "PROD_CODE_20": "DEP00003", "PROD_CODE_30": "G00021"}),
        json!({"BASKET_SIZE": "L", "BASKET_TYPE": "Full Shop", "STORE_REGION": "E02", "STORE_FORMAT": "XLS",
            "SPEND": 42.5, "QUANTITY": 1, "PROD_CODE_20": "DEP00007", "PROD_CODE_30": "G00011"}),
        json!({"BASKET_SIZE": "M", "BASKET_TYPE": "a new type", "STORE_REGION": "Z99", "STORE_FORMAT": "?",
            "SPEND": 3, "QUANTITY": 1, "PROD_CODE_20": "DEP99999", "PROD_CODE_30": "G99999"}),
    ];
    cases.into_iter().filter_map(|case| case.as_object().cloned()).collect()
}
