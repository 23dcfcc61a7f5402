//! How much is taken on at once. What is above a bound is refused at once and in words, so that what was admitted is
//! answered well; nothing waits in a queue of this program.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Paths that are always answered: whoever watches the service must see it busy, not dead.
pub const EXEMPT: &[&str] = &["/health", "/ready", "/metrics", "/v2/health/live", "/v2/health/ready"];

/// The bounds.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Requests that are answered at once; each may hold a body in memory.
    pub requests: usize,
    /// Connections that are kept.
    pub connections: usize,
    /// Connections beyond that, on which only [`EXEMPT`] paths are answered, one request each.
    pub reserve: usize,
    /// Bytes of the bodies of batches that are in memory at once; one batch is always taken.
    pub batch_bytes: usize,
    /// Time for a request's answer to begin, its body's arrival included.
    pub time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { requests: 1024, connections: 4096, reserve: 64, batch_bytes: 256 << 20, time: Duration::from_secs(60) }
    }
}

/// Who was admitted so far.
#[derive(Debug)]
pub struct Admission {
    bounds: Bounds,
    requests: AtomicUsize,
    connections: AtomicUsize,
    batch_bytes: Arc<AtomicUsize>,
}

/// Room for a batch's body; given back when this is dropped.
#[derive(Debug)]
pub struct Room {
    taken: Arc<AtomicUsize>,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// Within the bound.
    Regular,
    /// In the reserve.
    Reserve,
}

impl Admission {
    /// Nobody yet.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        let (requests, connections) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { bounds, requests, connections, batch_bytes: Arc::default() }
    }

    /// The bounds.
    #[must_use]
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Admits a request, if there is room; it must [`Admission::leave`].
    pub fn enter(&self) -> bool {
        take(&self.requests, self.bounds.requests).is_some()
    }

    /// A request that was admitted is answered.
    pub fn leave(&self) {
        self.requests.fetch_sub(1, Ordering::Relaxed);
    }

    /// Room for a batch's body of at most so many bytes, if there is any; a batch that is alone always has it.
    #[must_use]
    pub fn room(&self, bytes: usize) -> Option<Room> {
        let room = |taken: usize| {
            let sum = taken.checked_add(bytes)?;
            (taken == 0 || sum <= self.bounds.batch_bytes).then_some(sum)
        };
        self.batch_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).ok()?;
        Some(Room { taken: Arc::clone(&self.batch_bytes), bytes })
    }

    /// Admits a connection, if there is room; it must [`Admission::disconnect`].
    pub fn connect(&self) -> Option<Seat> {
        let before = take(&self.connections, self.bounds.connections.saturating_add(self.bounds.reserve))?;
        Some(if before < self.bounds.connections { Seat::Regular } else { Seat::Reserve })
    }

    /// A connection that was admitted is closed.
    pub fn disconnect(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// Connections that are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Takes one of `most`; the number that was taken before.
fn take(taken: &AtomicUsize, most: usize) -> Option<usize> {
    let before = taken.fetch_add(1, Ordering::Relaxed);
    if before < most {
        return Some(before);
    }
    taken.fetch_sub(1, Ordering::Relaxed);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_up_to_the_bounds() {
        let bounds = Bounds { requests: 2, connections: 1, reserve: 1, ..Bounds::default() };
        let admission = Admission::new(bounds);
        assert_eq!([(); 3].map(|()| admission.enter()), [true, true, false]);
        admission.leave();
        assert_eq!([(); 2].map(|()| admission.enter()), [true, false]);
        let seats = [(); 3].map(|()| admission.connect());
        assert_eq!(seats, [Some(Seat::Regular), Some(Seat::Reserve), None]);
        admission.disconnect();
        assert_eq!((admission.connections(), admission.connect()), (1, Some(Seat::Reserve)));
    }

    #[test]
    fn batches_share_a_bound_and_give_it_back() {
        let admission = Admission::new(Bounds { batch_bytes: 100, ..Bounds::default() });
        let first = admission.room(60).expect("it is alone");
        assert!(admission.room(41).is_none());
        let second = admission.room(40).expect("there is just enough");
        assert!(admission.room(1).is_none() && admission.room(0).is_some() && admission.room(usize::MAX).is_none());
        drop(first);
        assert!(admission.room(60).is_some());
        drop(second);
        assert!(admission.room(usize::MAX).is_some(), "one batch is always taken");
    }

    #[test]
    fn no_more_than_the_bound_are_ever_admitted() {
        let admission = Admission::new(Bounds { requests: 3, ..Bounds::default() });
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..5000 {
                        if admission.enter() {
                            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            inside.fetch_sub(1, Ordering::SeqCst);
                            admission.leave();
                        }
                    }
                });
            }
        });
        assert!((1..=3).contains(&most.into_inner()));
        assert_eq!(admission.requests.into_inner(), 0);
    }
}
