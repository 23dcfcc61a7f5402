//! The user's AWS profile files, as far as the SDK leaves us alone with them: which profiles exist, and their Region.
//!
//! The SDK answers a profile that does not exist with "no credentials", which helps nobody. No secret is kept here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use super::{Settings, sdk};
use crate::model::Target;

/// Names of the profiles in both files, with the Region where one is written.
pub(crate) fn known() -> BTreeMap<String, Option<String>> {
    let mut profiles = BTreeMap::new();
    for (path, is_config) in [(config_file(), true), (credentials_file(), false)] {
        let text = path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        collect(&text, is_config, &mut profiles);
    }
    profiles
}

/// Region that the AWS files name for a profile.
pub(crate) fn region_of_profile(profile: &str) -> Option<String> {
    known().remove(profile).flatten()
}

/// Flag and configuration, then the variables and files that the SDK would ask, so that the header knows at once.
pub(crate) fn first_region(settings: &Settings) -> Option<String> {
    if settings.region.is_some() {
        return settings.region.clone();
    }
    let Target::Aws { profile } = &settings.target else { return Some(sdk::LOCAL_REGION.to_owned()) };
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let of_profile = || region_of_profile(profile.as_deref().unwrap_or("default"));
    variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).or_else(of_profile)
}

/// The newest change of anything the credential chain reads: files of profiles, cached single sign-on tokens.
pub(crate) fn changed_at() -> Option<SystemTime> {
    let caches = ["sso/cache", "login/cache", "cli/cache"].map(|cache| aws_folder().map(|folder| folder.join(cache)));
    let cached = caches.into_iter().flatten().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let cached = cached.filter_map(|entry| Some(entry.ok()?.path()));
    let files = [config_file(), credentials_file(), web_identity_file()].into_iter().flatten();
    files.chain(cached).filter_map(|path| std::fs::metadata(path).ok()?.modified().ok()).max()
}

fn aws_folder() -> Option<PathBuf> {
    etcetera::home_dir().ok().map(|home| home.join(".aws"))
}

fn config_file() -> Option<PathBuf> {
    named_by("AWS_CONFIG_FILE").or_else(|| Some(aws_folder()?.join("config")))
}

fn credentials_file() -> Option<PathBuf> {
    named_by("AWS_SHARED_CREDENTIALS_FILE").or_else(|| Some(aws_folder()?.join("credentials")))
}

fn web_identity_file() -> Option<PathBuf> {
    named_by("AWS_WEB_IDENTITY_TOKEN_FILE")
}

fn named_by(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// In the configuration file a profile's section is `[profile NAME]` or `[default]`, in the credentials file `[NAME]`.
fn collect(text: &str, is_config: bool, profiles: &mut BTreeMap<String, Option<String>>) {
    let mut present: Option<String> = None;
    for line in text.lines() {
        if let Some(title) = line.trim().strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            present = profile_name(title.trim(), is_config);
            if let Some(name) = &present {
                profiles.entry(name.clone()).or_default();
            }
            continue;
        }
        let is_nested = line.starts_with([' ', '\t']);
        let pair = line.split_once('=').filter(|_| !is_nested);
        if let (Some(name), Some(("region", value))) = (&present, pair.map(|(key, value)| (key.trim(), value.trim()))) {
            let value = value.split([' ', '\t', '#', ';']).next().unwrap_or_default();
            profiles.insert(name.clone(), Some(value.to_owned()).filter(|value| !value.is_empty()));
        }
    }
}

fn profile_name(title: &str, is_config: bool) -> Option<String> {
    if !is_config || title == "default" {
        return Some(title.to_owned());
    }
    let name = title.strip_prefix("profile")?.strip_prefix([' ', '\t'])?.trim().trim_matches('"');
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read_as_the_sdk_does() {
        let config = "\
# comment
[default]
region = eu-west-1 # home
[profile prod]
sso_session = corp
s3 =
  region = nowhere
region=us-east-2
[sso-session corp]
region = xx
[profile \"with space\"]
[services local]
";
        let mut profiles = BTreeMap::new();
        collect(config, true, &mut profiles);
        collect("[default]\naws_access_key_id = A\n[ci]\nregion = ap-south-1\n", false, &mut profiles);
        let region = |text: &str| Some(text.to_owned());
        assert_eq!(
            profiles,
            BTreeMap::from([
                ("ci".to_owned(), region("ap-south-1")),
                ("default".to_owned(), region("eu-west-1")),
                ("prod".to_owned(), region("us-east-2")),
                ("with space".to_owned(), None),
            ])
        );
    }
}
