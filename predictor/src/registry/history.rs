//! The life of one model: a fold over its events, and what may happen next.
//!
//! Pure and total: the same events give the same state everywhere, whoever reads them. Nothing is stored but events.

use super::event::{Draft, Event, FORMAT, What};
use super::gate::Verdict;

/// All events of a model so far, and what follows from them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    events: Vec<Event>,
    versions: Vec<Entry>,
}

/// A registered version; positions are into the history's events.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    registered: usize,
    decided: Option<usize>,
}

/// What a version is at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Passed the gate; nobody has decided.
    Registered,
    /// Did not pass the gate.
    Refused,
    /// Rejected by a person.
    Rejected,
    /// Approved, and the newest that is.
    Approved,
    /// Approved, but another version was approved since.
    Superseded,
}

/// A version with its state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Version<'a> {
    /// The event that brought it in.
    pub registered: &'a Event,
    /// The gate's verdict on it.
    pub gate: &'a Verdict,
    /// The newest decision about it.
    pub decided: Option<&'a Event>,
    /// What follows from that.
    pub state: State,
}

/// Why events do not make a history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {sequence} {reason}")]
pub struct Broken {
    /// The number that the event should have.
    pub sequence: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// Why a step may not be taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// No such version.
    #[error("version {version} is not registered; {known}")]
    Unknown {
        /// What was asked for.
        version: String,
        /// What there is, in words.
        known: String,
    },
    /// The version number is taken by other bytes.
    #[error(
        "version {version} is registered already with other contents, by {who} at {at}; choose another version (train --version, or pipeline --version auto)"
    )]
    Taken {
        /// The version.
        version: String,
        /// Who registered it.
        who: String,
        /// When.
        at: String,
    },
    /// Somebody has done so already.
    #[error("version {version} is {state} already, by {who} at {at}{why}")]
    Already {
        /// The version.
        version: String,
        /// `approved` or `rejected`.
        state: &'static str,
        /// Who did it.
        who: String,
        /// When.
        at: String,
        /// Why, behind a colon; or nothing.
        why: String,
    },
    /// Somebody else decided first.
    #[error("{who} {state} version {version} at {at}{why}, after you looked; look again, then decide")]
    Lost {
        /// The version.
        version: String,
        /// `approved` or `rejected`.
        state: &'static str,
        /// Who decided.
        who: String,
        /// When.
        at: String,
        /// Why, behind a colon; or nothing.
        why: String,
    },
    /// The gate is against it.
    #[error("the gate refused version {version}: {reasons}; add --override to approve it all the same")]
    Gate {
        /// The version.
        version: String,
        /// All reasons.
        reasons: String,
    },
    /// A person is against it.
    #[error("version {version} was rejected by {who} at {at}{why}; add --override to approve it all the same")]
    Rejected {
        /// The version.
        version: String,
        /// Who rejected it.
        who: String,
        /// When.
        at: String,
        /// Why, behind a colon; or nothing.
        why: String,
    },
}

impl Refusal {
    /// Told to those who decided on an older state of affairs.
    pub(super) fn lost_to(winner: &Event) -> Self {
        Self::Lost {
            version: winner.version.clone(),
            state: if winner.what == What::Rejected { "rejected" } else { "approved" },
            who: winner.who.clone(),
            at: winner.at.clone(),
            why: behind_colon(&winner.why),
        }
    }
}

impl State {
    /// The state in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Refused => "refused",
            Self::Rejected => "rejected",
            Self::Approved => "approved",
            Self::Superseded => "superseded",
        }
    }
}

impl History {
    /// Takes the next event in.
    ///
    /// # Errors
    /// It is not the next, or could not have happened: somebody else has written into the registry.
    pub fn push(&mut self, event: Event) -> Result<(), Broken> {
        let sequence = self.last() + 1;
        let broken = |reason: String| Broken { sequence, reason };
        if event.format != FORMAT {
            return Err(broken(format!("has format {}, this program reads {FORMAT}", event.format)));
        }
        if event.sequence != sequence {
            return Err(broken(format!("is numbered {}", event.sequence)));
        }
        if !super::is_harmless(&event.version) {
            return Err(broken("is about a version with an impossible name".to_owned()));
        }
        let position = self.events.len();
        let known = self.position_of(&event.version);
        match (&event.what, known) {
            (What::Registered { .. }, None) => self.versions.push(Entry { registered: position, decided: None }),
            (What::Registered { .. }, Some(_)) => {
                return Err(broken(format!("registers version {} again", event.version)));
            }
            (_, None) => return Err(broken(format!("is about version {}, which is not registered", event.version))),
            (_, Some(index)) => {
                if self.events[self.versions[index].registered].digest != event.digest {
                    return Err(broken(format!("is about other contents of version {}", event.version)));
                }
                self.versions[index].decided = Some(position);
            }
        }
        self.events.push(event);
        Ok(())
    }

    /// All events, oldest first.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Number of the newest event; 0 if there is none.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.events.len() as u64
    }

    /// The newest decision behind event number `seen`.
    #[must_use]
    pub fn decision_after(&self, seen: u64) -> Option<&Event> {
        self.events.iter().rev().take_while(|event| event.sequence > seen).find(|event| event.is_decision())
    }

    /// All versions in the order of their registration.
    pub fn versions(&self) -> impl Iterator<Item = Version<'_>> {
        let approved = self.approved_position();
        self.versions.iter().enumerate().filter_map(move |(index, entry)| self.version(entry, approved == Some(index)))
    }

    /// One version.
    #[must_use]
    pub fn find(&self, version: &str) -> Option<Version<'_>> {
        self.versions().find(|found| found.registered.version == version)
    }

    /// The version to serve: that of the newest approval whose version was not rejected since.
    #[must_use]
    pub fn approved(&self) -> Option<Version<'_>> {
        self.versions().find(|found| found.state == State::Approved)
    }

    /// Registrations of the versions that may be served, the newest approval first.
    #[must_use]
    pub fn approvals(&self) -> Vec<&Event> {
        let standing = |version: &Version<'_>| matches!(version.state, State::Approved | State::Superseded);
        let mut versions: Vec<_> = self.versions().filter(standing).collect();
        versions.sort_by_key(|version| std::cmp::Reverse(version.decided.map(|event| event.sequence)));
        versions.into_iter().map(|version| version.registered).collect()
    }

    /// Whether these contents may be registered: `Ok(None)` if so, or the registration if they are already.
    ///
    /// # Errors
    /// The version is taken by other contents.
    pub fn registration(&self, version: &str, digest: &str) -> Result<Option<Version<'_>>, Refusal> {
        match self.find(version) {
            Some(found) if found.registered.digest != digest => Err(Refusal::Taken {
                version: version.to_owned(),
                who: found.registered.who.clone(),
                at: found.registered.at.clone(),
            }),
            found => Ok(found),
        }
    }

    /// An approval of a version.
    ///
    /// # Errors
    /// There is no such version, it is the approved one, or it was rejected and that is not overridden.
    pub fn approve(&self, version: &str, overriding: bool, who: &str, why: &str) -> Result<Draft, Refusal> {
        let found = self.known(version)?;
        let was_rejected = match (found.state, found.decided) {
            (State::Approved, Some(event)) => return Err(already("approved", event)),
            (State::Refused, _) if !overriding => {
                let (version, reasons) = (version.to_owned(), found.gate.reasons.join("; "));
                return Err(Refusal::Gate { version, reasons });
            }
            (State::Rejected, Some(event)) if !overriding => {
                let (who, at, why) = (event.who.clone(), event.at.clone(), behind_colon(&event.why));
                return Err(Refusal::Rejected { version: version.to_owned(), who, at, why });
            }
            (state, _) => matches!(state, State::Refused | State::Rejected),
        };
        Ok(self.draft(found, What::Approved { overridden: was_rejected }, who, why))
    }

    /// A rejection of a version.
    ///
    /// # Errors
    /// There is no such version, or it is rejected already.
    pub fn reject(&self, version: &str, who: &str, why: &str) -> Result<Draft, Refusal> {
        let found = self.known(version)?;
        match (found.state, found.decided) {
            (State::Rejected, Some(event)) => Err(already("rejected", event)),
            _ => Ok(self.draft(found, What::Rejected, who, why)),
        }
    }

    /// One version, or words that say which there are.
    ///
    /// # Errors
    /// There is no such version.
    pub fn known(&self, version: &str) -> Result<Version<'_>, Refusal> {
        self.find(version).ok_or_else(|| {
            let names: Vec<_> = self.versions().map(|known| known.registered.version.clone()).collect();
            let known = match names.is_empty() {
                true => "no version is; register one with `predictor register`".to_owned(),
                false => format!("there are {}; name one of these, or register it first", names.join(", ")),
            };
            Refusal::Unknown { version: version.to_owned(), known }
        })
    }

    fn draft(&self, found: Version<'_>, what: What, who: &str, why: &str) -> Draft {
        let Event { version, digest, .. } = found.registered.clone();
        Draft { who: who.to_owned(), why: why.to_owned(), version, digest, what }
    }

    fn position_of(&self, version: &str) -> Option<usize> {
        self.versions.iter().position(|entry| self.events[entry.registered].version == version)
    }

    fn approved_position(&self) -> Option<usize> {
        let approved = |entry: &Entry| {
            entry.decided.filter(|position| matches!(self.events[*position].what, What::Approved { .. }))
        };
        let candidates = self.versions.iter().enumerate().filter_map(|(index, entry)| Some((approved(entry)?, index)));
        candidates.max().map(|(_, index)| index)
    }

    fn version(&self, entry: &Entry, is_approved: bool) -> Option<Version<'_>> {
        let registered = self.events.get(entry.registered)?;
        let What::Registered { gate } = &registered.what else { return None };
        let decided = entry.decided.and_then(|position| self.events.get(position));
        let state = match decided.map(|event| &event.what) {
            Some(What::Approved { .. }) if is_approved => State::Approved,
            Some(What::Approved { .. }) => State::Superseded,
            Some(_) => State::Rejected,
            None if gate.passed => State::Registered,
            None => State::Refused,
        };
        Some(Version { registered, gate, decided, state })
    }
}

fn already(state: &'static str, event: &Event) -> Refusal {
    Refusal::Already {
        version: event.version.clone(),
        state,
        who: event.who.clone(),
        at: event.at.clone(),
        why: behind_colon(&event.why),
    }
}

fn behind_colon(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(": {why}") }
}

#[cfg(test)]
mod tests;
