//! Lists in pages. A token holds the position at which the next page starts, and nothing else is kept between pages.

const PREFIX: &str = "local-page-";

/// A page and the token of the next one.
pub(crate) type Page<T> = (Vec<T>, Option<String>);

/// Cuts a page out of `items`; `None` when the token is none of ours.
pub(crate) fn page<T>(items: impl IntoIterator<Item = T>, token: Option<&str>, size: usize) -> Option<Page<T>> {
    let start = match token {
        Some(token) => token.strip_prefix(PREFIX)?.parse::<usize>().ok()?,
        None => 0,
    };
    let mut rest = items.into_iter().skip(start);
    let page: Vec<T> = rest.by_ref().take(size).collect();
    let next = rest.next().map(|_| format!("{PREFIX}{}", start + page.len()));
    Some((page, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_to_the_end() {
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let (page, next) = page(0..7, token.as_deref(), 3).unwrap();
            found.push(page);
            token = next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(found, [vec![0, 1, 2], vec![3, 4, 5], vec![6]]);
        assert_eq!(page(0..7, Some("local-page-9"), 3).unwrap(), (vec![], None));
        assert!(page(0..7, Some("x"), 3).is_none());
    }
}
