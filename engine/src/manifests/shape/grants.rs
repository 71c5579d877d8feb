//! Grants, Windlass' own kind.

use super::{Field, Shape, TEXT, TEXTS, list, manifest, optional, required, text};

static URL: Shape = Shape::Text(text::url_pattern);
static ACCESS: Shape = Shape::Word(&["read", "write"]);

const fn access() -> Field {
    required("access", &ACCESS)
}

static GRANT: Shape = Shape::Choice {
    fields: &[
        optional("http", &Shape::Object(&[required("url", &URL), access(), optional("methods", &TEXTS)])),
        optional("http.read-post", &Shape::Object(&[required("url", &URL)])),
        optional("git", &Shape::Object(&[required("url", &URL), access()])),
        optional("git.local", &Shape::Object(&[required("dir", &TEXT)])),
        optional(
            "objects",
            &Shape::Object(&[
                required("apiVersion", &TEXT),
                required("kind", &TEXT),
                required("namespace", &TEXT),
                required("name", &TEXT),
                access(),
            ]),
        ),
        optional("addresses", &Shape::Object(&[required("cidr", &Shape::Text(text::cidr))])),
        optional("secrets.reveal", &Shape::Object(&[])),
    ],
    one_of: &["http", "http.read-post", "git", "git.local", "objects", "addresses", "secrets.reveal"],
};

pub(crate) static GRANTS: Shape =
    manifest!(optional("spec", &Shape::Object(&[optional("allow", &list(&GRANT))])));
