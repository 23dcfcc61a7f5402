//! Where the console keeps its files: the XDG directories, with the platform's own as fallback.

#![allow(clippy::disallowed_methods, reason = "the home directory comes from the environment")]

use std::path::PathBuf;

use etcetera::{BaseStrategy, choose_base_strategy};

const NAME: &str = "quarterdeck";

/// `$XDG_CONFIG_HOME/quarterdeck`: what the user writes.
#[must_use]
pub fn config_dir() -> PathBuf {
    choose_base_strategy().map_or_else(|_| PathBuf::from("."), |base| base.config_dir()).join(NAME)
}

/// `$XDG_STATE_HOME/quarterdeck`: log, audit, history, stopped tasks.
#[must_use]
pub fn state_dir() -> PathBuf {
    let state = choose_base_strategy().map(|base| base.state_dir().unwrap_or_else(|| base.data_dir()));
    state.unwrap_or_else(|_| PathBuf::from(".")).join(NAME)
}
