//! What the user wants, in the imperative. Keys, the command line and tests all speak in actions.

/// A wish. Its kebab-case name is what `keys.toml` calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the key table holds the words for each action; a second set would drift")]
pub enum Action {
    // Moving about a list or a text.
    Down,
    Up,
    HalfPageDown,
    HalfPageUp,
    PageDown,
    PageUp,
    Top,
    Bottom,
    ScrollLeft,
    ScrollRight,
    Open,
    Back,
    Leave,
    NextTab,
    PreviousTab,
    Tab(u8),
    // The console.
    Quit,
    CommandLine,
    Filter,
    Help,
    ErrorLog,
    Refresh,
    Redraw,
    HistoryBack,
    HistoryForward,
    LastView,
    ToggleHeader,
    ToggleWide,
    Fullscreen,
    // A list.
    SortNextColumn,
    SortPreviousColumn,
    SortDirection,
    Mark,
    ClearMarks,
    FaultsOnly,
    CopyName,
    CopyArn,
    // Looking closer.
    Describe,
    RawJson,
    Logs,
    PreviousLogs,
    Events,
    TaskDefinitions,
    Deployments,
    ToggleStopped,
    Metrics,
    Alarms,
    Images,
    Rollout,
    Predict,
    // Changing something: each only opens a dialog.
    Deploy,
    RollBack,
    Restart,
    Scale,
    StopTask,
    // A text or a log.
    NextMatch,
    PreviousMatch,
    NextError,
    PreviousError,
    Pause,
    Follow,
    Preset(u8),
    Timestamps,
    Zone,
    Wrap,
    Columns,
    AllContainers,
    Include,
    Exclude,
    ToggleFilters,
    MoreContext,
    GoToTime,
    Save,
    // Charts.
    CursorLeft,
    CursorRight,
    ZoomIn,
    ZoomOut,
    Freeze,
    // Predictions.
    Send,
    EditBody,
    EditOutside,
    CopyCurl,
    ResendPrevious,
    ChooseModel,
    NextForm,
    Explain,
    Compare,
    Batch,
    ChooseFile,
    // Dialogs.
    FocusNext,
    FocusPrevious,
    Confirm,
    Cancel,
}

impl Action {
    /// Name in `keys.toml` and in help: `half-page-down`, `tab-2`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Tab(n) => format!("tab-{n}"),
            Self::Preset(n) => format!("preset-{n}"),
            other => kebab(&format!("{other:?}")),
        }
    }

    /// The action changes something in AWS once its dialog is confirmed.
    #[must_use]
    pub fn mutates(self) -> bool {
        matches!(self, Self::Deploy | Self::RollBack | Self::Restart | Self::Scale | Self::StopTask)
    }
}

fn kebab(camel: &str) -> String {
    let mut name = String::with_capacity(camel.len() + 4);
    for (i, c) in camel.char_indices() {
        if c.is_ascii_uppercase() && i > 0 {
            name.push('-');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case() {
        assert_eq!(Action::HalfPageDown.name(), "half-page-down");
        assert_eq!(Action::Tab(3).name(), "tab-3");
    }
}
