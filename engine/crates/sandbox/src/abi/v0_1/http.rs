//! The interface `http`.

use windlass_model::call::http::{Body, Effect, Request};
use windlass_model::call::{Call, Reply, WorkPath};

use super::bindings::windlass::step::http;
use super::convert::{Told, argument, tell};
use crate::guest::Guest;

impl http::Host for Guest {
    fn send(&mut self, request: http::Request) -> Told<http::Response> {
        let call = Call::HttpSend(Request {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: match request.body {
                http::Body::None => Body::None,
                http::Body::Bytes(bytes) => Body::Bytes(bytes),
                http::Body::File(path) => Body::File(WorkPath::clamped(&path)),
            },
            effect: match request.effect {
                http::Effect::Read => Effect::Read,
                http::Effect::Write => Effect::Write,
            },
            options: argument!("options", request.options),
        });
        tell(self.call(call), |reply| match reply {
            Reply::Http(response) => Some(http::Response {
                status: response.status,
                headers: response.headers,
                body: response.body,
            }),
            _ => None,
        })
    }
}
