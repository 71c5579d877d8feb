//! How resources show what has become of them: their `status`, in Kargo's form.

pub(crate) mod stage;
pub(crate) mod warehouse;
