//! Taking connections and serving each on a task of its own, all of which end with the server.

use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Acceptor;

/// Connections at one time; further ones wait.
const MAX_CONNECTIONS: usize = 1_024;

/// Takes connections until `stop` fires, then waits for those that are open.
pub(super) async fn run(
    listener: TcpListener,
    router: Router,
    acceptor: Option<Arc<Acceptor>>,
    stop: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        if connections.len() >= MAX_CONNECTIONS {
            connections.join_next().await;
        }
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, _)) => {
                // Small answers must not wait for the client's acknowledgement.
                let _ = stream.set_nodelay(true);
                connections.spawn(connect(stream, router.clone(), acceptor.clone(), stop.clone()));
            }
            // Out of file handles, most likely: they come back when a connection ends.
            Err(_) => {
                tokio::select! {
                    () = stop.cancelled() => break,
                    ended = connections.join_next() => if ended.is_none() { tokio::task::yield_now().await },
                }
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

#[cfg(feature = "tls")]
async fn connect(
    stream: TcpStream,
    router: Router,
    acceptor: Option<Arc<Acceptor>>,
    stop: CancellationToken,
) {
    let Some(acceptor) = acceptor else { return serve(TokioIo::new(stream), router, stop).await };
    let shaken = tokio::select! {
        () = stop.cancelled() => return,
        shaken = acceptor.accept(stream) => shaken,
    };
    // A client that trusts no such certificate goes away here.
    if let Ok(stream) = shaken {
        serve(TokioIo::new(stream), router, stop).await;
    }
}

#[cfg(not(feature = "tls"))]
async fn connect(
    stream: TcpStream,
    router: Router,
    acceptor: Option<Arc<Acceptor>>,
    stop: CancellationToken,
) {
    match acceptor {
        None => serve(TokioIo::new(stream), router, stop).await,
        Some(never) => match *never {},
    }
}

async fn serve(stream: impl Read + Write + Unpin, router: Router, stop: CancellationToken) {
    let service = TowerToHyperService::new(router);
    let mut connection = pin!(hyper::server::conn::http1::Builder::new().serve_connection(stream, service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // The client has gone, or was dropped on purpose.
    let _ = ended;
}
