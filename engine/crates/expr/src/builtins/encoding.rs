//! JSON and base64.

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::{Builtin, Call, TaintRule};
use crate::compile::types::Type;
use crate::error::{Fault, Outcome};
use crate::go::text;
use crate::json::decode::{NoValue, decode};
use crate::json::encode::{Layout, encode};
use crate::signature::{Param, check_args};
use crate::value::Value;

/// Go does not ask that the bits after the last byte are zero.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&ALPHABET, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

const fn function(
    name: &'static str,
    check: fn(&[Type]) -> Result<Type, String>,
    run: fn(&mut Call<'_>) -> Outcome<Value>,
) -> Builtin {
    Builtin { name, check, taint: TaintRule::Joins, run }
}

fn text_to_text(args: &[Type]) -> Result<Type, String> {
    check_args(&[Param::Str], args).map(|()| Type::Str)
}

pub(super) static FUNCTIONS: [Builtin; 4] = [
    function(
        "toJSON",
        |args| check_args(&[Param::Any], args).map(|()| Type::Str),
        |call| Ok(encode(call.arg(0), Layout::Indented, call.meter)?.text.into()),
    ),
    function(
        "fromJSON",
        |args| check_args(&[Param::Str], args).map(|()| Type::Unknown),
        |call| {
            let text = call.text(0)?;
            call.meter.scan(text.len())?;
            decode(text, call.meter).map_err(NoValue::into_fault)
        },
    ),
    function("toBase64", text_to_text, |call| {
        let text = call.text(0)?;
        call.meter.text(text.len() / 3 * 4 + 4)?;
        Ok(STANDARD.encode(text).into())
    }),
    function("fromBase64", text_to_text, |call| {
        let encoded: String = call.text(0)?.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        call.meter.text(encoded.len())?;
        let bytes =
            LENIENT.decode(encoded).map_err(|error| Fault::runtime(format!("needs base64 text: {error}")))?;
        Ok(text::from_bytes(&bytes).into())
    }),
];
