//! A promotion is made.

use windlass_model::event::promotion::PromotionEvent;
use windlass_model::promotion::PromotionRecord;

use super::Decision;

/// Makes a promotion of a complete record.
///
/// # Errors
/// Never; the record was checked when it was put together.
pub fn create(record: PromotionRecord) -> Decision {
    Ok(vec![PromotionEvent::Created { record: Box::new(record) }])
}
