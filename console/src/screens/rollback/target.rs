//! One revision to go back to, with what stands for and against it.

use crate::deploy::{RollbackChoice, rollback_choices};
use crate::event::{Check, Verdict};
use crate::flows::{Standing, short_digest, standing};
use crate::model::image::ImageReference;
use crate::model::rollout::{DeploymentHistory, RevisionImage};
use crate::model::task_definition::short_name;
use crate::model::{Service, TaskDefinition};
use crate::state::Scope;
use crate::table::Row;
use crate::theme::Status;

/// Older revisions that are offered although nothing proves that they ran.
const MOST_UNPROVEN: usize = 50;

/// A revision to go back to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    pub(super) choice: RollbackChoice,
    pub(super) standing: Standing,
    pub(super) images: Vec<(RevisionImage, InEcr)>,
}

/// Whether the image that ran can be pulled again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InEcr {
    /// It is there under the same tag (or digest).
    Here,
    /// It is there, but its tag names another image now, and that one would start.
    Moved(String),
    /// It is not there any more.
    Gone,
    /// Not read yet, or not allowed.
    Unknown,
    /// Kept elsewhere.
    Elsewhere,
}

/// Revisions that ran, the last successful first, without the present one; then older ones that nothing proves.
pub(super) fn targets(service: &Service, scope: &Scope) -> Vec<Target> {
    let held = scope.facts.deployments.get(&service.id);
    let empty = DeploymentHistory::default();
    let history = held.and_then(|held| held.value.as_ref()).unwrap_or(&empty);
    let proven = rollback_choices(service, history).into_iter().filter(|choice| !choice.is_current);
    // Without any word on the history nobody can tell what is older than it.
    let history_came = held.is_some_and(|held| held.value.is_some() || held.problem.is_some());
    let older = if history_came { older(service, history, scope) } else { Vec::new() };
    proven.chain(older).map(|choice| target(choice, scope)).collect()
}

/// Active revisions of the family that the history does not know and that are older than all it knows.
fn older(service: &Service, history: &DeploymentHistory, scope: &Scope) -> Vec<RollbackChoice> {
    let Some((family, current)) = family_and_number(&service.task_definition) else { return Vec::new() };
    let Some(active) = scope.facts.families.get(family).and_then(|held| held.value.as_ref()) else { return Vec::new() };
    let number = |arn: &str| family_and_number(arn).filter(|(name, _)| *name == family).map(|(_, number)| number);
    let known = history.revisions.iter().filter_map(|revision| number(&revision.task_definition));
    let oldest = known.min().map_or(current, |oldest| oldest.min(current));
    let older = active.iter().filter(|arn| number(arn).is_some_and(|number| number < oldest));
    older.take(MOST_UNPROVEN).map(|arn| unproven(arn, service, scope)).collect()
}

fn unproven(arn: &str, service: &Service, scope: &Scope) -> RollbackChoice {
    let definition = scope.facts.definition(arn);
    RollbackChoice {
        revision_arn: String::new(),
        task_definition: arn.to_owned(),
        images: definition.map(|definition| images_of(definition, service)).unwrap_or_default(),
        finished_at: None,
        ran_as: "older than the deployment history: nothing shows that it ever ran".to_owned(),
        is_current: false,
    }
}

fn images_of(definition: &TaskDefinition, service: &Service) -> Vec<RevisionImage> {
    let Some(container) = crate::deploy::main_container(definition, service) else { return Vec::new() };
    let image = definition.image(&container).unwrap_or_default().to_owned();
    let digest = ImageReference::parse(&image).digest;
    vec![RevisionImage { container, image, digest }]
}

/// Family and revision number of a task definition ARN.
fn family_and_number(arn: &str) -> Option<(&str, u32)> {
    let (family, number) = short_name(arn).rsplit_once(':')?;
    Some((family, number.parse().ok()?))
}

fn target(choice: RollbackChoice, scope: &Scope) -> Target {
    let images = choice.images.iter().map(|image| (image.clone(), in_ecr(image, scope))).collect();
    let standing = standing(&choice.task_definition, scope);
    Target { choice, standing, images }
}

fn in_ecr(image: &RevisionImage, scope: &Scope) -> InEcr {
    let reference = ImageReference::parse(&image.image);
    let Some(repository) = reference.ecr() else { return InEcr::Elsewhere };
    let Some(images) = scope.facts.images.get(&repository).and_then(|held| held.value.as_ref()) else {
        return InEcr::Unknown;
    };
    let tagged = reference.tag.as_ref().and_then(|tag| images.iter().find(|i| i.tags.contains(tag)));
    let ran = image.digest.as_ref().and_then(|digest| images.iter().find(|i| i.digest == *digest));
    match (&reference.digest, tagged, ran, &image.digest) {
        // A definition that names a digest starts that digest, whatever its tag says.
        (Some(_), _, Some(_), _) => InEcr::Here,
        (Some(_), _, None, _) => InEcr::Gone,
        (None, Some(now), _, Some(digest)) if now.digest != *digest => InEcr::Moved(short_digest(&now.digest)),
        (None, Some(_), _, _) => InEcr::Here,
        (None, None, _, _) => InEcr::Gone,
    }
}

impl Target {
    /// `predictor:2`
    pub(super) fn name(&self) -> String {
        short_name(&self.choice.task_definition).to_owned()
    }

    /// The deployment history shows that it worked.
    pub(super) fn is_proven(&self) -> bool {
        !self.choice.revision_arn.is_empty()
    }

    /// Nothing shows that it could not start.
    pub(super) fn is_usable(&self) -> bool {
        self.images.iter().all(|(_, place)| *place != InEcr::Gone)
    }

    /// Tags of its images.
    pub(super) fn tags(&self) -> String {
        let tags: Vec<String> = self.images.iter().map(|(i, _)| ImageReference::parse(&i.image).short()).collect();
        crate::text::clean(&tags.join(", ")).into_owned()
    }

    /// The worst that can be said about its images.
    pub(super) fn worst(&self) -> Option<&InEcr> {
        let rank = |place: &&InEcr| match place {
            InEcr::Gone => 0,
            InEcr::Moved(_) => 1,
            InEcr::Unknown => 2,
            InEcr::Elsewhere => 3,
            InEcr::Here => 4,
        };
        self.images.iter().map(|(_, place)| place).min_by_key(rank)
    }

    /// What the dialog shows about images and definition.
    pub(super) fn checks(&self) -> Vec<Check> {
        let check = |name: &str, verdict, detail: String| Check { name: name.to_owned(), verdict, detail };
        let mut checks: Vec<Check> = self
            .images
            .iter()
            .map(|(image, place)| {
                let tag = crate::text::clean(&ImageReference::parse(&image.image).short()).into_owned();
                let (verdict, detail) = match place {
                    InEcr::Here => (Verdict::Ok, format!("{tag} is still in ECR")),
                    InEcr::Moved(now) => {
                        let ran = image.digest.as_deref().map(short_digest).unwrap_or_default();
                        (Verdict::Warning, format!("{tag} was pushed again: {ran} ran, {now} would start"))
                    }
                    InEcr::Gone => (Verdict::NotGood, format!("{tag} is gone from ECR: its tasks could not start")),
                    InEcr::Unknown => (Verdict::Skipped, format!("{tag} could not be looked up")),
                    InEcr::Elsewhere => (Verdict::Skipped, format!("{tag} is not kept in ECR")),
                };
                check("image", verdict, detail)
            })
            .collect();
        let (verdict, detail) = match self.standing {
            Standing::Active => (Verdict::Ok, "ACTIVE"),
            Standing::Inactive => (Verdict::Warning, "INACTIVE: it is registered again, unchanged, as a new revision"),
            Standing::Unknown => (Verdict::Skipped, "not read yet"),
        };
        checks.push(check("task definition", verdict, detail.to_owned()));
        checks
    }
}

impl Row for Target {
    fn id(&self) -> String {
        self.choice.task_definition.clone()
    }

    /// Never a fault: the order is that of the history, and a missing image must not come first.
    fn status(&self) -> Status {
        if self.is_proven() { Status::Ok } else { Status::Unknown }
    }
}
