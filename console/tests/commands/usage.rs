//! Command lines that need no stack: help, mistakes, paths.

use crate::stage::run;

#[tokio::test]
async fn mistakes_are_told_apart_by_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = Some("http://127.0.0.1:1");
    for (endpoint, words, code, said) in [
        (None, "--help", 0, "Exit codes:"),
        (None, "--version", 0, "qd "),
        (None, "deploy", 2, "--tag"),
        (None, "services --nonsense", 2, "unexpected argument"),
        (None, "predictor", 2, "needs a terminal"),
        (None, "predictor --odd", 2, "neither a subcommand"),
        (None, "services", 4, "no AWS Region is known"),
        (None, "services --profile nobody --region eu-west-1", 4, "there is no AWS profile nobody"),
        (nobody, "services", 1, "qd local"),
        (nobody, "predict hello --predictor-url http://127.0.0.1:1", 1, "connection refused"),
        (nobody, "metrics --since soon", 2, "no span of time"),
    ] {
        let ran = run(folder.path(), endpoint, words).await;
        assert_eq!(ran.code, code, "{words}: {ran:?}");
        assert!(format!("{}{}", ran.out, ran.notes).contains(said), "{words}: {ran:?}");
    }
}

#[tokio::test]
async fn info_tells_every_path_and_asks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config/quarterdeck");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "region = 'eu-west-1'\nthem = 'dark'\n").unwrap();
    let ran = run(folder.path(), None, "info --json").await;
    let info = ran.json();
    assert_eq!(info["region"], "eu-west-1");
    assert_eq!(info["context"], "default@eu-west-1");
    assert!(info["audit"].as_str().unwrap().ends_with("state/quarterdeck/audit.jsonl"));
    assert!(ran.notes.contains("config.toml:2: unknown setting them"), "{ran:?}");
}
