//! All clusters of the account and Region, with what is going on in each.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room, Screen, metrics, service, services};
use crate::action::Action;
use crate::command::Command;
use crate::effect::{Effect, Request};
use crate::event::Reply;
use crate::keymap::Place;
use crate::model::time::SECOND;
use crate::model::{Cluster, ServiceId};
use crate::poll::Want;
use crate::screens::text::{Text, TextLine};
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Table, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::{pane, table};

const EVERY: i64 = 15 * SECOND;

/// The list of clusters.
#[derive(Debug, Default)]
pub struct Clusters {
    table: Table,
    /// The console has just started: with one cluster it goes on to its services.
    entering: bool,
    /// Where to go in the first cluster that is entered.
    wanted: Option<Wanted>,
}

/// What was named on the command line without its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Service name.
    pub service: String,
    /// What to open of it.
    pub command: Option<Command>,
}

impl Clusters {
    /// The list with which the console starts: when there is only one cluster it goes on to its services.
    #[must_use]
    pub fn at_start() -> Self {
        Self { entering: true, ..Self::default() }
    }

    /// The same, but for a service whose cluster is not known yet: it is opened in the only cluster, or in the one that
    /// the user opens first. Nothing is waited for before the first frame.
    #[must_use]
    pub fn in_search_of(wanted: Wanted) -> Self {
        Self { wanted: Some(wanted), ..Self::at_start() }
    }
}

impl Row for Cluster {
    fn id(&self) -> String {
        self.arn.clone()
    }

    fn status(&self) -> Status {
        match (self.status.as_str(), self.pending) {
            ("ACTIVE", 0) => Status::Ok,
            ("ACTIVE" | "PROVISIONING" | "DEPROVISIONING", _) => Status::Progressing,
            ("FAILED", _) => Status::Failed,
            _ => Status::Unknown,
        }
    }
}

fn columns() -> Vec<Column<Cluster>> {
    vec![
        Column {
            title: "NAME",
            width: Width::Grow(16),
            right: false,
            drop: 0,
            cell: |c, _| Cell::text(clean(&c.name)),
            sort: |c, _| SortKey::text(&c.name),
        },
        Column {
            title: "STATUS",
            width: Width::Fixed(14),
            right: false,
            drop: 0,
            cell: |c, scope| {
                let status = c.status();
                Cell::of(format!("{} {}", scope.theme.glyph(status), clean(&c.status).to_lowercase()), status.meaning())
            },
            sort: |c, _| SortKey::text(&c.status),
        },
        Column {
            title: "SERVICES",
            width: Width::Fixed(9),
            right: true,
            drop: 0,
            cell: |c, _| Cell::text(c.services.to_string()),
            sort: |c, _| SortKey::Number(f64::from(c.services)),
        },
        Column {
            title: "RUNNING",
            width: Width::Fixed(9),
            right: true,
            drop: 0,
            cell: |c, _| Cell::text(c.running.to_string()),
            sort: |c, _| SortKey::Number(f64::from(c.running)),
        },
        Column {
            title: "PENDING",
            width: Width::Fixed(9),
            right: true,
            drop: 0,
            cell: |c, _| {
                let meaning = if c.pending > 0 { Meaning::Busy } else { Meaning::Muted };
                Cell::of(c.pending.to_string(), meaning)
            },
            sort: |c, _| SortKey::Number(f64::from(c.pending)),
        },
        Column {
            title: "INSTANCES",
            width: Width::Fixed(9),
            right: true,
            drop: 2,
            cell: |c, _| Cell::text(c.instances.to_string()),
            sort: |c, _| SortKey::Number(f64::from(c.instances)),
        },
        Column {
            title: "DEPLOYS",
            width: Width::Fixed(8),
            right: true,
            drop: 1,
            cell: |c, scope| match deployments(c, scope) {
                None => Cell::of("-", Meaning::Muted),
                Some(0) => Cell::of("0", Meaning::Muted),
                Some(n) => Cell::of(n.to_string(), Meaning::Busy),
            },
            sort: |c, scope| SortKey::number(deployments(c, scope).and_then(|n| u32::try_from(n).ok())),
        },
        Column {
            title: "ALARMS",
            width: Width::Fixed(8),
            right: true,
            drop: 1,
            cell: |c, scope| match alarms(c, scope) {
                0 => Cell::of("0", Meaning::Muted),
                n => Cell::of(n.to_string(), Meaning::Danger),
            },
            sort: |c, scope| SortKey::number(u32::try_from(alarms(c, scope)).ok()),
        },
    ]
}

/// Deployments under way, as far as the cluster's services have been read.
fn deployments(cluster: &Cluster, scope: &Scope) -> Option<usize> {
    let services = scope.facts.services.get(&cluster.name)?.value.as_ref()?;
    Some(services.values().filter(|s| s.deployments.len() > 1).count())
}

fn alarms(cluster: &Cluster, scope: &Scope) -> usize {
    let names = |a: &&crate::model::Alarm| a.dimensions.iter().any(|(k, v)| k == "ClusterName" && *v == cluster.name);
    let ringing = |a: &&crate::model::Alarm| a.state == crate::model::AlarmState::Alarm;
    scope.facts.alarms.value.iter().flatten().filter(ringing).filter(names).count()
}

fn describe(cluster: &Cluster) -> Vec<TextLine> {
    let number = |n: u32| n.to_string();
    vec![
        TextLine::heading(&format!("Cluster {}", cluster.name)),
        TextLine::pair("status", &cluster.status.to_lowercase()),
        TextLine::pair("services", &number(cluster.services)),
        TextLine::pair("running tasks", &number(cluster.running)),
        TextLine::pair("pending tasks", &number(cluster.pending)),
        TextLine::pair("instances", &number(cluster.instances)),
        TextLine::pair("capacity providers", &cluster.capacity_providers.join(", ")),
        TextLine::pair("arn", &cluster.arn),
    ]
}

impl Clusters {
    fn rows(&self, scope: &Scope) -> Vec<Cluster> {
        let rows = scope.facts.clusters.value.clone().unwrap_or_default();
        self.table.arrange(rows, &columns(), scope)
    }

    /// Opens the services of a cluster, the first time the service that was asked for.
    fn enter(&mut self, cluster: String) -> Vec<Intent> {
        let Some(Wanted { service, command }) = self.wanted.take() else {
            return vec![Intent::open(Screen::Services(services::Services::new(cluster, String::new())))];
        };
        let screen = Screen::Service(service::ServiceScreen::new(ServiceId::new(cluster, service)));
        [Intent::open(screen)].into_iter().chain(command.map(Intent::Obey)).collect()
    }

    fn selected(&self, scope: &Scope) -> Option<Cluster> {
        self.table.selection(&self.rows(scope)).cloned()
    }
}

impl Room for Clusters {
    fn places(&self) -> &'static [Place] {
        &[Place::Clusters, Place::List]
    }

    fn crumb(&self) -> String {
        "clusters".to_owned()
    }

    fn cluster(&self, scope: &Scope) -> Option<String> {
        self.selected(scope).map(|cluster| cluster.name)
    }

    fn wants(&self, _: &Scope) -> Vec<Want> {
        vec![Want::every(Request::Clusters, EVERY), Want::every(Request::Alarms, 60 * SECOND)]
    }

    fn offers(&self, action: Action, _: &Scope) -> bool {
        action != Action::RawJson
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let rows = self.rows(scope);
        let selected = self.table.selection(&rows).cloned();
        match (action, selected) {
            (Action::Open, Some(cluster)) => self.enter(cluster.name),
            (Action::Alarms, _) => vec![Intent::open(Screen::Metrics(metrics::Metrics::alarms(None)))],
            (Action::CopyName, Some(cluster)) => vec![Intent::Do(Effect::Copy(cluster.name))],
            (Action::CopyArn, Some(cluster)) => vec![Intent::Do(Effect::Copy(cluster.arn))],
            (Action::Describe, Some(cluster)) => {
                vec![Intent::open(Screen::Text(Text::of_lines(
                    &format!("describe {}", cluster.name),
                    describe(&cluster),
                )))]
            }
            (Action::Filter, _) => vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())],
            _ => {
                self.table.update(action, &rows, &columns(), scope.body_rows().saturating_sub(1));
                Vec::new()
            }
        }
    }

    fn receive(&mut self, reply: &Reply, scope: &Scope) -> Vec<Intent> {
        if reply.request != Request::Clusters || scope.facts.clusters.value.is_none() {
            return Vec::new();
        }
        if !std::mem::take(&mut self.entering) {
            return Vec::new();
        }
        match (scope.facts.clusters.value.as_deref(), &self.wanted) {
            (Some([only]), _) => self.enter(only.name.clone()),
            (Some([_, ..]), Some(wanted)) => {
                vec![Intent::Say(format!("which cluster? Open the one with {}", clean(&wanted.service)))]
            }
            _ => Vec::new(),
        }
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, _: &Scope) -> Vec<Intent> {
        text.clone_into(&mut self.table.filter);
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.table.filter).is_empty()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        let held = &scope.facts.clusters;
        let rows = self.rows(scope);
        let total = held.value.as_ref().map_or(0, Vec::len);
        let title = table::title("clusters", &self.table, rows.len(), total);
        let inside = pane::draw(scope, frame, area, &title, pane::freshness(held, scope, EVERY));
        if rows.is_empty() {
            let empty = if total > 0 { "No cluster matches." } else { "There are no clusters in this Region." };
            pane::empty(scope, frame, inside, &pane::explain(Some(held), empty));
            return;
        }
        table::draw(scope, frame, inside, &self.table, &columns(), &rows, pane::is_doubtful(held, scope, EVERY));
    }
}
