//! The table models of this program, each in its own room: what they are asked, what they answer, how they learn.

pub mod bank;
pub mod housing;
pub mod retail;
pub mod savings;
pub mod shoppers;

use super::plan::Plan;

/// Names of all plans.
pub const NAMES: [&str; 5] = ["housing", "retail", "savings", "shoppers", "bank"];

/// The plan of a name.
#[must_use]
pub fn find(name: &str) -> Option<Plan> {
    Some(match name {
        "housing" => housing::plan(),
        "retail" => retail::plan(),
        "savings" => savings::plan(),
        "shoppers" => shoppers::plan(),
        "bank" => bank::plan(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    #[test]
    fn every_plan_accepts_its_own_examples() {
        for name in NAMES {
            let plan = find(name).expect("a plan");
            let schema = Schema::new(plan.forms());
            let examples = plan.forms().into_iter().map(|form| form.example()).enumerate();
            for (form, example) in examples {
                assert_eq!(schema.check_map(&example).expect("it fits").form, form, "{name}");
            }
            for example in &plan.examples {
                assert!(schema.check_map(example).is_ok(), "{name}: {example:?}");
            }
            assert!(plan.examples.len() >= 2 && !plan.candidates.is_empty(), "{name}");
            for (field, _) in &plan.hidden {
                assert!(plan.slot(field).is_some_and(|slot| !plan.form.inputs[slot].required), "{name}: {field}");
            }
            for alternative in &plan.alternatives {
                assert_eq!(alternative.fills.len(), plan.form.inputs.len(), "{name}");
                assert_eq!(alternative.back.len(), alternative.form.inputs.len(), "{name}");
            }
        }
        assert!(find("weather").is_none());
    }
}
