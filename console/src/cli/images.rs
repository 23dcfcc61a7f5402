//! `qd images`

use serde_json::{Value, json};

use super::ask::{self, only};
use super::failure::{Failure, exit};
use super::output::Output;
use super::prepare::Prepared;
use super::{OfService, json, place};
use crate::deploy::main_container;
use crate::effect::Request;
use crate::event::Facts;
use crate::model::Image;
use crate::model::image::ImageReference;

pub(crate) async fn run(prepared: &Prepared, of: &OfService, output: &mut Output<'_>) -> Result<u8, Failure> {
    let clients = &prepared.clients;
    let id = place::service(prepared, of.name.as_deref()).await?;
    let service = ask::service(clients, &id).await?;
    let definition = ask::definition(clients, &service.task_definition).await?;
    let container = main_container(&definition, &service).unwrap_or_default();
    let reference = ImageReference::parse(definition.image(&container).unwrap_or_default());
    let Some(repository) = reference.ecr() else {
        let message = format!("container {container} runs {}, which is not in ECR", reference.repository);
        return Err(Failure::not_found(message));
    };
    let (images, partial) = only!(clients, Request::Images(repository.clone()), Facts::Images);
    let runs = |image: &Image| {
        let by_digest = reference.digest.as_ref().is_some_and(|digest| *digest == image.digest);
        by_digest || reference.tag.as_ref().is_some_and(|tag| image.tags.contains(tag))
    };
    let row = |image: &Image| {
        vec![
            if image.tags.is_empty() { "-".to_owned() } else { image.tags.join(",") },
            output.time(image.pushed_at),
            image.size.map_or_else(|| "-".to_owned(), size),
            image.digest.chars().take(if output.tty { 19 } else { usize::MAX }).collect(),
            image.findings.iter().map(|(severity, count)| format!("{count} {severity}")).collect::<Vec<_>>().join(" "),
            if runs(image) { "runs here".to_owned() } else { String::new() },
        ]
    };
    let rows: Vec<Vec<String>> = images.iter().map(row).collect();
    let with_use = |image: &Image| {
        let mut value = json::image(image);
        value["runsHere"] = runs(image).into();
        value
    };
    let all: Vec<Value> = images.iter().map(with_use).collect();
    let document =
        json!({"repository": repository.name, "registry": repository.registry, "images": all, "partial": partial});
    output.list(&["TAGS", "PUSHED", "SIZE", "DIGEST", "FINDINGS", ""], &rows, &document)?;
    if let Some(partial) = partial {
        output.note(&format!("partial: {partial}"));
    }
    Ok(exit::OK)
}

fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
