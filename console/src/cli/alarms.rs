//! `qd alarms`

use serde_json::{Value, json};

use super::ask::only;
use super::failure::{Failure, exit};
use super::json;
use super::output::Output;
use crate::clients::Clients;
use crate::effect::Request;
use crate::event::Facts;
use crate::model::Alarm;

pub(crate) async fn run(clients: &Clients, state: Option<&str>, output: &mut Output<'_>) -> Result<u8, Failure> {
    let wanted = state.map(|word| word.to_ascii_uppercase().replace('-', "_"));
    if let Some(word) = wanted.as_deref().filter(|word| !["ALARM", "OK", "INSUFFICIENT_DATA"].contains(word)) {
        return Err(Failure::usage(format!("{word} is no alarm state; use alarm, ok or insufficient-data")));
    }
    let (mut alarms, partial) = only!(clients, Request::Alarms, Facts::Alarms);
    alarms.retain(|alarm: &Alarm| wanted.as_deref().is_none_or(|word| json::alarm_state(alarm.state) == word));
    let row = |alarm: &Alarm| {
        let state = json::alarm_state(alarm.state).to_owned();
        vec![alarm.name.clone(), state, output.time(alarm.since), alarm.reason.clone()]
    };
    let rows: Vec<Vec<String>> = alarms.iter().map(row).collect();
    let all: Vec<Value> = alarms.iter().map(json::alarm).collect();
    output.list(&["NAME", "STATE", "SINCE", "REASON"], &rows, &json!({"alarms": all, "partial": partial}))?;
    if let Some(partial) = partial {
        output.note(&format!("partial: {partial}"));
    }
    Ok(exit::OK)
}
