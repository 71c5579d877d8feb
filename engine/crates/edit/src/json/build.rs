//! Making what is missing.

use super::key::Part;
use super::{JsonError, scan, write};

/// So many nulls are put into a list at most.
const MOST_FILLED_IN: usize = 10_000;

/// The text of an object or a list with the value added whose way starts there. Another value, or nothing, makes way for an
/// object or a list.
pub(super) fn add(text: &[u8], way: &[Part], value: &[u8]) -> Result<Vec<u8>, JsonError> {
    let Some(first) = way.first() else { return Ok(value.to_vec()) };
    let text = &text[scan::skip_blanks(text, 0)..];
    let text = match text.first() {
        Some(b'{' | b'[') => text,
        _ if first.index_to_make().is_some() => b"[]",
        _ => b"{}",
    };
    let next = scan::skip_blanks(text, 1);
    let comma: &[u8] = if matches!(text.get(next), None | Some(b'}' | b']')) { b"" } else { b"," };
    if text[0] == b'{' {
        let end = text.iter().rposition(|byte| *byte == b'}').ok_or(JsonError::NotJson)?;
        return Ok([&text[..end], comma, &member(way, value)?, b"}"].concat());
    }
    if first.is_end() {
        let text = text.trim_ascii_end();
        let text = text.strip_suffix(b"]").unwrap_or(text);
        return Ok([text, comma, &inner(&way[1..], value)?, b"]"].concat());
    }
    let Some(index) = first.index_to_make() else {
        return Err(JsonError::NotAnIndex(first.name.clone()));
    };
    let mut items: Vec<Vec<u8>> = scan::Items::new(text, 1).map(|place| text[place].to_vec()).collect();
    fill_in(&mut items, first, index)?;
    items.push(inner(&way[1..], value)?);
    Ok(list(&items))
}

/// `"name":value`
fn member(way: &[Part], value: &[u8]) -> Result<Vec<u8>, JsonError> {
    let name = way.first().map(|part| write::text(&part.name)).unwrap_or_default();
    Ok([name.as_bytes(), b":", &inner(way.get(1..).unwrap_or_default(), value)?].concat())
}

/// The objects and lists on the rest of the way, and the value.
fn inner(way: &[Part], value: &[u8]) -> Result<Vec<u8>, JsonError> {
    let Some(first) = way.first() else { return Ok(value.to_vec()) };
    let index = first.index_to_make().or_else(|| first.is_end().then_some(0));
    let Some(index) = index else { return Ok([b"{", &member(way, value)?[..], b"}"].concat()) };
    let mut items = Vec::new();
    fill_in(&mut items, first, index)?;
    items.push(inner(&way[1..], value)?);
    Ok(list(&items))
}

fn fill_in(items: &mut Vec<Vec<u8>>, part: &Part, index: usize) -> Result<(), JsonError> {
    if index.saturating_sub(items.len()) > MOST_FILLED_IN {
        return Err(JsonError::TooFar { index: part.name.clone(), most: MOST_FILLED_IN });
    }
    while items.len() < index {
        items.push(b"null".to_vec());
    }
    Ok(())
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [b"[", &items.join(&b","[..])[..], b"]"].concat()
}
