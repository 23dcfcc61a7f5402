//! Pages of lists. A token names the last item that was given out, so that a list which changes in between neither
//! repeats nor skips what stayed.

use aws_smithy_types::base64;

use super::errors;
use crate::wire::AwsError;

/// One page of `items`, and the token of the next one when there is more.
pub(super) fn page(
    items: Vec<String>,
    token: Option<&str>,
    max_results: Option<i32>,
    default_size: usize,
) -> Result<(Vec<String>, Option<String>), AwsError> {
    let size = match max_results {
        None => default_size,
        Some(wanted) => usize::try_from(wanted)
            .ok()
            .filter(|size| (1..=100).contains(size))
            .ok_or_else(|| errors::invalid("maxResults must be between 1 and 100."))?,
    };
    let start = match token.filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => start_after(&items, token)?,
    };
    let end = start.saturating_add(size).min(items.len());
    let next = (end < items.len()).then(|| base64::encode(format!("{end}|{}", items[end - 1])));
    Ok((items.into_iter().skip(start).take(size).collect(), next))
}

fn start_after(items: &[String], token: &str) -> Result<usize, AwsError> {
    let refused = || errors::invalid("Invalid token.");
    let text = base64::decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(refused)?;
    let (index, last) = text.split_once('|').ok_or_else(refused)?;
    let index: usize = index.parse().map_err(|_| refused())?;
    let found = items.iter().position(|item| item == last).map(|position| position + 1);
    Ok(found.unwrap_or(index).min(items.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("item-{number:03}")).collect()
    }

    #[test]
    fn pages_cover_a_list_once() {
        for (count, size) in [(0, 10), (10, 10), (25, 10), (101, 100)] {
            let (mut seen, mut token) = (Vec::new(), None);
            loop {
                let (items, next) = page(numbers(count), token.as_deref(), Some(size), 10).unwrap();
                seen.extend(items);
                token = next;
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(seen, numbers(count));
        }
    }

    #[test]
    fn a_list_that_grows_in_between_repeats_nothing() {
        let (_, token) = page(numbers(20), None, Some(10), 10).unwrap();
        let mut grown = vec!["item-000a".to_owned()];
        grown.extend(numbers(20));
        let (second, _) = page(grown, token.as_deref(), Some(10), 10).unwrap();
        assert_eq!(second[0], "item-010");
    }

    #[test]
    fn wrong_sizes_and_tokens_are_refused() {
        for (token, size) in [(None, Some(0)), (None, Some(101)), (None, Some(-1)), (Some("x"), None)] {
            assert_eq!(page(numbers(5), token, size, 10).unwrap_err().code, "InvalidParameterException");
        }
        let garbage = base64::encode("no number|x");
        assert!(page(numbers(5), Some(&garbage), None, 10).is_err());
    }
}
