//! Columns of the list of revisions to go back to.

use super::target::{InEcr, Target};
use crate::flows::{Standing, short_digest};
use crate::state::Scope;
use crate::table::{Cell, Column, SortKey, Width};
use crate::theme::{Meaning, Status};

pub(super) fn columns() -> Vec<Column<Target>> {
    vec![
        Column {
            title: "REVISION",
            width: Width::Grow(14),
            right: false,
            drop: 0,
            cell: |target, _| Cell::text(target.name()),
            sort: |target, _| SortKey::text(&target.name()),
        },
        Column {
            title: "IMAGE",
            width: Width::Grow(12),
            right: false,
            drop: 0,
            cell: |target, _| Cell::text(target.tags()),
            sort: |target, _| SortKey::text(&target.tags()),
        },
        Column {
            title: "DIGEST",
            width: Width::Fixed(12),
            right: false,
            drop: 3,
            cell: |target, _| Cell::of(digest(target), Meaning::Muted),
            sort: |target, _| SortKey::text(&digest(target)),
        },
        Column {
            title: "RAN",
            width: Width::Fixed(10),
            right: false,
            drop: 0,
            cell: |target, scope| match target.choice.finished_at {
                Some(at) => Cell::text(format!("{} ago", scope.now.since(at))),
                None => Cell::of("-", Meaning::Muted),
            },
            #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit 53 bits")]
            sort: |target, _| SortKey::number(target.choice.finished_at.map(|at| at.0 as f64)),
        },
        Column {
            title: "PROOF",
            width: Width::Grow(22),
            right: false,
            drop: 4,
            cell: proof,
            sort: |target, _| SortKey::text(&target.choice.ran_as),
        },
        Column {
            title: "IMAGE IN ECR",
            width: Width::Fixed(14),
            right: false,
            drop: 0,
            cell: in_ecr,
            sort: |target, scope| SortKey::text(&in_ecr(target, scope).plain()),
        },
        Column {
            title: "DEFINITION",
            width: Width::Fixed(10),
            right: false,
            drop: 1,
            cell: |target, _| match target.standing {
                Standing::Active => Cell::of("ACTIVE", Meaning::Good),
                Standing::Inactive => Cell::of("INACTIVE", Meaning::Warning),
                Standing::Unknown => Cell::of("…", Meaning::Muted),
            },
            sort: |target, _| SortKey::text(&format!("{:?}", target.standing)),
        },
    ]
}

fn digest(target: &Target) -> String {
    let digest = target.choice.images.iter().find_map(|image| image.digest.as_deref());
    digest.map(short_digest).unwrap_or_default()
}

fn proof(target: &Target, scope: &Scope) -> Cell {
    let (status, meaning) =
        if target.is_proven() { (Status::Ok, Meaning::Good) } else { (Status::Warning, Meaning::Warning) };
    Cell::of(format!("{} {}", scope.theme.glyph(status), target.choice.ran_as), meaning)
}

fn in_ecr(target: &Target, scope: &Scope) -> Cell {
    let (status, word) = match target.worst() {
        Some(InEcr::Here) => (Status::Ok, "yes"),
        Some(InEcr::Moved(_)) => (Status::Warning, "tag moved"),
        Some(InEcr::Gone) => (Status::Failed, "gone"),
        Some(InEcr::Elsewhere) => (Status::Unknown, "not in ECR"),
        Some(InEcr::Unknown) | None => (Status::Unknown, "not known"),
    };
    Cell::of(format!("{} {word}", scope.theme.glyph(status)), status.meaning())
}
