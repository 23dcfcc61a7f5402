//! Where predictions of a service are sent, and how that was found: flag, configuration, tag on the service.

use crate::model::ServiceId;
use crate::state::Scope;

/// Tag on the ECS service that holds the base URL.
pub(super) const TAG: &str = "quarterdeck:predictor-url";

/// A base URL with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// Without a slash at its end.
    pub base: String,
    /// `tag quarterdeck:predictor-url`
    pub origin: String,
}

/// Finds the base URL. A flag wins over configuration, configuration over the tag.
///
/// # Errors
/// In words: why there is none, and how to set one.
pub(super) fn find(scope: &Scope, service: &ServiceId) -> Result<Route, Vec<String>> {
    let name = format!("{}/{}", service.cluster, service.service);
    let config = &scope.config;
    let tag = scope.facts.service(service).and_then(|known| known.tags.get(TAG));
    let candidates = [
        (config.predictor_url.as_ref(), "--predictor-url".to_owned()),
        (config.predictors.get(&name), format!("[predictors] \"{name}\" in config.toml")),
        (tag, format!("tag {TAG}")),
    ];
    let Some((url, origin)) = candidates.into_iter().find_map(|(url, origin)| Some((url?, origin))) else {
        return Err(how_to_set(scope, service, &name));
    };
    let base = url.trim().trim_end_matches('/');
    let has_host =
        ["http://", "https://"].iter().any(|scheme| base.strip_prefix(scheme).is_some_and(|h| !h.is_empty()));
    if !has_host || base.contains(char::is_whitespace) {
        return Err(vec![format!("{origin} is {url:?}: not an http:// or https:// URL")]);
    }
    Ok(Route { base: base.to_owned(), origin })
}

fn how_to_set(scope: &Scope, service: &ServiceId, name: &str) -> Vec<String> {
    let Some(known) = scope.facts.service(service) else {
        return vec![format!("looking for the tag {TAG} on {name}…")];
    };
    vec![
        format!("No predictor URL is known for {name}. Any one of these sets it:"),
        format!("aws ecs tag-resource --resource-arn {} --tags key={TAG},value=https://HOST", known.arn),
        format!("config.toml: [predictors] \"{name}\" = \"https://HOST\""),
        "qd --predictor-url https://HOST".to_owned(),
    ]
}

/// The URL without user name and password, for the screen and the clipboard.
pub(super) fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

/// Path and query of an absolute URL.
pub(super) fn path_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::Config;

    #[test]
    fn a_flag_wins_over_configuration_and_configuration_over_the_tag() {
        let id = ServiceId::new("c", "s");
        let mut config = Config::default();
        let mut scope = Scope::default();
        let service = crate::model::Service {
            id: id.clone(),
            tags: [(TAG.to_owned(), "http://tag/".to_owned())].into(),
            ..crate::model::Service::default()
        };
        let found = |scope: &Scope| find(scope, &id).map(|route| route.base);
        assert!(found(&scope).unwrap_err()[0].contains("looking"));
        let held = scope.facts.services.entry("c".into()).or_default();
        held.value.get_or_insert_default().insert("s".into(), service);
        assert_eq!(found(&scope).unwrap(), "http://tag");
        config.predictors.insert("c/s".into(), "https://configured/base".into());
        scope.config = Arc::new(config.clone());
        assert_eq!(found(&scope).unwrap(), "https://configured/base");
        config.predictor_url = Some("ftp://flag".into());
        scope.config = Arc::new(config);
        assert!(found(&scope).unwrap_err()[0].contains("not an http"));
    }

    #[test]
    fn users_are_hidden_and_paths_found() {
        assert_eq!(without_user("http://me:pw@h/p@q"), "http://h/p@q");
        assert_eq!(without_user("http://h/p"), "http://h/p");
        for (url, path) in [("http://h:1/a?b=c", "/a?b=c"), ("http://h", "/"), ("nonsense", "/")] {
            assert_eq!(path_of(url), path);
        }
    }
}
