//! Reads the sources of configuration in order of precedence. Says what it could not use, and goes on.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::{Config, SETTINGS};

/// What the command line says; `None` where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--profile`
    pub profile: Option<String>,
    /// `--region`
    pub region: Option<String>,
    /// `--endpoint-url`
    pub endpoint_url: Option<String>,
    /// `--cluster`
    pub cluster: Option<String>,
    /// `--service`
    pub service: Option<String>,
    /// `--predictor-url`
    pub predictor_url: Option<String>,
    /// `--readonly`
    pub read_only: bool,
    /// `--local`
    pub local: bool,
}

/// Where configuration comes from, apart from the command line.
pub struct Sources<'a> {
    /// Variables of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// `config.toml`.
    pub config_file: PathBuf,
    /// The user named the file: its absence is worth a warning.
    pub file_is_chosen: bool,
    /// `keys.toml`.
    pub keys_file: PathBuf,
    /// Region of a profile in the AWS files, to name the context.
    pub region_of_profile: &'a dyn Fn(&str) -> Option<String>,
}

/// The configuration, and what was wrong with its sources.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loaded {
    /// What holds.
    pub config: Config,
    /// What was not understood, with file and line.
    pub warnings: Vec<String>,
    /// The context whose section was looked for: `profile@region`.
    pub context: String,
}

/// Puts everything together.
#[must_use]
pub fn load(flags: &Flags, sources: &Sources<'_>) -> Loaded {
    let mut loaded = Loaded::default();
    let file = File::read(&sources.config_file, sources.file_is_chosen, &mut loaded.warnings);
    file.apply(&file.table, &[], &mut loaded);
    // Profile and Region decide which context section holds, so flags and variables are looked at first.
    let mut preview = loaded.clone();
    apply_environment(sources, &mut preview);
    apply_flags(flags, &mut preview.config);
    loaded.context = context_name(flags, &preview.config, sources);
    let section =
        file.table.get("context").and_then(|contexts| contexts.get(&loaded.context)).and_then(Value::as_table);
    if let Some(section) = section {
        let path = ["context".to_owned(), loaded.context.clone()];
        file.apply(section, &path, &mut loaded);
    }
    apply_environment(sources, &mut loaded);
    apply_flags(flags, &mut loaded.config);
    // What could not be read may have said that nothing is to be changed here.
    loaded.config.read_only |= file.unread;
    loaded.config.keys = read_keys(&sources.keys_file, &mut loaded.warnings);
    loaded
}

fn context_name(flags: &Flags, config: &Config, sources: &Sources<'_>) -> String {
    let variable = |name: &str| (sources.variable)(name).filter(|value| !value.is_empty());
    let profile = config.profile.clone().unwrap_or_else(|| "default".to_owned());
    let region = config.region.clone();
    if flags.local {
        return format!("local@{}", region.as_deref().unwrap_or("us-east-1"));
    }
    let region = region.or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"));
    let region = region.or_else(|| (sources.region_of_profile)(&profile)).unwrap_or_default();
    format!("{profile}@{region}")
}

/// `QD_…`, and the AWS tools' own variable for the profile.
fn apply_environment(sources: &Sources<'_>, loaded: &mut Loaded) {
    let variable = |name: &str| (sources.variable)(name).filter(|value| !value.is_empty());
    for setting in SETTINGS {
        let name = setting.variable();
        let Some(text) = variable(&name) else { continue };
        if let Err(expected) = (setting.set)(&mut loaded.config, &Value::String(text)) {
            let warning = format!("{name} in the environment: expected {expected}; it is ignored");
            if !loaded.warnings.contains(&warning) {
                loaded.warnings.push(warning);
            }
        }
    }
    if variable("QD_PROFILE").is_none()
        && let Some(profile) = variable("AWS_PROFILE")
    {
        loaded.config.profile = Some(profile);
    }
}

fn apply_flags(flags: &Flags, config: &mut Config) {
    let over = |slot: &mut Option<String>, flag: &Option<String>| {
        if flag.is_some() {
            slot.clone_from(flag);
        }
    };
    over(&mut config.profile, &flags.profile);
    over(&mut config.region, &flags.region);
    over(&mut config.endpoint_url, &flags.endpoint_url);
    over(&mut config.cluster, &flags.cluster);
    over(&mut config.service, &flags.service);
    over(&mut config.predictor_url, &flags.predictor_url);
    config.read_only |= flags.read_only;
}

const UNREAD: &str = "the file is left out, and changes are refused until it is mended";

/// A TOML file with the lines of its keys.
struct File {
    name: String,
    text: String,
    table: Table,
    /// It is there, or was asked for, and its contents are not known.
    unread: bool,
}

impl File {
    /// A file that is not there is empty; one that cannot be read or parsed is a warning, empty, and marked as unread.
    fn read(path: &Path, must_exist: bool, warnings: &mut Vec<String>) -> Self {
        let name = path.display().to_string();
        let empty = |unread| Self { name: name.clone(), text: String::new(), table: Table::new(), unread };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => return empty(false),
            Err(error) => {
                warnings.push(format!("{name}: {error}; {UNREAD}"));
                return empty(true);
            }
        };
        match text.parse::<Table>() {
            Ok(table) => Self { name, text, table, unread: false },
            Err(error) => {
                let line = error.span().map_or(1, |span| line_at(&text, span.start));
                warnings.push(format!("{name}:{line}: {}; {UNREAD}", error.message()));
                empty(true)
            }
        }
    }

    /// Puts the settings of one table into the configuration. `path` is where the table stands in the file.
    fn apply(&self, table: &Table, path: &[String], loaded: &mut Loaded) {
        let mut complaints: Vec<(usize, String)> = Vec::new();
        for (key, value) in table {
            let outcome = match (SETTINGS.iter().find(|setting| setting.key == key), key.as_str()) {
                (Some(setting), _) => (setting.set)(&mut loaded.config, value).map_err(Some),
                (None, "predictors") => predictors(&mut loaded.config, value).map_err(Some),
                (None, "context") if path.is_empty() => Ok(()),
                (None, _) => Err(None),
            };
            if let Err(expected) = outcome {
                let what =
                    expected.map_or_else(|| "unknown setting".to_owned(), |words| format!("expected {words} for"));
                complaints.push((self.line(path, key), format!("{what} {key}; it is ignored")));
            }
        }
        complaints.sort();
        let in_file = |(line, words): (usize, String)| format!("{}:{line}: {words}", self.name);
        loaded.warnings.extend(complaints.into_iter().map(in_file));
    }

    fn line(&self, path: &[String], key: &str) -> usize {
        let Ok(parsed) = DeTable::parse(&self.text) else { return 1 };
        let root = parsed.into_inner();
        let mut table = &root;
        for step in path {
            match table.iter().find(|(name, _)| name.get_ref() == step.as_str()).map(|(_, value)| value.get_ref()) {
                Some(DeValue::Table(inner)) => table = inner,
                _ => return 1,
            }
        }
        let found = table.iter().find(|(name, _)| name.get_ref() == key);
        found.map_or(1, |(name, _)| line_at(&self.text, name.span().start))
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// `[predictors]`: `"cluster/service" = "https://…"`.
fn predictors(config: &mut Config, value: &Value) -> Result<(), &'static str> {
    const EXPECTED: &str = "a table of \"cluster/service\" = \"https://…\"";
    let table = value.as_table().ok_or(EXPECTED)?;
    for (service, url) in table {
        config.predictors.insert(service.clone(), url.as_str().ok_or(EXPECTED)?.to_owned());
    }
    Ok(())
}

/// `keys.toml`: `action = "key"` or `action = ["key", "other key"]`.
fn read_keys(path: &Path, warnings: &mut Vec<String>) -> BTreeMap<String, Vec<String>> {
    let file = File::read(path, false, warnings);
    let mut keys = BTreeMap::new();
    for (action, value) in &file.table {
        let list = match value {
            Value::String(key) => Some(vec![key.clone()]),
            Value::Array(all) => all.iter().map(|key| key.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        match list {
            Some(list) => {
                keys.insert(action.clone(), list);
            }
            None => {
                let line = file.line(&[], action);
                warnings.push(format!(
                    "{}:{line}: expected a key or a list of keys for {action}; it is ignored",
                    file.name
                ));
            }
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Given<'a> {
        file: &'a str,
        keys: &'a str,
        environment: &'a [(&'a str, &'a str)],
        flags: Flags,
    }

    fn loaded(given: &Given<'_>) -> Loaded {
        let folder = tempfile::tempdir().unwrap();
        let (config_file, keys_file) = (folder.path().join("config.toml"), folder.path().join("keys.toml"));
        std::fs::write(&config_file, given.file).unwrap();
        std::fs::write(&keys_file, given.keys).unwrap();
        let variable =
            |name: &str| given.environment.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
        let region_of_profile = |profile: &str| (profile == "prod").then(|| "eu-west-1".to_owned());
        let sources = Sources {
            variable: &variable,
            config_file,
            file_is_chosen: false,
            keys_file,
            region_of_profile: &region_of_profile,
        };
        let mut loaded = load(&given.flags, &sources);
        let folder = format!("{}/", folder.path().display());
        loaded.warnings.iter_mut().for_each(|warning| *warning = warning.replace(&folder, ""));
        loaded
    }

    #[test]
    fn precedence_is_flag_environment_context_file_default() {
        let file = "cluster = 'file'\nprofile = 'prod'\n[context.'prod@eu-west-1']\ncluster = 'context'\n";
        let flag = Flags { cluster: Some("flag".into()), ..Flags::default() };
        let environment = &[("QD_CLUSTER", "environment")][..];
        for (file, environment, flags, expected) in [
            ("", &[][..], Flags::default(), None),
            ("cluster = 'file'", &[][..], Flags::default(), Some("file")),
            (file, &[][..], Flags::default(), Some("context")),
            (file, environment, Flags::default(), Some("environment")),
            (file, environment, flag, Some("flag")),
        ] {
            let loaded = loaded(&Given { file, environment, flags, ..Given::default() });
            assert_eq!(loaded.config.cluster.as_deref(), expected);
            assert_eq!(loaded.warnings, Vec::<String>::new());
        }
    }

    #[test]
    fn the_context_follows_flags_and_environment() {
        let prod = Flags { profile: Some("prod".into()), ..Flags::default() };
        let elsewhere = Flags { region: Some("us-east-2".into()), ..prod.clone() };
        let local = Flags { local: true, ..Flags::default() };
        for (flags, environment, expected) in [
            (Flags::default(), &[][..], "default@"),
            (prod, &[][..], "prod@eu-west-1"),
            (elsewhere, &[][..], "prod@us-east-2"),
            (Flags::default(), &[("AWS_PROFILE", "prod"), ("AWS_REGION", "x")][..], "prod@x"),
            (Flags::default(), &[("AWS_PROFILE", "prod"), ("QD_PROFILE", "own")][..], "own@"),
            (local, &[][..], "local@us-east-1"),
        ] {
            assert_eq!(loaded(&Given { flags, environment, ..Given::default() }).context, expected);
        }
    }

    #[test]
    fn what_is_not_understood_is_a_warning_with_its_line() {
        let file = "\nthem = 'dark'\nreadonly = 'perhaps'\nbudget_share = 7\n[predictors]\n'c/s' = 1\n[context.'default@']\nascii = true\nnonsense = 1\n";
        let loaded = loaded(&Given { file, environment: &[("QD_BELL", "loud")], ..Given::default() });
        assert_eq!(
            loaded.warnings,
            [
                "config.toml:2: unknown setting them; it is ignored",
                "config.toml:3: expected true or false for readonly; it is ignored",
                "config.toml:4: expected a number in its range for budget_share; it is ignored",
                "config.toml:5: expected a table of \"cluster/service\" = \"https://…\" for predictors; it is ignored",
                "config.toml:9: unknown setting nonsense; it is ignored",
                "QD_BELL in the environment: expected true or false; it is ignored",
            ]
        );
        assert!(loaded.config.ascii);
    }

    #[test]
    fn a_broken_file_is_said_and_left_out_and_nothing_is_changed_meanwhile() {
        let broken = loaded(&Given { file: "a = 1\nb = = 2\n", ..Given::default() });
        assert!(broken.warnings[0].starts_with("config.toml:2: "), "{:?}", broken.warnings);
        assert_eq!(broken.config, Config { read_only: true, ..Config::default() });
    }

    #[test]
    fn values_reach_their_fields() {
        let file =
            "refresh_seconds = 2.5\nlog_buffer_mb = 1\npredict_timeout_seconds = 3\n[predictors]\n'c/s' = 'http://x'\n";
        let keys = "quit = 'Q'\ndown = ['j', 'down']\nodd = 1\n";
        let read_only = Flags { read_only: true, ..Flags::default() };
        let loaded = loaded(&Given { file, keys, flags: read_only, ..Given::default() });
        let config = loaded.config;
        assert_eq!((config.refresh, config.log_buffer, config.predict_timeout), (2_500, 1_048_576, 3));
        assert_eq!(config.predictors.get("c/s").map(String::as_str), Some("http://x"));
        assert!(config.read_only);
        assert_eq!(config.keys.get("down").map(Vec::len), Some(2));
        assert_eq!(loaded.warnings, ["keys.toml:3: expected a key or a list of keys for odd; it is ignored"]);
    }
}
