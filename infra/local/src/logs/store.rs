//! Groups, streams and events. Events are ordered by (timestamp, sequence); the sequence makes ids unique.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::broadcast;

use super::metric_filters::{Counted, MetricFilter};

/// Bytes of messages that one group keeps.
const GROUP_BYTES: usize = 32 * 1024 * 1024;
/// AWS counts this much for each event on top of its message.
const EVENT_OVERHEAD: usize = 26;
/// Events that a live tail may fall behind before the oldest are lost to it, as AWS documents it.
const TAIL_BUFFER: usize = 5_000;

pub(super) const DAY_MS: i64 = 86_400_000;

/// The place of an event in its group.
pub(super) type Position = (i64, u64);

/// One log event.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) position: Position,
    pub(super) ingestion_ms: i64,
    pub(super) group: Arc<str>,
    pub(super) stream: Arc<str>,
    pub(super) message: String,
}

/// A stream and its events.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) name: Arc<str>,
    pub(super) created_ms: i64,
    pub(super) last_ingestion_ms: Option<i64>,
    /// Told by DescribeLogStreams, and kept when the events themselves have been dropped.
    pub(super) first_event_ms: Option<i64>,
    pub(super) last_event_ms: Option<i64>,
    pub(super) events: BTreeMap<Position, Arc<Event>>,
}

/// A group, its streams, and all their events in order.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: Arc<str>,
    pub(super) created_ms: i64,
    pub(super) retention_days: Option<u32>,
    pub(super) class: &'static str,
    pub(super) tags: BTreeMap<String, String>,
    /// Metric filters by name.
    pub(super) filters: BTreeMap<String, MetricFilter>,
    pub(super) streams: BTreeMap<Arc<str>, Stream>,
    pub(super) events: BTreeMap<Position, Arc<Event>>,
    pub(super) bytes: usize,
}

/// All groups.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) groups: BTreeMap<Arc<str>, Group>,
    /// What metric filters counted and nobody has taken yet.
    pub(super) counted: Vec<Counted>,
    sequence: u64,
    tails: broadcast::Sender<Arc<Event>>,
}

impl Default for Store {
    fn default() -> Self {
        // Sequences start at one, so that there is a position before the first event.
        Self { groups: BTreeMap::new(), counted: Vec::new(), sequence: 1, tails: broadcast::Sender::new(TAIL_BUFFER) }
    }
}

impl Store {
    pub(super) fn ensure_group(&mut self, name: &str, now_ms: i64) -> &mut Group {
        self.groups.entry(Arc::from(name)).or_insert_with(|| Group::new(name, now_ms))
    }

    /// Appends events to a stream, creating what is missing.
    pub(super) fn append(&mut self, group: &str, stream: &str, events: &[(i64, String)], now_ms: i64) {
        let first = self.sequence;
        self.sequence += events.len() as u64;
        let group = self.ensure_group(group, now_ms);
        group.ensure_stream(stream, now_ms);
        let mut appended = Vec::with_capacity(events.len());
        for (sequence, (timestamp, message)) in (first..).zip(events) {
            appended.extend(group.push(stream, (*timestamp, sequence), message.clone(), now_ms));
        }
        group.drop_expired(now_ms);
        let counted: Vec<Counted> = group.filters.values().flat_map(|filter| filter.count(events)).collect();
        self.counted.extend(counted);
        for event in appended {
            // Without a live tail there is nobody to tell.
            let _ = self.tails.send(event);
        }
    }

    /// How many live tails are open.
    pub(super) fn tails(&self) -> usize {
        self.tails.receiver_count()
    }

    /// Everything that is appended from now on.
    pub(super) fn follow(&self) -> broadcast::Receiver<Arc<Event>> {
        self.tails.subscribe()
    }
}

impl Group {
    fn new(name: &str, now_ms: i64) -> Self {
        Self {
            name: Arc::from(name),
            created_ms: now_ms,
            retention_days: None,
            class: "STANDARD",
            tags: BTreeMap::new(),
            filters: BTreeMap::new(),
            streams: BTreeMap::new(),
            events: BTreeMap::new(),
            bytes: 0,
        }
    }

    pub(super) fn ensure_stream(&mut self, name: &str, now_ms: i64) -> &mut Stream {
        let name: Arc<str> = Arc::from(name);
        self.streams.entry(Arc::clone(&name)).or_insert_with(|| Stream {
            name,
            created_ms: now_ms,
            last_ingestion_ms: None,
            first_event_ms: None,
            last_event_ms: None,
            events: BTreeMap::new(),
        })
    }

    fn push(&mut self, stream: &str, position: Position, message: String, now_ms: i64) -> Option<Arc<Event>> {
        let stream = self.streams.get_mut(stream)?;
        self.bytes += message.len() + EVENT_OVERHEAD;
        let event = Arc::new(Event {
            position,
            ingestion_ms: now_ms,
            group: Arc::clone(&self.name),
            stream: Arc::clone(&stream.name),
            message,
        });
        stream.note(position.0, now_ms);
        stream.events.insert(position, Arc::clone(&event));
        self.events.insert(position, Arc::clone(&event));
        self.drop_the_oldest();
        Some(event)
    }

    fn drop_the_oldest(&mut self) {
        while self.bytes > GROUP_BYTES && self.drop_first() {}
    }

    /// Drops what is older than the retention policy allows.
    pub(super) fn drop_expired(&mut self, now_ms: i64) {
        let Some(days) = self.retention_days else { return };
        let limit = now_ms - i64::from(days) * DAY_MS;
        while self.events.first_key_value().is_some_and(|((timestamp, _), _)| *timestamp < limit) && self.drop_first() {
        }
    }

    fn drop_first(&mut self) -> bool {
        let Some((position, event)) = self.events.pop_first() else { return false };
        self.bytes = self.bytes.saturating_sub(event.message.len() + EVENT_OVERHEAD);
        if let Some(stream) = self.streams.get_mut(&event.stream) {
            stream.events.remove(&position);
        }
        true
    }
}

impl Stream {
    fn note(&mut self, timestamp_ms: i64, now_ms: i64) {
        self.last_ingestion_ms = Some(now_ms);
        self.first_event_ms = Some(self.first_event_ms.map_or(timestamp_ms, |first| first.min(timestamp_ms)));
        self.last_event_ms = Some(self.last_event_ms.map_or(timestamp_ms, |last| last.max(timestamp_ms)));
    }
}
