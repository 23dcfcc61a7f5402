//! PutDashboard, GetDashboard, ListDashboards, DeleteDashboards. Bodies are checked and kept; nothing here draws them.

mod body;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::checks::{bad_token, invalid_value, required};
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output, Value, paging};

/// Entries of a page.
const PAGE: usize = 1_000;

/// Dashboards by name.
pub(super) type Dashboards = BTreeMap<String, Dashboard>;

/// A dashboard as it was put.
#[derive(Debug)]
pub(super) struct Dashboard {
    body: String,
    modified_ms: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    dashboard_name: Option<String>,
    dashboard_body: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListInput {
    dashboard_name_prefix: Option<String>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteInput {
    dashboard_names: Option<Vec<String>>,
}

pub(super) fn put(dashboards: &mut Dashboards, input: Named, now_ms: i64) -> Result<Output, AwsError> {
    let name = required(input.dashboard_name, "DashboardName")?;
    let lawful = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    if name.is_empty() || name.len() > 255 || !name.chars().all(lawful) {
        let message = format!(
            "The value {name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_)."
        );
        return Err(body::refused(&message));
    }
    let text = required(input.dashboard_body, "DashboardBody")?;
    body::check(&text)?;
    dashboards.insert(name, Dashboard { body: text, modified_ms: now_ms });
    Ok(Output::Tree(Value::Map(vec![("DashboardValidationMessages", Value::List(Vec::new()))])))
}

pub(super) fn get(dashboards: &Dashboards, input: Named) -> Result<Output, AwsError> {
    let name = required(input.dashboard_name, "DashboardName")?;
    let found = dashboards.get(&name).ok_or_else(|| not_found(&name))?;
    Ok(Output::Tree(Value::Map(vec![
        ("DashboardArn", arn(&name).into()),
        ("DashboardBody", found.body.as_str().into()),
        ("DashboardName", name.into()),
    ])))
}

pub(super) fn list(dashboards: &Dashboards, input: &ListInput) -> Result<Output, AwsError> {
    let prefix = input.dashboard_name_prefix.as_deref().unwrap_or_default();
    let found = dashboards.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(name, dashboard)| {
        Value::Map(vec![
            ("DashboardName", name.as_str().into()),
            ("DashboardArn", arn(name).into()),
            ("LastModified", Value::Time(dashboard.modified_ms)),
            ("Size", Value::Int(i64::try_from(dashboard.body.len()).unwrap_or(i64::MAX))),
        ])
    });
    let (page, next) = paging::page(found, input.next_token.as_deref(), PAGE).ok_or_else(bad_token)?;
    Ok(Output::Tree(Value::structure(vec![
        ("DashboardEntries", Some(Value::List(page))),
        ("NextToken", next.map(Value::Text)),
    ])))
}

pub(super) fn delete(dashboards: &mut Dashboards, input: DeleteInput) -> Result<Output, AwsError> {
    let names = required(input.dashboard_names, "DashboardNames")?;
    if names.is_empty() {
        return Err(invalid_value("DashboardNames must name at least one dashboard."));
    }
    if let Some(missing) = names.iter().find(|name| !dashboards.contains_key(name.as_str())) {
        return Err(not_found(missing));
    }
    names.iter().for_each(|name| drop(dashboards.remove(name)));
    Ok(Output::empty_result())
}

/// Dashboards belong to no Region.
fn arn(name: &str) -> String {
    format!("arn:aws:cloudwatch::{ACCOUNT}:dashboard/{name}")
}

fn not_found(name: &str) -> AwsError {
    AwsError::client("DashboardNotFoundError", format!("Dashboard {name} does not exist")).with_status(404)
}
