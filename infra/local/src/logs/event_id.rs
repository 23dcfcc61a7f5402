//! Event ids: 56 digits, unique, in the order of (timestamp, sequence).

use super::store::Position;

/// The id of the event at a position.
pub(super) fn format((timestamp_ms, sequence): Position) -> String {
    format!("3{:019}{sequence:036}", timestamp_ms.max(0))
}

/// The position that an id stands for.
pub(super) fn parse(id: &str) -> Option<Position> {
    if id.len() != 56 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((id[1..20].parse().ok()?, id[20..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_order_and_position() {
        let positions = [(0, 0), (0, 1), (0, 10), (5, 2), (1_795_194_000_000, u64::MAX)];
        let ids = positions.map(format);
        assert!(ids.is_sorted() && ids.iter().all(|id| id.len() == 56));
        assert_eq!(ids.map(|id| parse(&id)), positions.map(Some));
        for bad in ["", "3", "é", &"x".repeat(56), &"9".repeat(56)] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
