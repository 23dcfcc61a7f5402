//! The receiver operating characteristic: what share of the right rows is found, for what share of false alarms.

/// Points of a curve at most, so that a picture stays small.
const MOST_POINTS: usize = 400;

/// Points (false positive rate, true positive rate) from (0, 0) to (1, 1), ascending; empty if only one class occurs.
/// Of points on a straight line only the ends are kept.
#[must_use]
pub fn roc(judged: &[(bool, f64)]) -> Vec<(f64, f64)> {
    let positives = judged.iter().filter(|(positive, _)| *positive).count() as f64;
    let negatives = judged.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return Vec::new();
    }
    let mut ordered = judged.to_vec();
    ordered.sort_by(|left, right| right.1.total_cmp(&left.1));
    let mut points = vec![(0.0, 0.0)];
    let (mut hits, mut alarms) = (0.0, 0.0);
    for group in ordered.chunk_by(|left, right| left.1 == right.1) {
        let found = group.iter().filter(|(positive, _)| *positive).count() as f64;
        hits += found;
        alarms += group.len() as f64 - found;
        push(&mut points, (alarms / negatives, hits / positives));
    }
    thinned(points)
}

fn push(points: &mut Vec<(f64, f64)>, next: (f64, f64)) {
    if let [.., before, last] = points.as_slice() {
        let turn = (last.0 - before.0) * (next.1 - last.1) - (last.1 - before.1) * (next.0 - last.0);
        if turn.abs() < 1e-12 {
            points.pop();
        }
    }
    points.push(next);
}

fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let (step, last) = (points.len().div_ceil(MOST_POINTS), points.len() - 1);
    points.into_iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last).map(|(_, point)| point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_kept() {
        let judged = [(true, 0.9), (true, 0.8), (false, 0.7), (true, 0.6), (false, 0.1)];
        let third = 2.0 / 3.0;
        assert_eq!(roc(&judged), [(0.0, 0.0), (0.0, third), (0.5, third), (0.5, 1.0), (1.0, 1.0)]);
        assert_eq!(roc(&[(true, 0.5), (false, 0.5)]), [(0.0, 0.0), (1.0, 1.0)]);
        assert_eq!(roc(&[(true, 0.5)]), []);
    }

    #[test]
    fn a_long_curve_stays_small_and_whole() {
        let judged: Vec<_> = (0..10_000).map(|row| (row % 2 == 0, f64::from(row))).collect();
        let points = roc(&judged);
        assert!(points.len() <= MOST_POINTS + 1, "{}", points.len());
        assert_eq!(points.last(), Some(&(1.0, 1.0)));
    }
}
