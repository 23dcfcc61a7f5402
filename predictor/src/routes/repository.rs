//! The repository of models under `/v2/repository`: which there are, and for administrators taking them into service and
//! out of it.

use super::answer::json;
use super::call::Call;
use super::input::{position_of, text_of};
use super::object::Object;
use crate::catalog::{EMBEDDED, Embedded};
use crate::log::Level;
use crate::model::Model;
use crate::problem::Problem;
use crate::served::Shelf;
use crate::service::Service;
use crate::supply::Unavailable;
use futures_util::future::BoxFuture;
use predictor_wire::ModelState;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use warp::reply::Response;

#[derive(Debug, Serialize)]
struct Indexed {
    name: String,
    version: String,
    state: &'static str,
    reason: String,
}

/// What a request for the index may say; other members are for other servers.
#[derive(Debug, Default, Deserialize)]
struct IndexRequest {
    #[serde(default)]
    ready: bool,
}

/// What a request to load or to unload may say.
#[derive(Debug, Default, Deserialize)]
struct ChangeRequest {
    parameters: Option<Object<Parameters>>,
}

#[derive(Debug, Default, Deserialize)]
struct Parameters {
    version: Option<String>,
}

pub(super) fn index(mut call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let request: IndexRequest = request(&mut call, "ready is a boolean").await?;
        let only_ready = request.ready;
        let mut indexed = all(&call.service.models.now());
        indexed.retain(|model| !only_ready || model.state == "READY");
        Ok(json(&indexed))
    })
}

/// What answers, what is wanted and does not, and what is part of the program and neither.
fn all(shelf: &Shelf) -> Vec<Indexed> {
    let served = shelf.entries().iter().flat_map(|entry| &entry.versions).map(|served| {
        let manifest = served.model.manifest();
        let (name, version) = (manifest.name.clone(), manifest.version.clone());
        Indexed { name, version, state: "READY", reason: String::new() }
    });
    let absent = shelf.absent().iter().map(|absent| {
        let (name, version) = absent.reference.split_once('@').unwrap_or((&absent.reference, ""));
        let state = if absent.state == ModelState::Loading { "LOADING" } else { "UNAVAILABLE" };
        Indexed { name: name.to_owned(), version: version.to_owned(), state, reason: absent.detail.clone() }
    });
    let mut all: Vec<Indexed> = served.chain(absent).collect();
    for Embedded { name, version, .. } in EMBEDDED {
        if !all.iter().any(|known| known.name == *name && known.version == *version) {
            let reason = "not loaded".to_owned();
            all.push(Indexed { name: (*name).into(), version: (*version).into(), state: "UNAVAILABLE", reason });
        }
    }
    all
}

pub(super) fn load(mut call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let (name, version) = admitted(&mut call).await?;
        let service = &call.service;
        let model = found(service, &name, version.as_deref()).await?;
        let manifest = model.manifest();
        let answer = json!({ "name": manifest.name, "version": manifest.version, "state": "READY" });
        let reference = model.reference();
        service.models.change(|shelf| shelf.with(model, &service.metrics));
        service.log.say(Level::Info, "an administrator loaded a model", &[("model", reference.into())]);
        Ok(json(&answer))
    })
}

pub(super) fn unload(mut call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let (name, version) = admitted(&mut call).await?;
        let service = &call.service;
        let mut outcome = Ok(());
        service.models.change(|shelf| match shelf.unloaded(&name, version.as_deref()) {
            Ok(shelf) => shelf,
            Err(problem) => {
                outcome = Err(problem);
                shelf.clone()
            }
        });
        outcome?;
        let reference = version.as_ref().map_or_else(|| name.clone(), |version| format!("{name}@{version}"));
        service.log.say(Level::Info, "an administrator unloaded a model", &[("model", reference.into())]);
        Ok(json(&json!({ "name": name, "version": version, "state": "UNAVAILABLE" })))
    })
}

/// The model that an administrator names.
///
/// # Errors
/// 401 and 403 for others; 400 for a body that cannot be read.
async fn admitted(call: &mut Call) -> Result<(String, Option<String>), Problem> {
    call.service.admin.check(&call.headers)?;
    let request: ChangeRequest = request(call, "parameters is an object, its version a text").await?;
    let version = request.parameters.and_then(|Object(parameters)| parameters.version);
    Ok((call.segment("model").unwrap_or_default().to_owned(), version))
}

/// A version that is in memory, or part of the program, or in the registry; if no version is named, the one that answers,
/// else the newest that is in memory or part of the program, else the newest approved one.
async fn found(service: &Service, name: &str, version: Option<&str>) -> Result<Arc<Model>, Problem> {
    let shelf = service.models.now();
    let is_meant =
        |embedded: &&Embedded| embedded.name == name && version.is_none_or(|version| version == embedded.version);
    if let Ok(served) = shelf.find(name, version) {
        return Ok(Arc::clone(&served.model));
    }
    if let Some(parked) = shelf.parked(name, version) {
        return Ok(Arc::clone(parked));
    }
    if let Some(embedded) = EMBEDDED.iter().rfind(is_meant) {
        let loaded = tokio::task::spawn_blocking(|| embedded.load()).await.map_err(|_| Problem::internal())?;
        return loaded.map(Arc::new).map_err(|_| Problem::internal());
    }
    let Some(supply) = service.supply.get() else {
        let known = all(&shelf).into_iter().map(|model| format!("{}@{}", model.name, model.version));
        return Err(Problem::unknown_model(&known.collect::<Vec<_>>()));
    };
    supply.one(service, name, version).await.map(Arc::new).map_err(|unavailable| match unavailable {
        Unavailable::Absent(words) => Problem::not_in_registry(&words),
        Unavailable::Refused(words) => Problem::conflict(&words),
        Unavailable::Unreachable(words) => Problem::absent_model(&words),
    })
}

/// A body in JSON, or none; `rule` says what its members are.
async fn request<T: Default + DeserializeOwned>(call: &mut Call, rule: &str) -> Result<T, Problem> {
    let body = call.json_body().await?;
    let text = text_of(&body)?;
    if text.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    let request = serde_json::from_str(text).map(|Object(request)| request);
    request.map_err(|error| match error.is_data() {
        true => Problem::malformed(format!("The body is not such a request: {rule}.")),
        false => Problem::malformed(format!("The body is not JSON: {}.", position_of(&error))),
    })
}
